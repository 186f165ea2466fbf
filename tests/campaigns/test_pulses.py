"""What must not stand still, and when somebody says so."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns import health, paces, pulses
from campaigns.models import Campaign, Chunk, DeliveryRetry, Progress, Pulse
from tests import make
from tests.environment import servers
from tests.make import NOON

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATE = NOON + timedelta(minutes=5)


@pytest.fixture
def campaign() -> Campaign:
    make.readers(2)
    return make.running()


def stuck(at: Any, since: Any = NOON - MINUTE * 10) -> bool:
    return pulses.is_stuck(at, since=since)


def test_rows_that_wait_with_a_ticking_clock_and_no_worker_are_stuck_after_a_while(campaign: Campaign) -> None:
    pulses.beat(now=NOON)
    pulses.beat(now=LATE)
    assert (stuck(NOON + SECOND), stuck(LATE)) == (False, True)


def test_a_worker_is_patient_from_its_own_beginning(campaign: Campaign) -> None:
    pulses.beat(now=NOON)
    pulses.beat(now=LATE)
    assert not stuck(LATE, since=LATE - MINUTE)


def test_where_the_clock_stands_no_worker_is_to_blame(campaign: Campaign) -> None:
    pulses.beat(now=NOON)
    assert not stuck(LATE)


def test_one_row_that_moved_is_movement_enough(campaign: Campaign) -> None:
    pulses.beat(now=NOON)
    make.settled(campaign, "sent", finished=False)
    pulses.beat(now=LATE)
    assert not stuck(LATE)
    assert Pulse.objects.get(name="moved").at == LATE


def test_nothing_is_due_while_nothing_could_be_sent(campaign: Campaign) -> None:
    assert pulses.rows_are_due(now=NOON)
    held = {"lease_until": NOON + MINUTE, "held": True, "not_before": NOON + MINUTE, "deferred": 2}
    usual = Chunk.objects.values(*held).get()
    for field, value in held.items():
        Chunk.objects.update(**{field: value})
        assert not pulses.rows_are_due(now=NOON), field
        Chunk.objects.update(**{field: usual[field]})
    Campaign.objects.update(state="paused")
    assert not pulses.rows_are_due(now=NOON)


def test_a_relay_whose_quota_is_used_up_makes_nobody_stuck(campaign: Campaign) -> None:
    relay = paces.relays()[0]
    paces.set_pace(relay, per_hour=5)
    assert paces.take(relay, want=5, now=NOON) == 5
    assert not pulses.rows_are_due(now=NOON)
    assert pulses.rows_are_due(now=NOON + timedelta(hours=2))


def test_messages_on_the_wire_are_not_standing_still(campaign: Campaign) -> None:
    make.settled(campaign, "sending", finished=False)
    assert not pulses.rows_are_due(now=NOON)


def test_a_retry_that_nobody_wakes_is_due(campaign: Campaign) -> None:
    row, _ = make.settled(campaign, "queued", "sent", finished=False)
    Chunk.objects.update(deferred=1)
    DeliveryRetry.objects.create(delivery=row, not_before=NOON)
    assert (pulses.rows_are_due(now=NOON), pulses.rows_are_due(now=LATE)) == (False, True)


def test_progress_is_noted_once_a_minute_and_forgotten_after_a_quarter_of_an_hour(campaign: Campaign) -> None:
    pulses.beat(now=NOON)
    make.settled(campaign, "sent", finished=False)
    pulses.beat(now=NOON + SECOND)
    pulses.beat(now=NOON + MINUTE)
    assert list(Progress.objects.values_list("minute", "done")) == [(NOON, 0), (NOON + MINUTE, 1)]
    pulses.beat(now=NOON + 16 * MINUTE)
    assert list(Progress.objects.values_list("minute", flat=True)) == [NOON + MINUTE, NOON + 16 * MINUTE]


def test_health_is_well_when_everything_answers(campaign: Campaign, settings: Any) -> None:
    settings.REDIS_URL = servers.redis_url
    pulses.beat(now=NOON)
    found = health.look(now=NOON + SECOND)
    assert found == health.Health(True, True, clock_age=1.0, rows_are_due=True, moved_age=1.0)
    assert found.ok


@pytest.mark.parametrize(
    "ill",
    [
        health.Health(False, True),
        health.Health(True, False, clock_age=0.0),
        health.Health(True, True, clock_age=None),
        health.Health(True, True, clock_age=31.0),
        health.Health(True, True, clock_age=0.0, rows_are_due=True, moved_age=121.0),
        health.Health(True, True, clock_age=0.0, rows_are_due=True, moved_age=None),
    ],
)
def test_health_is_ill_when_one_part_is(ill: health.Health) -> None:
    assert not ill.ok


def test_rows_that_are_not_due_may_rest_for_ever() -> None:
    assert health.Health(True, True, clock_age=0.0, rows_are_due=False, moved_age=10_000.0).ok
