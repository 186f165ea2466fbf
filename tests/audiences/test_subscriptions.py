"""A reader asks for the letter, confirms, chooses, pauses, leaves and comes back."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from audiences import ledger as ledger_of
from audiences import links, subscriptions, suppressions, wordings
from audiences.core.address import BadAddress
from audiences.core.consent import Act, Method, Purpose, Said, StopReason, SubscriptionState, stands
from audiences.core.profile import BadProfile
from audiences.keys import key_of
from audiences.ledger import Saying
from audiences.links import Ask, BadToken
from audiences.models import Consent, Subscriber, Subscription, Suppression
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
NOON, DAY = make.NOON, timedelta(days=1)
JEANNE = "jeanne@orange.example"


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


def ask(letter: Newsletter, *, now: datetime = NOON, **said: object) -> Subscription | None:
    asked = subscriptions.ask(letter, **{"address": JEANNE, "now": now, **said})  # type: ignore[arg-type]
    return Subscription.objects.get(pk=asked.mail_to) if asked.mail_to else None


def token(subscription: Subscription | None) -> str:
    assert subscription is not None
    assert subscription.asked_at is not None
    return links.confirm_url(Ask(subscription.pk, subscription.asked_at)).rstrip("/").rpartition("/")[2]


def confirmed(letter: Newsletter, **said: object) -> Subscription:
    return subscriptions.confirm(token(ask(letter, **said)), now=NOON)


def ledger() -> list[tuple[str, str, str]]:
    return list(Consent.objects.order_by("pk").values_list("purpose", "act", "method"))


def test_asking_keeps_who_asked_and_subscribes_nobody(letter: Newsletter) -> None:
    maussane = make.place()
    subscription = ask(
        letter,
        address=" Jeanne@ORANGE.example ",
        first_name="  Jeanne\n ",
        commune=maussane.insee,
        interests=["wine", "table", "wine"],
        tracking=True,
        source="/lettre/alpilles/",
    )

    assert subscription is not None
    assert subscription.state == SubscriptionState.ASKED
    reader = subscription.subscriber
    assert (reader.address, bytes(reader.address_key)) == ("Jeanne@orange.example", key_of(JEANNE))
    assert (reader.first_name, reader.department, reader.interests) == ("Jeanne", "13", ["table", "wine"])
    assert not subscription.tracking
    assert ledger() == [("newsletter", "asked", "form"), ("tracking", "asked", "form")]
    line = Consent.objects.first()
    assert line is not None
    assert line.wording == wordings.current(Purpose.NEWSLETTER, "fr").digest
    assert (line.source, line.locale, line.newsletter) == ("/lettre/alpilles/", "fr", "alpilles")


def test_one_mail_a_day_and_three_unanswered(letter: Newsletter) -> None:
    assert ask(letter)
    assert ask(letter, now=NOON + timedelta(hours=23)) is None
    assert ask(letter, now=NOON + DAY)
    assert ask(letter, now=NOON + 2 * DAY, address="JEANNE@orange.example")
    assert ask(letter, now=NOON + 900 * DAY) is None
    assert len(ledger()) == 3
    assert ask(letter, address="autre@orange.example")


def test_a_bad_address_or_place_is_refused_before_anything_is_written(letter: Newsletter) -> None:
    with pytest.raises(BadAddress):
        ask(letter, address="jeanne")
    with pytest.raises(BadProfile):
        ask(letter, commune="99999")
    with pytest.raises(BadProfile):
        ask(letter, interests=["fishing"])
    assert not Subscriber.objects.exists()


def test_a_stranger_cannot_change_a_reader_by_typing_their_address(letter: Newsletter) -> None:
    confirmed(letter, first_name="Jeanne", interests=["table"])
    again = ask(letter, first_name="Moqueur", interests=["wine"], tracking=True)

    assert again is not None
    assert again.state == SubscriptionState.CONFIRMED
    assert not again.tracking
    assert (again.subscriber.first_name, again.subscriber.interests) == ("Jeanne", ["table"])


def test_confirming_gives_one_consent_for_each_ticked_box(letter: Newsletter) -> None:
    subscription = confirmed(letter, tracking=True)

    assert subscription.state == SubscriptionState.CONFIRMED
    assert (subscription.confirmed_at, subscription.tracking) == (NOON, True)
    assert ledger()[2:] == [
        ("newsletter", "given", "double_opt_in"),
        ("tracking", "given", "double_opt_in"),
    ]


def test_silence_about_tracking_is_refusal(letter: Newsletter) -> None:
    assert not confirmed(letter).tracking
    assert ledger() == [("newsletter", "asked", "form"), ("newsletter", "given", "double_opt_in")]


def test_confirming_twice_changes_nothing(letter: Newsletter) -> None:
    link = token(ask(letter))
    subscriptions.confirm(link, now=NOON)
    subscriptions.confirm(link, now=NOON + DAY)
    assert len(ledger()) == 2
    assert Subscription.objects.get().confirmed_at == NOON


def test_the_first_mail_still_works_after_the_second(letter: Newsletter) -> None:
    first = token(ask(letter, tracking=True))
    ask(letter, now=NOON + DAY)
    assert subscriptions.confirm(first, now=NOON + DAY).tracking


def test_a_confirmation_grows_old(letter: Newsletter) -> None:
    link = token(ask(letter))
    with pytest.raises(BadToken):
        subscriptions.confirm(link, now=NOON + 31 * DAY)


def test_an_old_confirmation_does_not_bring_back_who_left(letter: Newsletter) -> None:
    link = token(ask(letter))
    subscriptions.confirm(link, now=NOON)
    subscriptions.leave(letter, key_of(JEANNE), now=NOON + timedelta(minutes=1))

    with pytest.raises(BadToken):
        subscriptions.confirm(link, now=NOON + timedelta(minutes=2))
    assert Subscription.objects.get().state == SubscriptionState.ENDED

    renewed = ask(letter, now=NOON + timedelta(minutes=3))
    assert subscriptions.confirm(token(renewed), now=NOON + timedelta(minutes=4)).state == "confirmed"


@pytest.mark.parametrize("reason", [StopReason.COMPLAINED, StopReason.BOARD, StopReason.UNKNOWN_USER])
def test_a_form_does_not_undo_a_complaint(letter: Newsletter, reason: StopReason) -> None:
    link = token(ask(letter))
    suppressions.suppress(JEANNE, reason=reason, now=NOON)

    assert ask(letter, now=NOON + DAY) is None
    with pytest.raises(BadToken):
        subscriptions.confirm(link, now=NOON + DAY)
    assert Suppression.objects.get().reason == reason


def test_who_was_erased_may_ask_again_and_confirm(letter: Newsletter) -> None:
    suppressions.suppress(JEANNE, reason=StopReason.ERASED, now=NOON - DAY)
    assert confirmed(letter).state == SubscriptionState.CONFIRMED
    assert not Suppression.objects.exists()


def test_leaving_is_said_once(letter: Newsletter) -> None:
    confirmed(letter, tracking=True)
    for seconds in range(3):
        now = NOON + timedelta(seconds=seconds + 1)
        assert subscriptions.leave(letter, key_of(JEANNE), now=now) is (seconds == 0)

    left = Subscription.objects.get()
    assert (left.state, left.tracking, left.ended_at) == ("ended", False, NOON + timedelta(seconds=1))
    assert ledger()[4:] == [("newsletter", "withdrawn", "one_click"), ("tracking", "withdrawn", "one_click")]


def test_leaving_works_when_nothing_is_left_of_the_reader(letter: Newsletter) -> None:
    confirmed(letter)
    Subscriber.objects.all().delete()
    assert subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert not subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert ledger()[-1] == ("newsletter", "withdrawn", "one_click")
    assert Consent.objects.filter(act=Act.WITHDRAWN).count() == 1


def test_leaving_says_no_wherever_the_rule_finds_no_no_that_stands(letter: Newsletter) -> None:
    """The database and Python read a ledger alike, whatever was said in whatever order, at once or one by one."""
    acts, moments = list(Act), (0, 1)
    every = [said for many in range(4) for said in product(product(acts, moments), repeat=many)]
    for number, said in enumerate(every):
        key = key_of(f"lecteur{number}@lavande.example")
        lines = [Said(act, NOON + timedelta(seconds=at)) for act, at in said]
        saying = Saying(Method.FORM, "/lettre/")
        Consent.objects.bulk_create(
            ledger_of.line(letter, key, Purpose.NEWSLETTER, line.act, saying, at=line.at) for line in lines
        )
        says_no = stands(lines) or not any(line.act is Act.WITHDRAWN for line in lines)

        assert subscriptions.leave(letter, key, now=NOON) is says_no, said
        last = Consent.objects.filter(address_key=key).latest("pk")
        assert not says_no or (last.act, last.at) == (Act.WITHDRAWN, ledger_of.later(NOON, lines)), said
        assert not stands(ledger_of.lines(letter, key, Purpose.NEWSLETTER)), said


def test_nobody_leaves_a_letter_that_is_none(letter: Newsletter) -> None:
    assert not subscriptions.leave(Newsletter(pk=letter.pk + 1), key_of(JEANNE), now=NOON)
    assert not Consent.objects.exists()


def test_leaving_one_letter_is_not_leaving_another(letter: Newsletter) -> None:
    other = make.newsletter()
    jeanne = make.reader(JEANNE, of=letter)
    Subscription.objects.create(newsletter=other, subscriber=jeanne, state="confirmed", confirmed_at=NOON)
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert {s.newsletter: s.state for s in Subscription.objects.all()} == {letter: "ended", other: "confirmed"}


def test_coming_back_right_after_leaving_is_a_new_consent(letter: Newsletter) -> None:
    confirmed(letter, tracking=True)
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)

    for _ in range(2):
        assert subscriptions.come_back(letter, key_of(JEANNE), monthly=True, now=NOON)
    back = Subscription.objects.get()
    assert (back.state, back.monthly, back.tracking) == ("confirmed", True, False)
    assert ledger()[-1] == ("newsletter", "given", "form")
    assert Consent.objects.filter(act=Act.GIVEN, purpose=Purpose.NEWSLETTER).count() == 2


def test_nobody_is_brought_back_a_day_later_or_over_a_complaint(letter: Newsletter) -> None:
    confirmed(letter)
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert not subscriptions.come_back(letter, key_of(JEANNE), now=NOON + DAY + timedelta(seconds=1))
    suppressions.suppress(JEANNE, reason=StopReason.COMPLAINED, now=NOON)
    assert not subscriptions.come_back(letter, key_of(JEANNE), now=NOON)
    assert Subscription.objects.get().state == SubscriptionState.ENDED


def test_who_only_asked_cannot_come_back(letter: Newsletter) -> None:
    ask(letter)
    assert not subscriptions.come_back(letter, key_of(JEANNE), now=NOON)
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert not subscriptions.come_back(letter, key_of(JEANNE), now=NOON)


def test_a_pause_is_kept_until_its_day(letter: Newsletter) -> None:
    confirmed(letter)
    until = make.TODAY + 60 * DAY
    assert subscriptions.pause(letter, key_of(JEANNE), until=until, now=NOON)
    assert Subscriber.objects.get().paused_until == until
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    assert not subscriptions.pause(letter, key_of(JEANNE), until=None, now=NOON)


def test_choosing_writes_a_line_only_where_consent_changes(letter: Newsletter) -> None:
    reader = confirmed(letter).subscriber

    def prefer(*, tracking: bool) -> Subscription:
        return subscriptions.prefer(
            reader,
            letter,
            interests=["nature"],
            language="en",
            commune="",
            paused_until=None,
            tracking=tracking,
            monthly=True,
            now=NOON,
        )

    before = len(ledger())
    for tracking in (False, True, True, False, False):
        assert prefer(tracking=tracking).tracking is tracking
    assert ledger()[before:] == [
        ("tracking", "given", "preference_centre"),
        ("tracking", "withdrawn", "preference_centre"),
    ]
    reader.refresh_from_db()
    assert (reader.interests, reader.language) == (["nature"], "en")


def test_who_left_has_nothing_to_choose(letter: Newsletter) -> None:
    reader = confirmed(letter).subscriber
    subscriptions.leave(letter, key_of(JEANNE), now=NOON)
    with pytest.raises(subscriptions.NotSubscribed):
        subscriptions.prefer(
            reader,
            letter,
            interests=[],
            language="fr",
            commune="",
            paused_until=None,
            tracking=True,
            monthly=False,
            now=NOON,
        )


def test_every_withdrawal_names_its_method(letter: Newsletter) -> None:
    confirmed(letter)
    subscriptions.leave(letter, key_of(JEANNE), method=Method.ADMIN, source="bureau", now=NOON)
    assert ledger()[-1] == ("newsletter", "withdrawn", "admin")


@pytest.mark.parametrize("statement", ["UPDATE audiences_consent SET act = 'given'", "DELETE FROM audiences_consent"])
def test_the_ledger_refuses_to_be_changed(letter: Newsletter, statement: str) -> None:
    confirmed(letter)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute(statement)
    assert len(ledger()) == 2
