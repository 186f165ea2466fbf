"""The call for offers: who is asked once, who is reminded, who said no, and how it ends."""

from datetime import timedelta

import pytest

from newsletter import calls, invitations, notices, offers
from newsletter.core.interests import Category
from newsletter.core.operation import Answer, NoticeKind, OperationState, Tally
from newsletter.core.review import OfferState
from newsletter.models import Invitation, Member, Notice, Offer
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said(operation: object) -> dict[str, Answer]:
    return {one.call.member.name: one.said for one in calls.with_answers(operation)}  # type: ignore[arg-type]


def reminded() -> list[str]:
    rows = Notice.objects.filter(kind=NoticeKind.REMINDER).order_by("pk")
    return [row.call.member.name for row in rows if row.call]


def test_every_fitting_member_is_called_once_with_a_draft_and_a_link_of_their_own() -> None:
    bakery, mill = make.member("Fournil", category=Category.PRODUCE), make.member("Moulin")
    make.member("Ancien", is_active=False)
    make.member("Guide", category=Category.GUIDE)
    row = make.calling(wanted={Category.PRODUCE: (1, 2), Category.OLIVE_MILL: (0, None)})

    calls.call(row, by=None, now=NOON)

    found = {one.member.name: one for one in row.calls.select_related("member", "offer", "invitation")}
    assert set(found) == {"Fournil", "Moulin"}
    for member in (bakery, mill):
        one = found[member.name]
        assert (one.offer.member, one.offer.state) == (member, OfferState.DRAFT)
        assert (one.invitation.offer, one.invitation.expires_at) == (one.offer, row.closes_at)
    assert Notice.objects.filter(kind=NoticeKind.CALL).count() == 2


def test_a_category_of_which_none_may_be_placed_is_not_called() -> None:
    make.member("Guide", category=Category.GUIDE)
    make.member("Moulin")
    row = make.calling(wanted={Category.GUIDE: (0, 0)})

    assert [one.member.name for one in row.calls.select_related("member")] == ["Moulin"]


def test_a_member_admitted_during_the_call_can_be_called_too() -> None:
    make.member("Moulin")
    row = make.calling()
    make.member("Nouveau")

    assert calls.call(row, by=None, now=NOON + DAY) == 1
    assert calls.call(row, by=None, now=NOON + DAY) == 0
    assert set(said(row)) == {"Moulin", "Nouveau"}


def test_the_link_opens_that_members_draft_of_that_operation_until_the_call_closes() -> None:
    mill = make.member("Moulin")
    other = make.offer(member=mill)
    row = make.calling()
    one = make.call_of(row, mill)
    token = invitations.token_of(one.invitation)

    opened = invitations.open_invitation(token, now=row.closes_at - timedelta(seconds=1))
    assert opened is not None
    assert (opened.offer, opened.offer != other) == (one.offer, True)
    assert invitations.open_invitation(token, now=row.closes_at) is None
    Member.objects.filter(pk=mill.pk).update(is_active=False)
    assert invitations.open_invitation(token, now=NOON) is None


def test_what_each_member_answered_and_who_counts_as_silent() -> None:
    names = ("Rien", "Commencé", "Envoyé", "Accepté", "Non", "Parti")
    members = {name: make.member(name) for name in names}
    row = make.calling()
    one = {name: make.call_of(row, member) for name, member in members.items()}
    Offer.objects.filter(pk=one["Commencé"].offer_id).update(title="Un début")
    make.answered(one["Envoyé"], OfferState.SUBMITTED)
    make.answered(one["Accepté"])
    calls.decline(one["Non"], now=NOON)
    Member.objects.filter(pk=members["Parti"].pk).update(is_active=False)

    assert said(row) == {
        "Rien": Answer.NONE,
        "Commencé": Answer.BEGUN,
        "Envoyé": Answer.OFFERED,
        "Accepté": Answer.APPROVED,
        "Non": Answer.DECLINED,
        "Parti": Answer.LEFT,
    }


def test_no_means_no_reminder_and_may_be_taken_back() -> None:
    mill = make.member("Moulin")
    row = make.calling()
    one = make.call_of(row, mill)

    calls.decline(one, now=NOON)
    calls.decline(one, now=NOON + DAY)
    assert one.declined_at == NOON, "the first time stands"
    assert calls.remind(row, now=row.closes_at - DAY) == 0
    calls.think_again(one, now=NOON)
    assert said(row) == {"Moulin": Answer.NONE}


def test_who_has_sent_an_offer_takes_that_back_rather_than_decline() -> None:
    mill = make.member()
    one = make.call_of(make.calling(), mill)
    make.answered(one, OfferState.SUBMITTED)

    with pytest.raises(calls.AlreadySent):
        calls.decline(one, now=NOON)


def test_reminders_go_only_to_those_who_have_not_answered_and_of_each_moment_once() -> None:
    silent, done = make.member("Muet"), make.member("Prompt")
    row = make.calling(closes_at=NOON + 10 * DAY)
    make.answered(make.call_of(row, done), OfferState.SUBMITTED)

    counts = [calls.remind(row, now=NOON + days * DAY) for days in (1, 2, 3, 3, 7, 8, 8, 9)]

    assert silent
    assert counts == [0, 0, 1, 0, 0, 1, 0, 0], "seven days before, and two"
    assert reminded() == ["Muet", "Muet"]


def test_a_clock_that_slept_reminds_once_not_twice() -> None:
    make.member("Muet")
    row = make.calling(closes_at=NOON + 10 * DAY)

    assert calls.remind(row, now=NOON + 9 * DAY) == 1
    assert len(reminded()) == 1


def test_whoever_was_called_after_a_moment_is_not_reminded_of_it() -> None:
    row = make.calling(closes_at=NOON + 10 * DAY)
    make.member("Tardif")
    calls.call(row, by=None, now=NOON + 4 * DAY)

    assert calls.remind(row, now=NOON + 5 * DAY) == 0
    assert calls.remind(row, now=NOON + 8 * DAY) == 1


def test_the_board_reminds_when_it_likes_but_nobody_twice_within_a_day() -> None:
    make.member("Muet")
    row = make.calling()

    hours = (1, 21, 22, 30, 42)
    assert [calls.remind_now(row, now=NOON + timedelta(hours=n)) for n in hours] == [0, 1, 0, 0, 1]


def test_closing_early_closes_links_drops_reminders_and_moves_the_deadline() -> None:
    mill = make.member("Moulin")
    row = make.calling()
    calls.remind_now(row, now=NOON + DAY)

    calls.close(row, by=None, now=NOON + DAY)

    assert (row.state, row.closes_at) == (OperationState.SELECTING, NOON + DAY)
    token = invitations.token_of(make.call_of(row, mill).invitation)
    assert invitations.open_invitation(token, now=NOON + DAY) is None
    assert [Notice.objects.get(pk=pk).kind for pk in notices.to_be_mailed(now=NOON + DAY)] == [NoticeKind.CALL]
    with pytest.raises(calls.CallClosed):
        calls.decline(make.call_of(row, mill), now=NOON + DAY)


@pytest.mark.parametrize("closed", [False, True])
def test_a_later_deadline_takes_the_links_along(closed: bool) -> None:
    mill = make.member()
    row = make.calling()
    later = row.closes_at + 3 * DAY
    if closed:
        calls.close(row, by=None, now=NOON)

    calls.extend(row, closes_at=later, by=None, now=NOON + DAY)

    assert (row.state, row.closes_at) == (OperationState.CALLING, later)
    assert Invitation.objects.get(call__member=mill).expires_at == later


def test_the_answers_of_a_call_are_counted_against_what_is_wanted() -> None:
    table = make.member("Table", category=Category.RESTAURANT)
    arles = make.place("Arles")
    make.member("Moulin", commune=arles)
    row = make.calling(wanted={Category.RESTAURANT: (2, 3), Category.OLIVE_MILL: (0, None)})
    make.answered(make.call_of(row, table))
    asked = calls.with_answers(row)

    assert calls.by_category(row, asked) == [
        Tally("restaurant", called=1, silent=0, declined=0, standing=1, approved=1, at_least=2, at_most=3),
        Tally("olive_mill", called=1, silent=1, declined=0, standing=0, approved=0),
    ]
    assert [(one.key, one.called) for one in calls.by_commune(row, asked)] == [
        ("Arles", 1),
        ("Maussane-les-Alpilles", 1),
    ]


def test_asking_for_the_answers_costs_one_query_for_one_and_for_many(
    django_assert_num_queries: object,
) -> None:
    make.member()
    one = make.calling()
    for _ in range(3):
        make.member()
    many = make.calling()

    for row in (one, many):
        with django_assert_num_queries(1):  # type: ignore[operator]
            calls.with_answers(row)


def test_a_draft_of_a_call_is_the_members_own_like_any_other() -> None:
    mill = make.member(phone="04 65 71 00 00")
    one = make.call_of(make.calling(), mill)
    words = {"title": "Au coin du feu", "text": "Une soupe.", "interests": ["table"]}
    offers.edit(one.offer, by=None, now=NOON, valid_from=make.TODAY, valid_until=make.SENDING_DAY, **words)

    offers.submit(one.offer, by=None, now=NOON)

    [asked] = calls.with_answers(one.operation)
    assert (asked.said, asked.sent_at) == (Answer.OFFERED, NOON)


def test_a_plain_invitation_never_opens_the_draft_of_a_call() -> None:
    mill = make.member()
    one = make.call_of(make.calling(), mill)

    assert invitations.invite_member(mill, by=None, now=NOON).offer != one.offer
