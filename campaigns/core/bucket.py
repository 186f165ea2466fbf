"""How fast one operator is written to, when we deliver to mail exchangers ourselves. Time is an argument.

A token bucket that starts empty, never full: a lost store costs a pause, not a flood. A throttle halves its rate and
shuts it for a while; clean minutes raise it again. All counts are whole numbers, so no rounding adds up.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MICROSECOND = timedelta(microseconds=1)
# One message is worth so much: tokens grow by their rate with each microsecond.
TOKEN = timedelta(minutes=1) // MICROSECOND
SLOWEST = 1
CLEAN = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Bucket:
    """What an operator's group may send: `rate` a minute now, `ceiling` a minute at best."""

    rate: int
    ceiling: int
    at: datetime
    parts: int = 0
    shut_until: datetime | None = None
    clean_since: datetime | None = None
    strikes: int = 0

    @property
    def burst(self) -> int:
        """What may leave in one moment: a second's worth, rounded up."""
        return -(-self.rate // 60)

    @property
    def brim(self) -> int:
        """What it holds at most: a burst, and less than one more message so that a second's fraction is not lost."""
        return self.burst * TOKEN + (TOKEN - 1 if self.rate > self.burst else 0)

    @property
    def inflow(self) -> int:
        """What flows in each minute: with a full brim before it, the rate and not more."""
        return max(1, self.rate - self.burst)


def fresh(ceiling: int, *, now: datetime) -> Bucket:
    """Return an empty bucket that fills at its best rate."""
    return Bucket(rate=max(SLOWEST, ceiling), ceiling=max(SLOWEST, ceiling), at=now, clean_since=now)


def take(bucket: Bucket, want: int, *, now: datetime) -> tuple[Bucket, int]:
    """Return the bucket after taking, and how many of the wanted may leave now.

    In no minute (from any moment, its end not included) do more leave than the highest rate within it.
    """
    filled = _fill(bucket, now)
    granted = min(max(0, want), filled.parts // TOKEN)
    return replace(filled, parts=filled.parts - granted * TOKEN), granted


def give_back(bucket: Bucket, unused: int) -> Bucket:
    """Return the bucket with tokens for which nothing was sent; never more than it holds."""
    return replace(bucket, parts=min(bucket.parts + max(0, unused) * TOKEN, bucket.brim))


def slow(bucket: Bucket, *, now: datetime, block: timedelta) -> Bucket:
    """Return the bucket after a throttle: half the rate, empty, shut for a minute, then two, four … `block` at most.

    Several connections hear of one throttle; while the bucket is shut, a further word changes nothing.
    """
    if bucket.shut_until is not None and now < bucket.shut_until:
        return bucket
    pause = min(FIRST_PAUSE * 2 ** min(bucket.strikes, 16), max(block, FIRST_PAUSE))
    until = now + pause
    return replace(
        bucket,
        rate=max(SLOWEST, bucket.rate // 2),
        parts=0,
        at=until,
        shut_until=until,
        clean_since=until,
        strikes=bucket.strikes + 1,
    )


def quicken(bucket: Bucket, *, now: datetime) -> Bucket:
    """Return the bucket half as fast again after each five clean minutes, up to its ceiling.

    Called with every tick; the strikes are forgotten one by one, so that the next throttle shuts it less long.
    """
    if bucket.clean_since is None or now - bucket.clean_since < CLEAN:
        return bucket
    filled = _fill(bucket, now)
    faster = min(bucket.ceiling, max(bucket.rate + 1, bucket.rate * 3 // 2))
    return replace(filled, rate=faster, clean_since=now, strikes=max(0, bucket.strikes - 1))


def _fill(bucket: Bucket, now: datetime) -> Bucket:
    if now <= bucket.at:
        return bucket  # shut, or a clock that went back
    parts = bucket.parts + (now - bucket.at) // MICROSECOND * bucket.inflow
    return replace(bucket, parts=min(parts, bucket.brim), at=now)
