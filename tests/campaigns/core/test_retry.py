"""Patience: 5, 15 and 60 minutes, then every four hours, while the news is news."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.retry import MAX_ATTEMPTS, SPREAD, retry_at

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 240), (5, 240), (47, 240)])
@given(delivery=st.integers(1, 10**12))
def test_the_wait_grows_and_is_spread_but_never_shortened(attempts: int, minutes: int, delivery: int) -> None:
    when = retry_at(attempts, now=NOON, delivery=delivery)
    assert when is not None
    assert timedelta(minutes=minutes) <= when - NOON <= timedelta(minutes=minutes) * (1 + SPREAD)


def test_it_ends_with_the_attempts_or_with_the_campaign() -> None:
    assert retry_at(MAX_ATTEMPTS, now=NOON) is None
    assert retry_at(1, now=NOON, expires_at=NOON + timedelta(minutes=5)) is None
    assert retry_at(1, now=NOON, expires_at=NOON + timedelta(minutes=7)) is not None


def test_a_campaigns_week_is_used_to_its_end() -> None:
    now: datetime | None = NOON
    expires, attempts = NOON + timedelta(days=7), 0
    last = NOON
    while now is not None:
        last, attempts = now, attempts + 1
        now = retry_at(attempts, now=now, expires_at=expires, delivery=7)
    assert expires - last < timedelta(hours=5)
    assert attempts < MAX_ATTEMPTS


def test_a_thousand_refused_together_do_not_come_back_together() -> None:
    minutes = [retry_at(3, now=NOON, delivery=delivery) for delivery in range(5000, 6000)]
    busiest = max(sum(when is not None and when.minute == minute for when in minutes) for minute in range(60))
    assert busiest <= 1000 / 12 + 3
    assert retry_at(3, now=NOON, delivery=5000) == retry_at(3, now=NOON, delivery=5000)
