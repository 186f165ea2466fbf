"""What the world says back, on the real database: told once, in any order, and nobody alive is stopped."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from audiences import subscriptions
from audiences.models import Consent, Subscriber, Subscription, Suppression
from campaigns import chunks, deliveries, feedback, rounds
from campaigns.core.delivery import DeliveryState, Turn
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.core.receipt import Phase, Receipt
from campaigns.models import Campaign, Chunk, Delivery, DeliveryEvent, Evidence
from newsletter.models import Newsletter
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
S = DeliveryState
LATER = NOON + timedelta(hours=1)


def told(row: Delivery, kind: Heard, key: str = "1", **fields: Any) -> Feedback:
    return Feedback(key=key, source="test", delivery=row.pk, kind=kind, at=LATER, **fields)


def sent(*states: str) -> list[Delivery]:
    """One row of a finished campaign in each of these states; one row sent when none is named."""
    make.readers(len(states or ("sent",)))
    return make.settled(make.running(), *(states or ("sent",)))


def stands(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason


def suppressed() -> dict[bytes, str]:
    return {bytes(key): reason for key, reason in Suppression.objects.values_list("address_key", "reason")}


def test_what_is_told_twice_is_one_row() -> None:
    [row] = sent()
    report = told(row, Heard.DELIVERED)
    assert feedback.record(report, now=LATER)
    assert not feedback.record(report, now=LATER + timedelta(days=1))
    [event] = DeliveryEvent.objects.all()
    assert (event.delivery, event.campaign, event.kind, event.at, event.recorded_at) == (
        row,
        row.campaign,
        "delivered",
        LATER,
        LATER,
    )


def test_a_message_that_is_no_more_is_spoken_of_in_vain() -> None:
    [row] = sent()
    ghost = Feedback("1", "test", row.pk + 1000, Heard.BOUNCED, LATER, Fault.UNKNOWN_USER)
    assert not feedback.record(ghost, now=LATER)
    assert not DeliveryEvent.objects.exists()


def test_the_database_refuses_to_change_an_event_and_forgets_it_only_with_its_reader() -> None:
    [row] = sent()
    feedback.record(told(row, Heard.DELIVERED), now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryEvent.objects.update(kind="bounced")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryEvent.objects.all().delete()
    Subscriber.objects.all().delete()
    assert DeliveryEvent.objects.count() == 1
    DeliveryEvent.objects.all().delete()
    assert not DeliveryEvent.objects.exists()


def test_the_database_refuses_an_open() -> None:
    [row] = sent()
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryEvent.objects.create(
            key=b"1", delivery=row, campaign=row.campaign, kind="opened", at=LATER, recorded_at=LATER, source="test"
        )


def test_a_message_that_came_back_was_not_received_and_its_dead_address_is_not_written_to_again() -> None:
    [row] = sent()
    feedback.record(told(row, Heard.BOUNCED, fault=Fault.UNKNOWN_USER), now=LATER)
    assert stands(row) == ("failed", "unknown_user")
    assert suppressed() == {bytes(row.address_key): "unknown_user"}
    tally = chunks.tally(row.campaign)
    assert (tally.sent, tally.failed) == (0, 1)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST)])
def test_nothing_but_an_address_that_does_not_exist_is_enough_to_stop_someone(fault: Fault) -> None:
    [row] = sent()
    feedback.record(told(row, Heard.BOUNCED, fault=fault), now=LATER)
    assert stands(row) == ("failed", fault.value)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind in Heard if kind not in (Heard.BOUNCED, Heard.COMPLAINED)])
def test_nothing_else_that_is_heard_suppresses_even_with_the_gravest_fault(kind: Heard) -> None:
    [row] = sent()
    fault = Fault.UNKNOWN_USER if kind in (Heard.DEFERRED, Heard.REJECTED) else None
    feedback.record(told(row, kind, fault=fault), now=LATER)
    assert not Suppression.objects.exists()
    assert DeliveryEvent.objects.count() == 1


def letters(faults: Sequence[Fault | None]) -> list[Delivery]:
    """The same reader's letters, the oldest first; those with a fault came back."""
    make.reader()
    rows = []
    for number, fault in enumerate(faults):
        campaign = make.running(now=NOON + timedelta(minutes=number))
        [row] = make.settled(campaign, "sent")
        rows.append(row)
        if fault:
            feedback.record(told(row, Heard.BOUNCED, key=str(number), fault=fault), now=LATER)
    return rows


FULL, OURS = Fault.MAILBOX_FULL, Fault.POLICY


@pytest.mark.parametrize(
    ("faults", "is_stopped"),
    [
        ([FULL, FULL], False),
        ([FULL, FULL, FULL], True),
        ([FULL, None, FULL, None, FULL], True),
        ([FULL, FULL, None, None, None, FULL], False),
        ([OURS, OURS, OURS, OURS, OURS], False),
        ([FULL, OURS, FULL, OURS, OURS], False),
        ([FULL, Fault.TRANSIENT, Fault.UNKNOWN], True),
    ],
)
def test_three_soft_bounces_among_the_last_five_count_as_one_hard(faults: list[Fault | None], is_stopped: bool) -> None:
    letters(faults)
    assert list(suppressed().values()) == (["bounced"] if is_stopped else [])


def test_a_mailbox_that_was_full_and_confirms_again_is_written_to_again() -> None:
    rows = letters([FULL, FULL, FULL])
    key = bytes(rows[0].address_key)
    Subscription.objects.update(confirmed_at=LATER + timedelta(days=1))
    Suppression.objects.all().delete()
    feedback.record(told(rows[0], Heard.BOUNCED, key="again", fault=FULL), now=LATER + timedelta(days=2))
    assert key not in suppressed()


def test_a_complaint_ends_the_subscription_with_a_line_of_consent_and_stops_everything() -> None:
    [row] = sent()
    feedback.record(told(row, Heard.COMPLAINED), now=LATER)
    assert suppressed() == {bytes(row.address_key): "complained"}
    assert Subscription.objects.get().state == "ended"
    [line] = Consent.objects.filter(address_key=bytes(row.address_key), act="withdrawn")
    assert (line.method, line.source) == ("complaint", f"delivery {row.pk}")
    assert stands(row) == ("sent", "")


def test_who_unsubscribed_at_the_provider_has_left() -> None:
    [row] = sent()
    feedback.record(told(row, Heard.UNSUBSCRIBED), now=LATER)
    assert Subscription.objects.get().state == "ended"
    assert Consent.objects.get(act="withdrawn").method == "provider"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("kind", [Heard.UNSUBSCRIBED, Heard.COMPLAINED, Heard.BOUNCED])
def test_an_old_word_does_not_undo_a_newer_yes(kind: Heard) -> None:
    [row] = sent()
    Subscription.objects.update(confirmed_at=LATER + timedelta(days=1))
    fault = Fault.UNKNOWN_USER if kind is Heard.BOUNCED else None
    feedback.record(told(row, kind, fault=fault), now=LATER + timedelta(days=2))
    assert Subscription.objects.get().state == "confirmed"
    assert not Suppression.objects.exists()


def test_a_report_dated_before_its_message_has_a_wrong_clock_and_is_taken_for_new() -> None:
    [row] = sent()
    report = Feedback("1", "test", row.pk, Heard.COMPLAINED, NOON - timedelta(days=9000))
    feedback.record(report, now=LATER)
    assert Subscription.objects.get().state == "ended"


def test_a_forwarded_copy_that_bounces_says_nothing_of_who_forwarded_it() -> None:
    [row] = sent("in_doubt")
    feedback.record(told(row, Heard.BOUNCED, fault=Fault.UNKNOWN_USER, about=b"somebody else"), now=LATER)
    assert stands(row) == ("sent", "")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("kind", "became", "proof"),
    [
        (Heard.DELIVERED, "sent", "sent"),
        (Heard.DEFERRED, "sent", "sent"),
        (Heard.CLICKED, "sent", "sent"),
        (Heard.AUTORESPONDED, "sent", "sent"),
        (Heard.COMPLAINED, "sent", "sent"),
        (Heard.UNSUBSCRIBED, "sent", "sent"),
        (Heard.BOUNCED, "failed", "refused"),
        (Heard.REJECTED, "failed", "refused"),
    ],
)
def test_whatever_bears_the_token_ends_a_doubt_and_is_kept_as_evidence(kind: Heard, became: str, proof: str) -> None:
    [row] = sent("in_doubt")
    feedback.record(told(row, kind), now=LATER)
    assert stands(row)[0] == became
    evidence = Evidence.objects.get()
    assert (evidence.proof, evidence.source, evidence.by) == (proof, f"{kind.value}: test", None)


def test_a_word_that_nobody_understands_ends_no_doubt() -> None:
    [row] = sent("in_doubt")
    feedback.record(told(row, Heard.UNKNOWN), now=LATER)
    assert stands(row)[0] == "in_doubt"
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(("kind", "became"), [(Heard.DELIVERED, "sent"), (Heard.BOUNCED, "failed")])
def test_a_webhook_may_overtake_the_receipt_which_does_not_undo_it(kind: Heard, became: str) -> None:
    make.reader()
    make.running()
    chunk = chunks.claim(worker=7, now=NOON)
    assert chunk
    [armed] = deliveries.arm(chunk, worker=7, limit=1, now=NOON)
    row = Delivery.objects.get(pk=armed.delivery)
    feedback.record(told(row, kind), now=NOON)
    deliveries.record(chunk, [Receipt(row.pk, Turn.LOSE, Phase.DOT_SENT)], worker=7, now=NOON)
    assert stands(row)[0] == became
    chunks.release(chunk)


def leaving_again() -> tuple[Delivery, Chunk]:
    """A row that came back once, and leaves in a second round just now."""
    [row] = sent("failed")
    rounds.resend_failed(row.campaign, by=None, now=NOON)
    chunk = chunks.claim(worker=7, now=NOON)
    assert chunk
    assert [armed.delivery for armed in deliveries.arm(chunk, worker=7, limit=1, now=NOON)] == [row.pk]
    return row, chunk


@pytest.mark.parametrize("round", [0, 1])
@pytest.mark.parametrize("kind", [Heard.BOUNCED, Heard.DELIVERED])
def test_a_late_word_on_the_first_round_says_nothing_of_the_second(kind: Heard, round: int) -> None:
    row, chunk = leaving_again()
    fault = Fault.MAILBOX_FULL if kind is Heard.BOUNCED else None
    feedback.record(told(row, kind, fault=fault, round=round), now=LATER)
    assert stands(row) == ("sending", "")
    deliveries.record(chunk, [Receipt(row.pk, Turn.ACCEPT, Phase.REPLIED, 250)], worker=7, now=NOON)
    assert stands(row) == ("sent", "")
    feedback.record(told(row, Heard.BOUNCED, key="2", fault=Fault.MAILBOX_FULL, round=1), now=LATER)
    assert stands(row) == ("sent", "")
    assert DeliveryEvent.objects.count() == 2
    chunks.release(chunk)


def test_a_word_on_its_own_round_may_overtake_its_receipt_there_too() -> None:
    row, chunk = leaving_again()
    feedback.record(told(row, Heard.BOUNCED, fault=Fault.MAILBOX_FULL, round=2), now=LATER)
    deliveries.record(chunk, [Receipt(row.pk, Turn.ACCEPT, Phase.REPLIED, 250)], worker=7, now=NOON)
    assert stands(row) == ("failed", "mailbox_full")
    chunks.release(chunk)


def test_a_late_word_that_an_address_does_not_exist_still_stops_it() -> None:
    row, chunk = leaving_again()
    feedback.record(told(row, Heard.BOUNCED, fault=Fault.UNKNOWN_USER, round=1), now=timezone.now())
    assert (stands(row)[0], list(suppressed().values())) == ("sending", ["unknown_user"])
    deliveries.record(chunk, [Receipt(row.pk, Turn.ACCEPT, Phase.REPLIED, 250)], worker=7, now=NOON)
    chunks.release(chunk)


@pytest.mark.parametrize("state", [S.SKIPPED, S.EXPIRED, S.CANCELLED])
@pytest.mark.parametrize("kind", list(Heard))
def test_what_never_left_is_not_moved_by_what_is_said_of_it(state: DeliveryState, kind: Heard) -> None:
    [row] = sent(state.value)
    feedback.record(told(row, kind), now=LATER)
    assert stands(row)[0] == state


def test_a_link_belongs_to_a_click() -> None:
    [row] = sent()
    feedback.record(told(row, Heard.CLICKED, link=3, scanner="fast"), now=LATER)
    event = DeliveryEvent.objects.get()
    assert (event.link, event.scanner) == (3, "fast")
    with pytest.raises(IntegrityError), transaction.atomic():
        feedback.record(told(row, Heard.DELIVERED, link=3), now=LATER)


def test_no_address_is_kept_whatever_the_report_says() -> None:
    [row] = sent()
    said = "550 5.1.1 <jeanne@boite.example>: user unknown"
    report = told(row, Heard.BOUNCED, key="jeanne@boite.example", fault=Fault.UNKNOWN_USER, text=said)
    feedback.record(report, now=LATER)
    event = DeliveryEvent.objects.get()
    assert event.text == "550 5.1.1 <…>: user unknown"
    assert b"jeanne" not in bytes(event.key)


def test_reports_of_an_erased_reader_settle_and_stop_as_ever() -> None:
    [row] = sent()
    Subscriber.objects.all().delete()
    feedback.record(told(row, Heard.COMPLAINED), now=LATER)
    assert suppressed() == {bytes(row.address_key): "complained"}
    assert Consent.objects.get(act="withdrawn").method == "complaint"


REPORTS = [
    (Heard.DELIVERED, None),
    (Heard.DEFERRED, Fault.TRANSIENT),
    (Heard.BOUNCED, Fault.UNKNOWN_USER),
    (Heard.BOUNCED, Fault.MAILBOX_FULL),
    (Heard.BOUNCED, Fault.TRANSIENT),
    (Heard.BOUNCED, Fault.POLICY),
    (Heard.REJECTED, Fault.CONTENT),
    (Heard.COMPLAINED, None),
    (Heard.CLICKED, None),
    (Heard.UNSUBSCRIBED, None),
    (Heard.AUTORESPONDED, None),
    (Heard.UNKNOWN, None),
]


def everything(campaign: Campaign) -> tuple[object, ...]:
    return (
        sorted(Delivery.objects.filter(campaign=campaign).values_list("position", "state", "reason")),
        sorted((bytes(key), kind) for key, kind in DeliveryEvent.objects.values_list("key", "kind")),
        suppressed(),
        sorted(Subscription.objects.values_list("pk", "state")),
        sorted((bytes(key), act) for key, act in Consent.objects.values_list("address_key", "act")),
        chunks.tally(campaign),
    )


def test_who_complained_and_whose_mailbox_died_has_one_reason_whichever_was_heard_first() -> None:
    rows = sent("sent", "sent")
    words = [(Heard.COMPLAINED, None), (Heard.BOUNCED, Fault.UNKNOWN_USER)]
    for row, said in zip(rows, (words, words[::-1]), strict=True):
        for kind, fault in said:
            feedback.record(told(row, kind, key=f"{row.pk}{kind}", fault=fault), now=LATER)
    assert set(suppressed().values()) == {"complained"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_reports_settle_alike_in_any_order_and_however_often_told(data: some.DataObject) -> None:
    with transaction.atomic():
        rows = sent("sent", "in_doubt", "failed", "skipped")
        campaign = rows[0].campaign
        drawn = some.tuples(some.integers(0, 3), some.sampled_from(REPORTS), some.sampled_from("ab"))
        reports = [
            told(rows[row], kind, key=f"{row}{kind}{fault}{key}", fault=fault)
            for row, (kind, fault), key in data.draw(some.lists(drawn, max_size=8))
        ]
        found = []
        for told_again in (reports, [reports[n] for n in data.draw(some.permutations([*range(len(reports))] * 2))]):
            point = transaction.savepoint()
            for one in told_again:
                feedback.record(one, now=LATER)
            found.append(everything(campaign))
            transaction.savepoint_rollback(point)
        feedback.record_many(reports[::-1], now=LATER)
        found.append(everything(campaign))
        assert found[0] == found[1] == found[2]
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_reports_told_by_four_at_once_are_one_row_each() -> None:
    rows = sent(*["sent"] * 40)
    reports = [told(row, Heard.BOUNCED, key=str(row.pk), fault=Fault.UNKNOWN_USER) for row in rows]
    campaign = rows[0].campaign

    def tell(turn: int) -> int:
        try:
            return feedback.record_many((reports if turn % 2 else reports[::-1]) * 62, now=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        news = list(people.map(tell, range(4)))
    assert (sum(news), DeliveryEvent.objects.count(), Suppression.objects.count()) == (40, 40, 40)
    assert chunks.tally(campaign).failed == 40


def test_a_reader_who_is_suppressed_by_a_bounce_is_passed_over_in_what_still_waits() -> None:
    [row] = sent()
    waiting = make.running()
    feedback.record(told(row, Heard.BOUNCED, fault=Fault.UNKNOWN_USER), now=LATER)
    other = Delivery.objects.get(campaign=waiting)
    assert (other.state, other.reason) == ("skipped", "suppressed")
    assert Newsletter.objects.count() == 1
    assert subscriptions.find(Newsletter.objects.get(), bytes(row.address_key)) is not None
