"""At most so many an hour and a day; time is an argument."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.pacing import Limits, allowance

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_without_limits_there_is_no_count() -> None:
    assert allowance(Limits(), [], now=NOON) is None


def test_the_hour_rolls() -> None:
    spent = [(NOON - timedelta(minutes=61), 200), (NOON - timedelta(minutes=30), 150)]
    assert allowance(Limits(per_hour=200), spent, now=NOON) == 50


def test_the_narrower_of_hour_and_day_decides() -> None:
    spent = [(NOON - timedelta(hours=5), 280)]
    assert allowance(Limits(per_hour=200, per_day=300), spent, now=NOON) == 20


@given(
    st.integers(1, 500),
    st.lists(st.integers(0, 60 * 48), max_size=400),
)
def test_no_rolling_hour_ever_sees_more_than_its_limit(per_hour: int, attempts: list[int]) -> None:
    limits, spent = Limits(per_hour=per_hour), []
    for minutes in sorted(attempts):
        now = NOON + timedelta(minutes=minutes)
        granted = min(50, allowance(limits, spent, now=now) or 0)
        if granted:
            spent.append((now, granted))
        hour = sum(count for minute, count in spent if minute > now - timedelta(hours=1))
        assert hour <= per_hour
