"""Is anything standing still that should move? Two pulses: the clock's, and that of the messages."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from campaigns import chunks, roads
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import OPEN
from campaigns.models import Campaign, Chunk, DeliveryRetry, Progress, Pulse

CLOCK, MOVED = "clock", "moved"
# The clock ticks every second; so long may a tick take before somebody should look.
CLOCK_LATE = timedelta(seconds=30)
KEEP = timedelta(minutes=15)


def beat(*, now: datetime) -> None:
    """Note that the clock ticked, whether messages move, and how far each campaign has come. Called by the tick."""
    _pulse(CLOCK, now)
    mark = _mark()
    before = Pulse.objects.filter(name=MOVED).values_list("mark", flat=True).first()
    if before != mark or not rows_are_due(now=now):
        _pulse(MOVED, now, mark)
    _sample(now)


def rows_are_due(*, now: datetime) -> bool:
    """Return whether a worker could send something now: a free chunk with due rows, and room at a relay.

    Messages on the wire are not standing still: a relay may take ten minutes to answer a dot.
    """
    running = Chunk.objects.filter(campaign__state=CampaignState.RUNNING)
    due = (
        chunks.due(now).exists()
        or DeliveryRetry.objects.filter(
            not_before__lte=now - CLOCK_LATE, delivery__campaign__state=CampaignState.RUNNING
        ).exists()
    )
    return due and not running.filter(sending__gt=0).exists() and roads.any_room(now=now)


def is_stuck(now: datetime, *, since: datetime, using: "psycopg.Connection[Any] | None" = None) -> bool:
    """Return whether the clock ticks and messages are due, yet none has moved for STUCK_AFTER seconds.

    Never before a worker has itself been there for so long: `since` is when it started. One statement.
    """
    patience = timedelta(seconds=settings.STUCK_AFTER)
    if now - since < patience:
        return False
    with (using or connection).cursor() as cursor:
        cursor.execute("SELECT name, at FROM campaigns_pulse WHERE name IN (%s, %s)", [CLOCK, MOVED])
        seen: dict[str, datetime] = dict(cursor.fetchall())
    ticks = CLOCK in seen and now - seen[CLOCK] < CLOCK_LATE
    return ticks and MOVED in seen and now - seen[MOVED] > patience


def seen_at() -> dict[str, datetime]:
    """Return when each pulse was last felt."""
    return dict(Pulse.objects.values_list("name", "at"))


def _pulse(name: str, now: datetime, mark: str = "") -> None:
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=now, mark=mark)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "mark"],
    )


def _mark() -> str:
    """Return what the messages look like from afar: it changes when one of them moves."""
    counted = Chunk.objects.filter(campaign__in=Campaign.objects.live().values("pk"))
    sums = counted.aggregate(**{f"n_{name}": Coalesce(Sum(name), 0) for name in (*chunks.STATES, "deferred")})
    return "/".join(str(value) for value in sums.values())[:120]


@transaction.atomic
def _sample(now: datetime) -> None:
    """Keep each running campaign's count of ended messages, a line a minute, for the last quarter of an hour."""
    minute = now.replace(second=0, microsecond=0)
    if Progress.objects.filter(minute=minute).exists():
        return
    still_open = Sum(sum((F(f"chunks__{state.value}") for state in OPEN[1:]), F(f"chunks__{OPEN[0].value}")))
    rows = Campaign.objects.filter(state=CampaignState.RUNNING).annotate(still_open=Coalesce(still_open, 0))
    Progress.objects.bulk_create(
        [
            Progress(campaign=row, minute=minute, done=row.audience_size - row.still_open)  # type: ignore[attr-defined]
            for row in rows
        ],
        ignore_conflicts=True,
    )
    Progress.objects.filter(minute__lt=now - KEEP).delete()
