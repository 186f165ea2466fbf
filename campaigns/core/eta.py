"""When the last message of a sending will have left: its measured speed, held back by what the relay grants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.core.pacing import DAY, HOUR, Limits, allowance

Spent = Iterable[tuple[datetime, int]]
# Fewer than these say nothing about a speed.
SHORTEST = timedelta(seconds=60)


@dataclass(frozen=True)
class Lateness:
    """An edition that would reach its last reader after its day; `offer_ends` where an offer would be over by then."""

    ends_at: datetime
    planned_on: date
    offer_ends: date | None = None


def speed(samples: Sequence[tuple[datetime, int]], *, otherwise: float) -> float:
    """Return messages a second by what was done when, or the guess where that is too little to go by."""
    if len(samples) < 2:
        return otherwise
    (began, first), (ended, last) = min(samples), max(samples)
    if ended - began < SHORTEST or last <= first:
        return otherwise
    return (last - first) / (ended - began).total_seconds()


def ends_at(remaining: int, limits: Limits, spent: Spent = (), *, per_second: float, now: datetime) -> datetime:
    """Return when so many more will have left: in runs at full speed, as far as the rolling hour and day allow."""
    return ends_by(remaining, [(limits, spent)], per_second=per_second, now=now)


def ends_by(remaining: int, roads: Sequence[tuple[Limits, Spent]], *, per_second: float, now: datetime) -> datetime:
    """Return the same for several roads, each with its limits and what left by it: together they have one speed."""
    ways = [
        (_that_bind(limits, per_second), [(minute, count) for minute, count in spent if minute > now - DAY])
        for limits, spent in roads
    ]
    period, most = DAY, sum(limits.per_day or 24 * limits.per_hour for limits, _ in ways)
    if len(ways) == 1 and not ways[0][0].per_day:
        period, most = HOUR, ways[0][0].per_hour
    if not all(limits.per_day or limits.per_hour for limits, _ in ways):
        most = 0
    # Whole days (or hours, where only they count) repeat themselves; only the last two need to be walked through.
    whole = max(0, remaining // most - 2) if most else 0
    return period * whole + _walk(remaining - whole * most, ways, per_second=per_second, now=now)


def lateness(ends: datetime, ends_on: date, planned_on: date, offers_until: Iterable[date]) -> Lateness | None:
    """Return how an edition misses its day, or None; `ends_on` is the day of `ends` where its readers live."""
    if ends_on <= planned_on:
        return None
    over = min((day for day in offers_until if day < ends_on), default=None)
    return Lateness(ends, planned_on, over)


def _that_bind(limits: Limits, per_second: float) -> Limits:
    """Return the limits that hold this speed back at all."""
    per_hour = limits.per_hour if limits.per_hour < per_second * HOUR.total_seconds() else 0
    hourly = per_hour or per_second * HOUR.total_seconds()
    per_day = limits.per_day if limits.per_day < hourly * 24 else 0
    return Limits(per_hour=per_hour, per_day=per_day)


def _walk(
    remaining: int, ways: list[tuple[Limits, list[tuple[datetime, int]]]], *, per_second: float, now: datetime
) -> datetime:
    while remaining:
        began = now
        for limits, history in ways:
            room = allowance(limits, history, now=began)
            if room is None:
                return now + timedelta(seconds=remaining / per_second)
            count = min(room, remaining)
            if count:
                remaining -= count
                history.append((began, count))
                now += timedelta(seconds=count / per_second)
        if remaining and now == began:
            now = min(_next_room(history, limits, now) for limits, history in ways)
    return now


def _next_room(history: list[tuple[datetime, int]], limits: Limits, now: datetime) -> datetime:
    """Return the next moment at which something leaves one of the rolling windows."""
    windows = [window for window, most in ((HOUR, limits.per_hour), (DAY, limits.per_day)) if most]
    return min(minute + window for minute, count in history for window in windows if count and minute + window > now)
