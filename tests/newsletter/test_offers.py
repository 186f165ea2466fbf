"""Every state meets every move, and each move leaves its line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from newsletter import answers, offers
from newsletter.core.completeness import Missing
from newsletter.core.review import ANSWERS, MOVES, UNDO_FOR, OfferState, Review
from newsletter.core.states import IllegalMove
from newsletter.models import Offer, OfferMove, User
from tests import make
from tests.make import NOON, TODAY
from tests.together import together

pytestmark = pytest.mark.django_db

WHOLE = {"link": "https://moulin.example", "interests": ["olive"]}
VERBS: dict[Review, Callable[[Offer, User], Any]] = {
    Review.SUBMIT: lambda offer, by: offers.submit(offer, by=by, now=NOON),
    Review.RETURN: lambda offer, by: offers.request_changes(offer, by=by, comment="Le prix ?", now=NOON),
    Review.APPROVE: lambda offer, by: offers.approve(offer, by=by, now=NOON),
    Review.DECLINE: lambda offer, by: offers.decline(offer, by=by, comment="Trop tard.", now=NOON),
    Review.WITHDRAW: lambda offer, by: offers.withdraw(offer, by=by, now=NOON),
    Review.RESUME: lambda offer, by: offers.resume(offer, by=by, now=NOON),
    Review.CORRECT: lambda offer, by: answers.correct(offer, by=by, now=NOON, title="Huile douce"),
    Review.OBJECT: lambda offer, by: answers.object_to(offer, by=by, now=NOON),
    Review.UNDO: lambda offer, by: answers.undo(offer.moves.get(), by=by, now=NOON),
}
# What has to have happened before: what each of these answers, told to nobody yet.
BEFORE = {Review.OBJECT: Review.CORRECT, Review.UNDO: Review.APPROVE}
PAIRS = [(state, move) for state in OfferState for move in VERBS]


@pytest.mark.parametrize(("state", "move"), PAIRS, ids=lambda value: value.value)
def test_every_state_meets_every_move(state: OfferState, move: Review) -> None:
    offer, by = make.offer(state, **WHOLE), make.user()
    onward = MOVES[state].get(move)
    if move in BEFORE:
        offer.moves.create(move=BEFORE[move], was="submitted", became=state, at=NOON, is_news=True)
    before = list(OfferMove.objects.values_list("pk", flat=True))

    if onward is None:
        with pytest.raises(IllegalMove):
            VERBS[move](offer, by)
        assert Offer.objects.get(pk=offer.pk).state == state
        assert list(OfferMove.objects.values_list("pk", flat=True)) == before
        return

    VERBS[move](offer, by)
    assert offer.state == Offer.objects.get(pk=offer.pk).state == onward
    line = OfferMove.objects.exclude(pk__in=before).get()
    assert (line.move, line.was, line.became, line.at, line.by) == (move, state, onward, NOON, by)


@pytest.mark.parametrize("state", OfferState, ids=lambda state: state.value)
def test_what_is_over_ends_where_the_table_says_so(state: OfferState) -> None:
    yesterday = TODAY - timedelta(days=1)
    offer = make.offer(state, valid_from=yesterday, valid_until=yesterday)

    ended = offers.expire_over(now=NOON)

    onward = MOVES[state].get(Review.EXPIRE)
    assert ended == (1 if onward else 0)
    assert Offer.objects.get(pk=offer.pk).state == (onward or state)


def test_an_offer_lives_through_its_last_day() -> None:
    make.offer(OfferState.APPROVED, valid_until=TODAY)

    assert offers.expire_over(now=NOON) == 0


@pytest.mark.parametrize("state", OfferState, ids=lambda state: state.value)
def test_an_offer_is_written_only_on_its_members_desk(state: OfferState) -> None:
    offer = make.offer(state)

    if state in (OfferState.DRAFT, OfferState.CHANGES_REQUESTED):
        assert offers.edit(offer, by=None, now=NOON, title="Autre").title == "Autre"
    else:
        with pytest.raises(offers.NotEditable):
            offers.edit(offer, by=None, now=NOON, title="Autre")


def test_a_draft_may_say_nothing_yet() -> None:
    offer = offers.draft(make.member(), by=make.user(), now=NOON)

    assert (offer.state, offer.title) == (OfferState.DRAFT, "")


def test_an_incomplete_offer_stays_on_the_desk_and_names_what_it_lacks() -> None:
    offer = make.offer(text="")

    with pytest.raises(offers.Incomplete) as refused:
        offers.submit(offer, by=None, now=NOON)

    assert refused.value.lacking == [Missing.TEXT, Missing.CONTACT, Missing.INTERESTS]
    assert Offer.objects.get().state == OfferState.DRAFT


def test_the_members_telephone_is_contact_enough() -> None:
    offer = make.offer(member=make.member(phone="04 90 00 00 00"), interests=["olive"])

    offers.submit(offer, by=None, now=NOON)

    assert (offer.state, offer.submitted_at) == (OfferState.SUBMITTED, NOON)


@pytest.mark.parametrize("verb", [offers.request_changes, offers.decline])
def test_nobody_is_sent_back_without_a_word(verb: Callable[..., None]) -> None:
    offer = make.offer(OfferState.SUBMITTED)

    with pytest.raises(offers.CommentRequired):
        verb(offer, by=make.user(), comment="  ", now=NOON)

    assert Offer.objects.get().state == OfferState.SUBMITTED


def test_approval_freezes_the_words_and_the_next_one_is_another_revision() -> None:
    board = make.user()
    offer = make.offer(title="Huile nouvelle", **WHOLE)
    offers.submit(offer, by=None, now=NOON)
    first = offers.approve(offer, by=board, now=NOON)
    offers.resume(offer, by=None, now=NOON)
    offers.edit(offer, by=None, now=NOON, title="Huile de Noël")
    offers.submit(offer, by=None, now=NOON)
    second = offers.approve(offer, by=board, now=NOON)

    first.refresh_from_db()
    assert [(r.number, r.title, r.approved_by) for r in (first, second)] == [
        (1, "Huile nouvelle", board),
        (2, "Huile de Noël", board),
    ]


def test_the_board_does_not_approve_what_it_has_not_read() -> None:
    offer = make.offer(OfferState.SUBMITTED, **WHOLE)
    read = offer.submitted_at
    offers.resume(offer, by=None, now=NOON)
    offers.edit(offer, by=None, now=NOON, title="Tout autre chose")
    offers.submit(offer, by=None, now=NOON)

    with pytest.raises(offers.Overtaken):
        offers.approve(offer, by=make.user(), now=NOON, read_as_of=read)


def test_of_two_who_hold_the_same_old_page_one_moves_the_offer() -> None:
    mine = make.offer(OfferState.SUBMITTED)
    yours = Offer.objects.get(pk=mine.pk)
    offers.approve(mine, by=make.user(), now=NOON)

    with pytest.raises(IllegalMove):
        offers.decline(yours, by=make.user(), comment="Non.", now=NOON)


def test_a_move_locks_its_row_first(django_assert_num_queries: Any) -> None:
    offer = make.offer(OfferState.SUBMITTED)

    with django_assert_num_queries(5) as ran:  # savepoint, lock, update, line, release
        offers.withdraw(offer, by=None, now=NOON)

    assert "FOR UPDATE" in ran[1]["sql"]
    assert connection.vendor == "postgresql"


def test_the_verdict_beside_an_offer_is_the_one_that_stands() -> None:
    board = make.user()
    offer = make.offer(OfferState.SUBMITTED, **WHOLE)
    offers.request_changes(offer, by=board, comment="Le prix ?", now=NOON)
    assert Offer.objects.with_verdict().get().verdict == "Le prix ?"

    offers.submit(offer, by=None, now=NOON + timedelta(hours=1))
    assert Offer.objects.with_verdict().get().verdict == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_the_same_moment_one_is_told() -> None:
    offer, by = make.offer(OfferState.SUBMITTED), make.board_member()

    def mine() -> Offer:
        return Offer.objects.get(pk=offer.pk)

    raised = together(
        lambda: offers.approve(mine(), by=by, now=NOON),
        lambda: offers.decline(mine(), by=by, comment="Trop tard.", now=NOON),
        lambda: offers.withdraw(mine(), by=by, now=NOON),
    )

    # what was approved may still be withdrawn; nothing else may follow one of these
    moves = [move.move for move in offer.moves.order_by("pk")]
    assert moves in (["approve"], ["approve", "withdraw"], ["decline"], ["withdraw"])
    assert {type(error) for error in raised} == {IllegalMove}
    assert len(moves) + len(raised) == 3
    assert offer.revisions.count() == moves.count("approve")


# what may follow nothing but one certain move, after every move there is
AFTER = [(move, last) for move in ANSWERS for last in Review]


@pytest.mark.parametrize(("move", "last"), AFTER, ids=lambda value: value.value)
def test_what_answers_one_move_follows_no_other(move: Review, last: Review) -> None:
    offer, by = make.offer(OfferState.APPROVED, **WHOLE), make.user()
    offer.moves.create(move=last, was="submitted", became="approved", at=NOON, is_news=True)

    if last in ANSWERS[move]:
        VERBS[move](offer, by)
    else:
        with pytest.raises(IllegalMove):
            VERBS[move](offer, by)

    assert offer.moves.count() == (2 if last in ANSWERS[move] else 1)


ANSWERED: dict[Review, Callable[[Offer, User], Any]] = {
    Review.APPROVE: lambda offer, by: offers.approve(offer, by=by, now=NOON, tell=True),
    Review.RETURN: lambda offer, by: offers.request_changes(offer, by=by, comment="Le prix ?", now=NOON, tell=True),
    Review.DECLINE: lambda offer, by: offers.decline(offer, by=by, comment="Trop tard.", now=NOON, tell=True),
}


@pytest.mark.parametrize("answer", ANSWERED, ids=lambda answer: answer.value)
def test_an_answer_undone_in_time_leaves_the_offer_as_it_waited(answer: Review) -> None:
    offer, by = make.offer(OfferState.SUBMITTED, **WHOLE), make.user()
    sent = offer.submitted_at
    ANSWERED[answer](offer, by)

    answers.undo(offer.moves.get(), by=by, now=NOON + UNDO_FOR - timedelta(microseconds=1))

    offer.refresh_from_db()
    assert (offer.state, offer.submitted_at, offer.revisions.count()) == (OfferState.SUBMITTED, sent, 0)
    assert list(offer.moves.values_list("move", "is_news")) == [(answer, False), ("undo", False)]
    assert offers.untold(now=NOON + timedelta(hours=1)) == []


def test_what_the_member_may_know_is_not_undone() -> None:
    offer, by = make.offer(OfferState.SUBMITTED, **WHOLE), make.user()
    offers.approve(offer, by=by, now=NOON, tell=True)
    move = offer.moves.get()

    assert offers.take_news(move.pk, now=NOON + UNDO_FOR - timedelta(seconds=1)) is None
    with pytest.raises(answers.TooLate):
        answers.undo(move, by=by, now=NOON + UNDO_FOR)
    assert offers.take_news(move.pk, now=NOON + UNDO_FOR) == move
    with pytest.raises(answers.TooLate):
        answers.undo(move, by=by, now=NOON + timedelta(seconds=1))


def test_an_answer_from_which_an_edition_was_made_is_not_undone() -> None:
    offer, by = make.offer(OfferState.SUBMITTED, **WHOLE), make.user()
    offers.approve(offer, by=by, now=NOON, tell=True)
    make.edition(offer)

    with pytest.raises(answers.TooLate):
        answers.undo(offer.moves.get(), by=by, now=NOON)


def test_a_return_upon_which_the_member_has_written_is_not_undone() -> None:
    offer, by = make.offer(OfferState.SUBMITTED, **WHOLE), make.user()
    offers.request_changes(offer, by=by, comment="Le prix ?", now=NOON, tell=True)
    offers.edit(offer, by=None, now=NOON, title="Tout autre chose")

    with pytest.raises(answers.TooLate):
        answers.undo(offer.moves.get(), by=by, now=NOON)


def test_a_correction_is_a_revision_under_the_boards_name_and_remembers_both_texts() -> None:
    by = make.user()
    offer = make.offer(OfferState.SUBMITTED, title="Huile nouvele", **WHOLE)

    frozen = answers.correct(offer, by=by, now=NOON, title="Huile nouvelle", seen=1)

    offer.refresh_from_db()
    move = offer.moves.get()
    assert (offer.state, offer.title, offer.version) == (OfferState.APPROVED, "Huile nouvelle", 2)
    assert (frozen.number, frozen.title, frozen.approved_by) == (1, "Huile nouvelle", by)
    assert (move.words["before"]["title"], move.words["after"]["title"]) == ("Huile nouvele", "Huile nouvelle")
    with pytest.raises(answers.NothingCorrected):
        answers.correct(offer, by=by, now=NOON, title="Huile nouvelle")
    with pytest.raises(offers.Diverged):
        answers.correct(offer, by=by, now=NOON, title="Huile", seen=1)


def test_an_objection_brings_the_members_own_words_back_to_the_board() -> None:
    offer, by = make.offer(OfferState.SUBMITTED, title="Fougasse", valid_until=TODAY, **WHOLE), make.user()
    answers.correct(offer, by=by, now=NOON, title="Pain", valid_until=TODAY + timedelta(days=3))

    answers.object_to(offer, by=by, now=NOON + timedelta(hours=1), comment=" C’est une fougasse. ")

    offer.refresh_from_db()
    assert (offer.state, offer.title, offer.valid_until) == (OfferState.SUBMITTED, "Fougasse", TODAY)
    assert offer.submitted_at == NOON + timedelta(hours=1)
    assert offer.moves.last().comment == "C’est une fougasse."  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_of_an_undo_and_a_mail_at_the_same_moment_one_wins() -> None:
    offer, by = make.offer(OfferState.SUBMITTED, **WHOLE), make.board_member()
    offers.approve(offer, by=by, now=NOON, tell=True)
    move = offer.moves.get()
    taken = list[OfferMove | None]()

    # two clocks that do not agree: only the row decides
    raised = together(
        lambda: answers.undo(OfferMove.objects.get(pk=move.pk), by=by, now=NOON),
        lambda: taken.append(offers.take_news(move.pk, now=NOON + UNDO_FOR)),
    )

    offer.refresh_from_db()
    if taken == [None]:
        assert (offer.state, raised) == (OfferState.SUBMITTED, [])
    else:
        assert offer.state == OfferState.APPROVED
        assert [type(error) for error in raised] == [answers.TooLate]
