"""Is the house alive? Says nothing of anyone; asks the database and the broker, and feels the pulses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError

from campaigns import pulses
from campaigns.pulses import CLOCK, CLOCK_LATE, MOVED

PATIENCE = 2.0


@dataclass(frozen=True)
class Health:
    """What /health answers. Ages are in seconds, None where nothing was ever seen or the database is away."""

    database: bool
    broker: bool
    clock_age: float | None = None
    rows_are_due: bool = False
    moved_age: float | None = None

    @property
    def ok(self) -> bool:
        ticks = self.clock_age is not None and self.clock_age <= CLOCK_LATE.total_seconds()
        stands = self.rows_are_due and (self.moved_age is None or self.moved_age > settings.STUCK_AFTER)
        return self.database and self.broker and ticks and not stands


def look(*, now: datetime) -> Health:
    """Return how everything stands; a part that is away makes no exception of it."""
    broker = _broker_answers()
    try:
        seen = pulses.seen_at()
        due = pulses.rows_are_due(now=now)
    except DatabaseError:
        return Health(database=False, broker=broker)
    return Health(
        database=True,
        broker=broker,
        clock_age=_age(seen.get(CLOCK), now),
        rows_are_due=due,
        moved_age=_age(seen.get(MOVED), now),
    )


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else round(max(timedelta(), now - at).total_seconds(), 1)


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
        ) as broker:
            return bool(broker.ping())
    except (redis.RedisError, ValueError):
        return False
