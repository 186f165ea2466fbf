"""When a sending will be done: measured speed, rolling limits, and whether that misses the day."""

from datetime import date, timedelta

import pytest

from campaigns.core.eta import Lateness, ends_at, ends_by, lateness, speed
from campaigns.core.pacing import Limits
from tests.make import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FREE = Limits()


@pytest.mark.parametrize(
    ("messages", "limits", "about"),
    [
        (0, FREE, timedelta(0)),
        (1200, FREE, MINUTE),
        (300, Limits(per_day=300), timedelta(0)),
        (301, Limits(per_day=300), DAY),
        (2000, Limits(per_day=300), 6 * DAY),
        (2000, Limits(per_hour=200), 9 * HOUR),
        (1_000_000, Limits(per_day=300), 3333 * DAY),
        # a limit that the wire never reaches holds nothing back
        (72_000, Limits(per_hour=100_000), HOUR),
        (10_001, Limits(per_hour=1800, per_day=10_000), DAY),
    ],
)
def test_how_long_it_takes(messages: int, limits: Limits, about: timedelta) -> None:
    took = ends_at(messages, limits, per_second=20, now=NOON) - NOON
    assert about <= took <= about + 2 * MINUTE


def test_what_left_this_hour_already_counts() -> None:
    spent = [(NOON - 50 * MINUTE, 150), (NOON - 2 * HOUR, 900)]
    assert ends_at(60, Limits(per_hour=200), spent, per_second=20, now=NOON) >= NOON + 10 * MINUTE
    assert ends_at(50, Limits(per_hour=200), spent, per_second=20, now=NOON) < NOON + MINUTE


def test_long_waits_are_reckoned_as_if_walked_through() -> None:
    limits = Limits(per_hour=50, per_day=300)
    ends = [ends_at(messages, limits, per_second=20, now=NOON) for messages in range(1, 1500, 7)]
    assert ends == sorted(ends)


def test_seventeen_days_are_said_before_anything_is_written() -> None:
    assert (ends_at(5000, Limits(per_day=300), per_second=20, now=NOON) - NOON).days == 16


@pytest.mark.parametrize(
    ("messages", "ways", "about"),
    [
        # the first day 300 and 200 an hour, then what the hours give
        (1000, [Limits(per_day=300), Limits(per_hour=200)], 3 * HOUR),
        (600, [Limits(per_day=300), Limits(per_day=300)], timedelta(0)),
        (601, [Limits(per_day=300), Limits(per_day=300)], DAY),
        (60_000, [Limits(per_day=300), Limits(per_day=300)], 99 * DAY),
        (500_000, [Limits(per_day=300), Limits(per_hour=200)], 98 * DAY),
        # who grants all takes the rest
        (12_300, [Limits(per_day=300), FREE], 10 * MINUTE),
    ],
)
def test_several_roads_end_together(messages: int, ways: list[Limits], about: timedelta) -> None:
    took = ends_by(messages, [(limits, ()) for limits in ways], per_second=20, now=NOON) - NOON
    assert about <= took <= about + (DAY if about > 90 * DAY else 10 * MINUTE)


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ([], 20),
        ([(NOON, 10)], 20),
        ([(NOON, 10), (NOON + MINUTE / 2, 40)], 20),
        ([(NOON, 10), (NOON + MINUTE, 10)], 20),
        ([(NOON, 10), (NOON + MINUTE, 70)], 1),
        ([(NOON + 2 * MINUTE, 250), (NOON, 10), (NOON + MINUTE, 70)], 2),
    ],
)
def test_the_speed_is_measured_where_there_is_enough_to_measure(samples: list, told: float) -> None:
    assert speed(samples, otherwise=20) == told


def test_an_edition_is_late_from_the_day_after_its_own() -> None:
    planned, over = date(2026, 12, 1), date(2026, 12, 3)
    assert lateness(NOON, planned, planned, [over]) is None
    assert lateness(NOON, planned + DAY, planned, [over]) == Lateness(NOON, planned)
    assert lateness(NOON, over, planned, [over]) == Lateness(NOON, planned)
    assert lateness(NOON, over + DAY, planned, [over, over + DAY]) == Lateness(NOON, planned, over)
