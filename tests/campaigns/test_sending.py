"""The loop from leased chunk to wire and back, over real sockets. Whatever happens, the counts add up."""

import email
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email import policy

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from audiences import subscriptions, suppressions
from audiences.core.consent import Method, StopReason
from audiences.models import Subscriber, Suppression
from campaigns import chunks, deliveries, drains, filling, hands, paces, schedule, sending, sweeping
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Delivery, DeliveryRetry
from tests import make
from tests.campaigns.peer import Peer, Script

pytestmark = pytest.mark.django_db(transaction=True)


def always(phase: str, answer: str | None) -> Script:
    return lambda seen, count: answer if seen == phase else True


@pytest.fixture
def peer(settings: pytest.FixtureRequest) -> Iterator[Peer]:
    with Peer() as peer:
        settings.RELAY_URLS = (peer.url,)  # type: ignore[attr-defined]
        yield peer


def drain() -> int:
    return sending.drain(until=timezone.now() + timedelta(seconds=20))


def going(count: int = 3) -> Campaign:
    make.readers(count)
    return make.running(now=timezone.now())


def state(campaign: Campaign) -> tuple[str, Tally]:
    campaign.refresh_from_db()
    counted = {key: Delivery.objects.filter(campaign=campaign, state=key).count() for key in chunks.STATES}
    assert chunks.tally(campaign) == Tally(**counted), "I1: the chunks count what the rows say"
    return campaign.state, Tally(**counted)


def test_every_reader_gets_one_message_with_their_name_and_their_way_out(peer: Peer) -> None:
    reader = make.reader("zoe@exemple.example", first_name="Zoé")
    edition = make.locked_edition(editorial="L’hiver est notre saison secrète.")
    campaign = make.running(edition, now=timezone.now())
    assert drain() == 1
    schedule.finish_done(now=timezone.now())
    assert state(campaign) == ("finished", Tally(sent=1))
    [(recipient, raw)] = peer.accepted
    message = email.message_from_bytes(raw, policy=policy.default)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (recipient, message["To"]) == (reader.address, reader.address)
    assert "Bonjour Zoé" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"][1:-1] in text.replace("\n", "")


def test_messages_of_one_window_share_a_few_connections(peer: Peer) -> None:
    campaign = going(7)
    assert drain() == 7
    assert (state(campaign)[1], len(set(peer.recipients()))) == (Tally(sent=7), 7)
    assert peer.connections <= drains.CONNECTIONS


def test_nothing_is_sent_twice_by_a_second_worker(peer: Peer) -> None:
    going(3)
    assert (drain(), drain()) == (3, 0)
    assert len(peer.accepted) == 3


def test_two_workers_pass_each_other_by(peer: Peer) -> None:
    going(1)
    first = chunks.claim(worker=1, now=timezone.now())
    assert first is not None
    assert chunks.claim(worker=2, now=timezone.now()) is None


def test_a_lease_that_was_taken_over_writes_nothing_more(peer: Peer) -> None:
    going(1)
    now = timezone.now()
    mine = chunks.claim(worker=1, now=now)
    theirs = chunks.claim(worker=2, now=now + chunks.LEASE + timedelta(seconds=1))
    assert mine is not None
    assert theirs is not None
    with pytest.raises(deliveries.LeaseLost):
        deliveries.arm(mine, worker=1, limit=5, now=now)
    assert len(deliveries.arm(theirs, worker=2, limit=5, now=now)) == 1


def test_a_suppressed_address_is_passed_over_though_it_was_queued(peer: Peer) -> None:
    reader = make.reader()
    campaign = make.running(now=timezone.now())
    suppressions.suppress(reader.address, reason=StopReason.COMPLAINED, now=timezone.now())
    assert drain() == 0
    assert (state(campaign)[1], peer.accepted) == (Tally(skipped=1), [])


def test_who_left_is_skipped_in_the_same_moment_and_never_armed(peer: Peer) -> None:
    reader = make.reader()
    campaign = make.running(now=timezone.now())
    subscriptions.leave(
        campaign.edition.newsletter, bytes(reader.address_key), method=Method.ONE_CLICK, now=timezone.now()
    )
    assert state(campaign)[1] == Tally(skipped=1)
    assert Delivery.objects.get().reason == "no_consent"
    assert drain() == 0


def test_a_pause_that_began_after_the_launch_is_kept(peer: Peer) -> None:
    reader = make.reader()
    campaign = make.running(now=timezone.now())
    Subscriber.objects.filter(pk=reader.pk).update(paused_until=timezone.localdate() + timedelta(days=10))
    assert drain() == 0
    assert (state(campaign)[1], Delivery.objects.get().reason) == (Tally(skipped=1), "paused")


def test_an_address_with_an_accented_domain_is_written_to_by_its_ascii_name(peer: Peer) -> None:
    make.reader("jeanne@épicerie.example")
    make.running(now=timezone.now())
    assert drain() == 1
    assert peer.recipients() == ["jeanne@xn--picerie-9xa.example"]


def test_an_erased_reader_leaves_the_ledger_whole(peer: Peer) -> None:
    reader = make.reader()
    campaign = make.running(now=timezone.now())
    reader.delete()
    assert drain() == 0
    assert (state(campaign)[1], Delivery.objects.get().reason) == (Tally(skipped=1), "erased")


def test_an_unknown_user_fails_alone_and_is_never_written_to_again(peer: Peer) -> None:
    campaign = going(3)
    peer.script = lambda phase, count: "550 5.1.1 unknown" if (phase, count) == ("rcpt", 2) else True
    assert drain() == 2
    assert state(campaign)[1] == Tally(sent=2, failed=1)
    failed = Delivery.objects.get(state="failed")
    assert (failed.reason, failed.reply_code) == ("unknown_user", 550)
    assert Suppression.objects.get().address_key == failed.address_key


def test_a_4xx_waits_for_its_retry_and_then_leaves(peer: Peer) -> None:
    campaign = going(2)
    peer.script = lambda phase, count: "450 4.2.0 busy" if (phase, count) == ("rcpt", 1) else True
    assert drain() == 1
    assert state(campaign)[1] == Tally(queued=1, sent=1)
    assert (drain(), schedule.finish_done(now=timezone.now())) == (0, 0)
    retry = DeliveryRetry.objects.get()
    assert timedelta(minutes=4) < retry.not_before - timezone.now() < timedelta(minutes=6)
    assert deliveries.wake_retries(now=retry.not_before) == 1
    assert drain() == 1
    assert state(campaign)[1] == Tally(sent=2)


def test_a_line_that_dies_before_the_dot_is_tried_again_and_the_rest_goes_on(peer: Peer) -> None:
    campaign = going(3)
    peer.script = lambda phase, count: None if (phase, count) == ("rcpt", 1) else True
    assert drain() == 2
    assert (state(campaign)[1], DeliveryRetry.objects.count()) == (Tally(queued=1, sent=2), 1)


@pytest.mark.parametrize("end", [None, "accept and close"])
def test_a_line_that_dies_after_the_dot_is_doubt_and_is_never_sent_again(peer: Peer, end: str | None) -> None:
    campaign = going(2)
    peer.script = lambda phase, count: end if (phase, count) == ("dot", 1) else True
    drain()
    drain()
    schedule.finish_done(now=timezone.now())
    assert state(campaign) == ("finished", Tally(sent=1, in_doubt=1))
    assert len(peer.recipients()) == len(set(peer.recipients()))


@pytest.mark.parametrize(
    ("phase", "answer", "reason"),
    [
        ("connect", "554 no service", "relay_unreachable"),
        ("mail", "550 5.7.1 sender refused", "relay_policy"),
        ("mail", "535 5.7.8 bad credentials", "login_refused"),
        ("dot", "550 5.7.515 access denied", "relay_policy"),
        ("mail", "451 4.7.0 hourly limit exceeded", "relay_quota"),
    ],
)
def test_what_is_ours_to_mend_pauses_the_campaign_and_no_row_fails(
    peer: Peer, phase: str, answer: str, reason: str
) -> None:
    campaign = going(3)
    peer.script = always(phase, answer)
    assert drain() == 0
    assert state(campaign) == ("paused", Tally(queued=3))
    assert (campaign.pause_reason, Suppression.objects.count()) == (reason, 0)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    peer.script = always("none", None)
    schedule.resume(campaign, by=None, now=timezone.now())
    assert drain() == 3


def test_554_policy_for_all_trips_the_breaker_and_no_row_fails(peer: Peer) -> None:
    campaign = going(12)
    peer.script = always("dot", "554 5.7.1 rejected by policy")
    assert drain() == 0
    assert state(campaign) == ("paused", Tally(queued=12))
    assert (campaign.pause_reason, Suppression.objects.count()) == ("relay_policy", 0)
    # Five trip it; what the other connections had begun by then is completed.
    assert 5 <= DeliveryRetry.objects.count() <= 5 + 2 * drains.CONNECTIONS


def test_an_unreachable_relay_pauses_before_any_row_is_armed(settings: pytest.FixtureRequest) -> None:
    with Peer() as gone:
        settings.RELAY_URLS = (gone.url,)  # type: ignore[attr-defined]
    campaign = going(2)
    assert drain() == 0
    assert state(campaign) == ("paused", Tally(queued=2))
    assert campaign.pause_reason == "relay_unreachable"


def test_a_pause_leaves_the_rest_queued(peer: Peer) -> None:
    campaign = going(40)

    def pause_at_two(phase: str, count: int) -> bool:
        if (phase, count) == ("dot", 2):
            Campaign.objects.filter(pk=campaign.pk).update(state="paused")
            connection.close()
        if phase == "dot":
            time.sleep(0.2)
        return True

    peer.script = pause_at_two
    drain()
    name, tally = state(campaign)
    assert (name, tally.queued + tally.sent, tally.sent >= 2) == ("paused", 40, True)
    assert tally.queued > 0


def test_the_hourly_limit_is_kept_over_restarts(peer: Peer) -> None:
    campaign = going(5)
    paces.set_pace(paces.relays()[0], per_hour=2)
    assert (drain(), drain()) == (2, 0)
    assert state(campaign) == ("running", Tally(queued=3, sent=2))


def test_tokens_for_which_nothing_left_are_given_back(peer: Peer) -> None:
    paces.set_pace(paces.relays()[0], per_hour=10)
    going(3)
    drain()
    assert paces.spent_today(paces.relays()[0], now=timezone.now()) == 3


def test_a_row_that_cannot_be_filled_fails_alone(peer: Peer) -> None:
    make.reader("josé@boite.example")
    make.reader()
    campaign = make.running(now=timezone.now())
    assert drain() == 1
    assert state(campaign)[1] == Tally(sent=1, failed=1)
    assert Delivery.objects.get(state="failed").reason == "unfillable"


def test_a_relay_that_is_too_busy_to_greet_is_asked_again_and_nothing_stands_still(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drains, "BUSY_REST", timedelta(0))
    peer.script = lambda phase, count: "421 4.3.2 busy" if phase == "connect" and count <= 3 else True
    campaign = going(3)
    assert drain() == 0
    assert state(campaign) == ("running", Tally(queued=3))
    assert drain() == 3


def test_a_worker_that_was_asked_to_end_does_not_wait_for_a_database_that_is_away(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its journal says what it knew: the sweeper of this machine reads it."""
    monkeypatch.setattr(hands, "FAREWELL_PATIENCE", 0.5)
    campaign, asked = going(3), threading.Event()
    real = deliveries.record

    def away(*arguments: object, **more: object) -> None:
        raise OperationalError("the server closed the connection")

    def hear(phase: str, count: int) -> bool:
        if phase == "dot" and count == 3:
            asked.set()
            monkeypatch.setattr(deliveries, "record", away)
        return True

    peer.script = hear
    began = time.monotonic()
    with pytest.raises(OperationalError):
        sending.drain(until=timezone.now() + timedelta(seconds=20), stop=asked.is_set)
    assert time.monotonic() - began < 10
    assert state(campaign)[1] == Tally(sending=3)
    monkeypatch.setattr(deliveries, "record", real)
    assert sweeping.sweep(now=timezone.now()) == 0
    assert state(campaign)[1] == Tally(sent=3)


def test_the_message_id_of_a_delivery_never_changes(peer: Peer) -> None:
    assert filling.message_id(1, 2, "alpilles.example") == filling.message_id(1, 2, "alpilles.example")
    assert filling.message_id(1, 2, "alpilles.example") != filling.message_id(1, 3, "alpilles.example")
