"""A running campaign pauses by what is heard of it: in time, once for each cause, and never for one angry reader."""

from datetime import timedelta

import pytest
from django.test import Client

from campaigns import alarms, chunks, feedback, schedule
from campaigns.core.alarm import Echo, alarm
from campaigns.core.campaign import PauseReason
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.models import Campaign, Chunk, Delivery
from newsletter.core.states import IllegalMove
from newsletter.models import User
from tests import make
from tests.make import NOON

LATER = NOON + timedelta(hours=1)
P = PauseReason


@pytest.mark.parametrize(
    ("echo", "reason"),
    [
        (Echo(arrived=0, complaints=0, first=0, unknown=0), None),
        (Echo(arrived=100, complaints=2, first=100, unknown=0), None),
        (Echo(arrived=3_001, complaints=3, first=2_000, unknown=0), None),
        (Echo(arrived=3_000, complaints=3, first=2_000, unknown=0), P.COMPLAINTS),
        (Echo(arrived=1_001, complaints=3, first=1_001, unknown=0), P.COMPLAINTS),
        (Echo(arrived=1_000, complaints=3, first=1_000, unknown=0), P.COMPLAINTS_STOP),
        (Echo(arrived=100_000, complaints=300, first=2_000, unknown=0), P.COMPLAINTS_STOP),
        (Echo(arrived=1_900, complaints=0, first=2_000, unknown=99), None),
        (Echo(arrived=1_900, complaints=0, first=2_000, unknown=100), P.UNKNOWN_USERS),
        (Echo(arrived=90, complaints=0, first=99, unknown=99), None),
    ],
)
def test_the_limits_are_those_of_the_mailbox_operators(echo: Echo, reason: PauseReason | None) -> None:
    assert alarm(echo, frozenset()) == reason


def test_what_rang_and_was_gone_on_from_does_not_ring_again_until_it_is_graver() -> None:
    rung = frozenset({P.COMPLAINTS, P.UNKNOWN_USERS})
    assert alarm(Echo(3_000, 3, 2_000, 1_000), rung) is None
    assert alarm(Echo(3_000, 9, 2_000, 1_000), rung) is P.COMPLAINTS_STOP


pytestmark = pytest.mark.django_db


def sending(readers: int, left: int) -> tuple[Campaign, list[Delivery]]:
    """A running campaign of which so many messages have left."""
    make.readers(readers)
    campaign = make.running()
    return campaign, make.settled(campaign, *["sent"] * left, finished=False)


def complain(row: Delivery) -> None:
    feedback.record(Feedback(f"c{row.pk}", "test", row.pk, Heard.COMPLAINED, LATER), now=LATER)


def test_a_third_complaint_of_a_short_list_stops_it_for_good_and_says_so(client: Client, board: User) -> None:
    campaign, rows = sending(8, 6)
    for row in rows[:2]:
        complain(row)
        campaign.refresh_from_db()
        assert campaign.state == "running"
    complain(rows[2])
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("paused", "complaints_stop")
    assert campaign.pause_detail == "3 complaints / 6"
    page = client.get(f"/bureau/envois/{campaign.pk}/").content.decode()
    assert "Trop de lecteurs signalent cette lettre comme indésirable." in page
    assert "Reprendre l’envoi" not in page
    with pytest.raises(IllegalMove):
        schedule.resume(campaign, by=board, now=LATER)
    client.post(f"/bureau/envois/{campaign.pk}/reprise/")
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    schedule.cancel(campaign, by=board, now=LATER)


def test_one_reader_who_complains_thrice_is_one() -> None:
    campaign, rows = sending(8, 6)
    for number in range(3):
        report = Feedback(f"c{number}", "test", rows[0].pk, Heard.COMPLAINED, LATER)
        feedback.record(report, now=LATER)
    assert alarms.heard_of(campaign).complaints == 1
    campaign.refresh_from_db()
    assert campaign.state == "running"


def test_a_list_of_dead_addresses_pauses_and_goes_on_only_by_a_human_who_is_not_asked_twice(board: User) -> None:
    campaign, rows = sending(120, 100)
    bounces = [Feedback(f"b{row.pk}", "test", row.pk, Heard.BOUNCED, LATER, Fault.UNKNOWN_USER) for row in rows[:6]]
    feedback.record_many(bounces[:4], now=LATER)
    campaign.refresh_from_db()
    assert campaign.state == "running"
    feedback.record_many(bounces[4:5], now=LATER)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("paused", "unknown_users")
    schedule.resume(campaign, by=board, now=LATER)
    feedback.record_many(bounces[5:], now=LATER)
    campaign.refresh_from_db()
    assert campaign.state == "running"
    assert chunks.tally(campaign).failed == 6


def test_full_mailboxes_pause_nothing() -> None:
    campaign, rows = sending(120, 100)
    bounces = [Feedback(f"b{row.pk}", "test", row.pk, Heard.BOUNCED, LATER, Fault.MAILBOX_FULL) for row in rows]
    feedback.record_many(bounces, now=LATER)
    campaign.refresh_from_db()
    assert campaign.state == "running"


def test_the_clock_rings_too_for_what_the_wire_itself_refused() -> None:
    campaign, rows = sending(120, 100)
    Delivery.objects.filter(pk__in=[row.pk for row in rows[:5]]).update(state="failed", reason="unknown_user")
    Chunk.objects.filter(campaign=campaign).update(sent=95, failed=5)
    assert alarms.ring(now=LATER) == 1
    campaign.refresh_from_db()
    assert campaign.pause_reason == "unknown_users"
    assert alarms.ring(now=LATER) == 0
