"""Readers who come in a file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audiences import segments, subscriptions, suppressions
from audiences.core.consent import CustomerKind, Method, StopReason, SubscriptionState
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Subscription
from audiences.subscriptions import Admission, ConsentSource, Newcomer, Refused
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
NOON, DAY = make.NOON, timedelta(days=1)
Queries = Callable[[int], Any]
QUERIES_OF_A_BATCH = 9
FAIR = ConsentSource(Method.ATTESTED_IMPORT, "Salon de Saint-Rémy, bulletins papier", NOON - 30 * DAY)


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter()


def test_a_reader_with_a_consent_source_is_subscribed(letter: Newsletter) -> None:
    maussane = make.place()
    subscription = subscriptions.admit(
        letter,
        address="Jeanne@Orange.example",
        first_name="Jeanne",
        commune=maussane.insee,
        interests=["table"],
        kind=CustomerKind.TRADE,
        consent=FAIR,
        now=NOON,
    )

    assert (subscription.state, subscription.confirmed_at, subscription.tracking) == ("confirmed", FAIR.at, False)
    reader = subscription.subscriber
    assert (reader.address, reader.department, reader.kind) == ("Jeanne@orange.example", "13", "trade")
    line = Consent.objects.get()
    assert (line.act, line.method, line.source, line.at) == ("given", "attested_import", FAIR.source, FAIR.at)
    assert segments.count(letter, now=NOON) == 1


@pytest.mark.parametrize(
    ("consent", "code"),
    [
        (None, "no_consent"),
        (ConsentSource(Method.ADMIN, "  ", NOON), "no_consent"),
        (ConsentSource(Method.ADMIN, "salon", NOON + DAY), "consent_in_future"),
    ],
)
def test_without_a_consent_source_nobody_is_admitted(
    letter: Newsletter, consent: ConsentSource | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        subscriptions.admit(letter, address="jeanne@orange.example", consent=consent, now=NOON)
    assert refused.value.code == code
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("reason", StopReason)
def test_a_suppressed_address_cannot_be_admitted(letter: Newsletter, reason: StopReason) -> None:
    suppressions.suppress("jeanne@orange.example", reason=reason, now=NOON)
    with pytest.raises(Refused, match="suppressed"):
        subscriptions.admit(letter, address="JEANNE@orange.example", consent=FAIR, now=NOON)
    assert not Subscriber.objects.exists()


def test_an_older_consent_never_overrules_a_later_no(letter: Newsletter) -> None:
    subscriptions.admit(letter, address="jeanne@orange.example", consent=FAIR, now=NOON)
    subscriptions.leave(letter, key_of("jeanne@orange.example"), now=NOON)

    with pytest.raises(Refused, match="withdrawn"):
        subscriptions.admit(letter, address="jeanne@orange.example", consent=FAIR, now=NOON + DAY)
    Subscriber.objects.all().delete()
    with pytest.raises(Refused, match="withdrawn"):
        subscriptions.admit(letter, address="jeanne@orange.example", consent=FAIR, now=NOON + DAY)

    anew = ConsentSource(Method.FORM, "bulletin signé", NOON + DAY)
    assert (
        subscriptions.admit(letter, address="jeanne@orange.example", consent=anew, now=NOON + DAY).state == "confirmed"
    )


def test_who_only_asked_is_subscribed_by_a_file(letter: Newsletter) -> None:
    subscriptions.ask(letter, address="jeanne@orange.example", now=NOON - 40 * DAY)
    subscriptions.admit(letter, address="jeanne@orange.example", consent=FAIR, now=NOON)
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED


def test_bad_lines_are_named_and_the_others_come_in(letter: Newsletter) -> None:
    suppressions.suppress("non@orange.example", reason=StopReason.COMPLAINED, now=NOON)
    admission = subscriptions.admit_many(
        letter,
        [
            Newcomer("oui@orange.example"),
            Newcomer("sans-arobase"),
            Newcomer("non@orange.example"),
            Newcomer("perdu@orange.example", commune="99999"),
            Newcomer("peche@orange.example", interests=("fishing",)),
            Newcomer("langue@orange.example", language="français"),
            Newcomer("OUI@Orange.example"),
        ],
        consent=FAIR,
        now=NOON,
    )

    assert (admission.admitted, admission.known) == (1, 1)
    assert {refusal.index: refusal.code for refusal in admission.refused} == {
        1: "no_at",
        2: "suppressed",
        3: "unknown_commune",
        4: "unknown_interest",
        5: "bad_language",
    }
    assert [subscriber.address for subscriber in Subscriber.objects.all()] == ["oui@orange.example"]


def test_a_line_with_a_consent_of_its_own_goes_before_the_common_one(letter: Newsletter) -> None:
    own = ConsentSource(Method.FORM, "site, ancien formulaire", NOON - DAY)
    subscriptions.admit_many(
        letter,
        [Newcomer("a@orange.example", consent=own, tracking=True), Newcomer("b@orange.example")],
        consent=FAIR,
        now=NOON,
    )
    lines = Consent.objects.order_by("at", "purpose").values_list("purpose", "source")
    assert list(lines) == [("newsletter", FAIR.source), ("newsletter", own.source), ("tracking", own.source)]
    assert list(Subscription.objects.order_by("pk").values_list("tracking", flat=True)) == [True, False]


def test_the_same_file_again_changes_nothing(letter: Newsletter) -> None:
    rows = [Newcomer(f"r{number}@orange.example", interests=("wine",)) for number in range(5)]
    assert subscriptions.admit_many(letter, rows, consent=FAIR, now=NOON) == Admission(5, 0)
    Subscriber.objects.update(interests=["table"])

    assert subscriptions.admit_many(letter, rows, consent=FAIR, now=NOON + DAY) == Admission(0, 5)
    assert Consent.objects.count() == 5
    assert {tuple(reader.interests) for reader in Subscriber.objects.all()} == {("table",)}


@pytest.mark.parametrize("count", [3, 300])
def test_a_file_costs_as_many_queries_however_many_readers_of_a_batch(
    letter: Newsletter, count: int, django_assert_num_queries: Queries
) -> None:
    maussane = make.place()
    rows = [Newcomer(f"r{number}@boite.example", "Zoé", commune=maussane.insee) for number in range(count)]
    with django_assert_num_queries(QUERIES_OF_A_BATCH):
        assert subscriptions.admit_many(letter, rows, consent=FAIR, now=NOON).admitted == count
