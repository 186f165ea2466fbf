"""One lane for each mailbox operator: a bucket of tokens in PostgreSQL, held by one drain of all workers at a time.

So an operator meets no more connections than it wants, however many workers there are, and no more messages a minute
than its bucket grants. What must wait, waits in its chunks (`not_before`), and workers look elsewhere meanwhile.
"""

import errno
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from campaigns import chunks
from campaigns.core import bucket as rules
from campaigns.core.bucket import Bucket
from campaigns.core.campaign import LIVE
from campaigns.core.operators import Lane as Manners
from campaigns.core.operators import lane_of
from campaigns.models import Chunk
from campaigns.models import Lane as Row
from campaigns.wire.dialling import dial
from newsletter.core.relay import Relay

# Renewed whenever tokens are asked for; a dead worker's lane is free after this.
LEASE = timedelta(minutes=1)


@dataclass(frozen=True)
class Lane:
    """An operator that this worker alone writes to now, and by which of its exchangers."""

    operator: str
    hosts: tuple[str, ...]
    worker: int

    @property
    def manners(self) -> Manners:
        """Return how this operator wants to be approached."""
        return lane_of(self.operator)

    def relay(self, road: Relay) -> Relay:
        """Return where its messages go: by the road's relay, or straight to its exchangers."""
        return replace(road, host=self.hosts[0]) if road.direct and self.hosts else road

    def dial(self, relay: Relay) -> Iterator[socket.socket]:
        """Yield sockets to the exchangers in their order; OSError when none is left."""
        for host in self.hosts:
            with suppress(OSError):
                yield from dial(replace(relay, host=host))
        raise OSError(errno.EHOSTUNREACH, "no mail exchanger could be reached")


@transaction.atomic
def take(*, worker: int, direct: bool, now: datetime) -> Lane | None:
    """Hold the lane that was asked least lately, among those with due chunks that nobody holds; None if none is."""
    due = chunks.due(now)
    if direct:
        due = due.exclude(operator="")
    waiting = set(due.order_by().values_list("operator", flat=True).distinct())
    Row.objects.bulk_create([_fresh(operator, now) for operator in waiting], ignore_conflicts=True)
    free = Row.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), operator__in=waiting)
    row = free.select_for_update(skip_locked=True).order_by("at", "operator").first()
    if row is None:
        return None
    chunk = due.filter(operator=row.operator).order_by("pk").first()
    if chunk is None:
        return None
    row.worker, row.lease_until = worker, now + LEASE
    row.save(update_fields=["worker", "lease_until"])
    return Lane(row.operator, tuple(chunk.hosts.split()), worker)


@transaction.atomic
def grant(lane: Lane, want: int, *, now: datetime) -> int:
    """Take up to so many tokens before rows are armed; clean minutes raise the rate. Another's lane grants none."""
    row = _held(lane)
    if row is None:
        return 0
    bucket, granted = rules.take(rules.quicken(_bucket(row), now=now), want, now=now)
    row.lease_until = now + LEASE
    _keep(row, bucket)
    return granted


@transaction.atomic
def give_back(lane: Lane, count: int) -> None:
    """Return tokens for which nothing left."""
    row = _held(lane)
    if row is not None:
        _keep(row, rules.give_back(_bucket(row), count))


@transaction.atomic
def slow(lane: Lane, *, now: datetime) -> None:
    """They asked for less: half the rate, and a growing rest for all that goes there. Nobody's fault counts."""
    row = Row.objects.select_for_update().get(operator=lane.operator)
    bucket = rules.slow(_bucket(row), now=now, block=lane.manners.block)
    _keep(row, bucket)
    if bucket.shut_until:
        # Also those of which all is armed just now: it comes back in a moment.
        waiting = Chunk.objects.filter(operator=lane.operator, campaign__state__in=LIVE)
        waiting.filter(not_before__lt=bucket.shut_until).update(not_before=bucket.shut_until)


def time_needed(readers: Mapping[str, int]) -> timedelta:
    """Return how long so many readers of each operator take, the operators abreast."""
    return max((timedelta(minutes=n / lane_of(name).per_minute) for name, n in readers.items()), default=timedelta())


def states(operators: Collection[str]) -> list[Row]:
    """Return how these operators' lanes stand."""
    return list(Row.objects.filter(operator__in=operators).order_by("operator"))


def release(lane: Lane) -> None:
    """Let another drain have it."""
    Row.objects.filter(operator=lane.operator, worker=lane.worker).update(worker=None, lease_until=None)


def _held(lane: Lane) -> Row | None:
    return Row.objects.select_for_update().filter(operator=lane.operator, worker=lane.worker).first()


def _fresh(operator: str, now: datetime) -> Row:
    return _into(Row(operator=operator), rules.fresh(lane_of(operator).per_minute, now=now))


def _bucket(row: Row) -> Bucket:
    return Bucket(row.rate, row.ceiling, row.at, row.parts, row.shut_until, row.clean_since, row.strikes)


def _into(row: Row, bucket: Bucket) -> Row:
    for name in ("rate", "ceiling", "at", "parts", "shut_until", "clean_since", "strikes"):
        setattr(row, name, getattr(bucket, name))
    return row


def _keep(row: Row, bucket: Bucket) -> None:
    _into(row, bucket).save()
