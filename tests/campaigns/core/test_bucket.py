"""How fast one operator is written to; time is an argument."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.bucket import CLEAN, SLOWEST, Bucket, fresh, give_back, quicken, slow, take

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BLOCK = timedelta(hours=2)
steps = st.lists(
    st.tuples(st.sampled_from(["take", "take", "take", "slow", "quicken"]), st.integers(0, 90_000), st.integers(0, 80)),
    max_size=120,
)


def granted(bucket: Bucket, *, seconds: int, every: float = 1.0) -> int:
    total, now = 0, bucket.at
    for tick in range(int(seconds / every)):
        bucket, got = take(bucket, 1000, now=now + timedelta(seconds=every * (tick + 1)))
        total += got
    return total


def test_it_starts_empty_and_fills_to_its_rate() -> None:
    bucket = fresh(120, now=NOON)
    assert take(bucket, 50, now=NOON)[1] == 0
    assert [granted(fresh(rate, now=NOON), seconds=60) for rate in (60, 119, 120, 600)] == [59, 117, 118, 590]
    assert granted(fresh(1, now=NOON), seconds=600) == 10


@given(st.integers(1, 600), steps)
def test_no_minute_ever_sees_more_than_the_rate(ceiling: int, todo: list[tuple[str, int, int]]) -> None:
    bucket, now = fresh(ceiling, now=NOON), NOON
    sent: list[tuple[datetime, int]] = []
    for what, milliseconds, want in todo:
        now += timedelta(milliseconds=milliseconds)
        if what == "take":
            bucket, got = take(bucket, want, now=now)
            assert 0 <= got <= want
            sent.append((now, got))
        elif what == "slow":
            bucket = slow(bucket, now=now, block=BLOCK)
        else:
            bucket = quicken(bucket, now=now)
        assert SLOWEST <= bucket.rate <= ceiling
        assert sum(count for when, count in sent if when > now - MINUTE) <= ceiling


@given(st.integers(1, 600), st.integers(1, 30))
def test_each_throttle_halves_the_rate_and_shuts_it_longer_but_never_below_one_a_minute(
    ceiling: int, times: int
) -> None:
    bucket, now = fresh(ceiling, now=NOON), NOON
    for _ in range(times):
        before = bucket.rate
        bucket = slow(bucket, now=now, block=BLOCK)
        assert bucket.rate == max(1, before // 2)
        assert bucket.shut_until is not None
        assert MINUTE <= bucket.shut_until - now <= BLOCK
        assert take(bucket, 10, now=bucket.shut_until)[1] == 0
        now = bucket.shut_until


def test_four_connections_that_hear_of_one_throttle_halve_once() -> None:
    bucket = slow(fresh(120, now=NOON), now=NOON, block=BLOCK)
    for seconds in range(4):
        bucket = slow(bucket, now=NOON + timedelta(seconds=seconds), block=BLOCK)
    assert (bucket.rate, bucket.strikes, bucket.shut_until) == (60, 1, NOON + MINUTE)


@given(st.integers(1, 600), st.integers(0, 12))
def test_clean_minutes_bring_it_back_to_its_best(ceiling: int, throttles: int) -> None:
    bucket, now = fresh(ceiling, now=NOON), NOON
    for _ in range(throttles):
        bucket = slow(bucket, now=now, block=BLOCK)
        now = bucket.shut_until or now
    for _ in range(40):
        now += CLEAN
        bucket = quicken(bucket, now=now)
    assert (bucket.rate, bucket.strikes) == (ceiling, 0)


def test_it_does_not_quicken_before_its_time() -> None:
    bucket = slow(fresh(100, now=NOON), now=NOON, block=BLOCK)
    opened = NOON + MINUTE
    assert quicken(bucket, now=opened + CLEAN - timedelta(seconds=1)).rate == 50
    assert quicken(bucket, now=opened + CLEAN).rate == 75


def test_a_clock_that_goes_back_grants_nothing() -> None:
    bucket, _ = take(fresh(60, now=NOON), 1, now=NOON + MINUTE)
    assert take(bucket, 1, now=NOON)[1] == 0


def test_unused_tokens_come_back_but_never_make_a_flood() -> None:
    bucket, got = take(fresh(600, now=NOON), 10, now=NOON + MINUTE)
    assert got == 10
    assert take(give_back(bucket, 500), 500, now=NOON + MINUTE)[1] == 10
