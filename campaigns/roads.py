"""Several relays and providers: which one a drain takes, which are shut for a while, and who carries on.

A message never goes by two roads: a drain keeps to one road, and only a row whose body was certainly not accepted goes
back into the queue, where a drain of another road may arm it anew. Doubt stays doubt.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns import paces
from campaigns.core import road as rules
from campaigns.core.campaign import PauseReason
from campaigns.core.road import Load
from campaigns.models import RoadStanding
from newsletter.core.environment import Road


@dataclass(frozen=True)
class Stint:
    """One drain's time on a road; `foreseen` is what it was taken for when it began."""

    road: Road
    foreseen: int


@dataclass(frozen=True)
class State:
    """How a road stands now, for whoever looks: its last fault stays until it carried something again."""

    road: Road
    shut_until: datetime | None
    reason: PauseReason | None
    detail: str
    failed_at: datetime | None
    given: float

    @property
    def is_open(self) -> bool:
        return self.shut_until is None


@transaction.atomic
def take(*, now: datetime, but: Collection[str] = ()) -> Stint | None:
    """Begin a stint on the road that is due by weight, among those that are open and have room; None if none is."""
    roads = {road.name: road for road in paces.relays() if road.name not in but}
    _make_rows(roads)
    # In one order, so that two drains that begin in one moment wait for each other and then spread.
    rows = [
        row
        for row in RoadStanding.objects.select_for_update().filter(road__in=roads).order_by("pk")
        if not _is_shut(row, now) and paces.room(roads[row.road], now=now) != 0
    ]
    rows.sort(key=lambda row: list(roads).index(row.road))
    index = rules.choose([(roads[row.road].weight, _load(row)) for row in rows], now=now)
    if index is None:
        return None
    row = rows[index]
    foreseen = row.stint
    _keep(row, rules.begin(_load(row), now=now))
    return Stint(roads[row.road], foreseen)


@transaction.atomic
def end(stint: Stint, *, carried: int, now: datetime) -> None:
    """Note what a stint carried; a road that carries has no strikes."""
    row = RoadStanding.objects.select_for_update().get(road=stint.road.name)
    if carried and not _is_shut(row, now):
        row.strikes, row.reason, row.detail, row.shut_until, row.failed_at = 0, "", "", None, None
    _keep(row, rules.end(_load(row), foreseen=stint.foreseen, carried=carried, now=now))


@transaction.atomic
def carry_on_without(road: Road, *, reason: PauseReason, detail: str, now: datetime) -> bool:
    """Shut a road for a growing while; return whether another one carries on, so that nobody has to pause.

    Several connections and workers hear of one fault: while the road is shut, a further word changes nothing. Reasons
    that are not the road's own (`core.road.shuts`) shut nothing, and nobody carries on.
    """
    if not rules.shuts(reason):
        return False
    _make_rows([road.name])
    row = RoadStanding.objects.select_for_update().get(road=road.name)
    if not _is_shut(row, now):
        row.shut_until = now + rules.shut_for(reason, row.strikes)
        row.strikes = min(row.strikes + 1, 100)
        row.reason, row.detail, row.failed_at = reason.value, detail[:300], now
        row.save(update_fields=["shut_until", "strikes", "reason", "detail", "failed_at"])
    return any(state.is_open for state in states(now=now) if state.road.name != road.name)


def rest(road: Road, *, until: datetime, detail: str) -> None:
    """Leave a road alone that asked us to slow down: no fault, and nobody pauses for it."""
    _make_rows([road.name])
    RoadStanding.objects.filter(road=road.name).update(shut_until=until, reason="", detail=detail[:300])


def reopen() -> None:
    """Somebody says that it is mended: every road is tried again, and shut as long as before if it is not."""
    RoadStanding.objects.exclude(reason="").update(shut_until=None)


def why_none(*, now: datetime) -> tuple[PauseReason, str] | None:
    """Return why no road is left, in the reason of the one that opens first; None while one is open or only rests."""
    shut = states(now=now)
    if any(state.is_open or state.reason is None for state in shut):
        return None
    first = min(shut, key=lambda state: state.shut_until or now)
    assert first.reason is not None
    return first.reason, first.detail


def states(*, now: datetime) -> list[State]:
    """Return how each named road stands, in the order of EMAIL_URL."""
    rows = {row.road: row for row in RoadStanding.objects.filter(road__in=[road.name for road in paces.relays()])}
    return [_state(road, rows.get(road.name), now) for road in paces.relays()]


def usable(*, now: datetime) -> list[Road]:
    """Return the roads to reckon with: those that are open, or all where none is."""
    standing = states(now=now)
    return [state.road for state in standing if state.is_open] or [state.road for state in standing]


def any_room(*, now: datetime) -> bool:
    """Return whether some open road would take one more message."""
    return any(state.is_open and paces.room(state.road, now=now) != 0 for state in states(now=now))


def _state(road: Road, row: RoadStanding | None, now: datetime) -> State:
    if row is None:
        return State(road, None, None, "", None, 0.0)
    return State(
        road,
        row.shut_until if _is_shut(row, now) else None,
        PauseReason(row.reason) if row.reason else None,
        row.detail,
        row.failed_at,
        _load(row).lately(now),
    )


def _is_shut(row: RoadStanding, now: datetime) -> bool:
    return row.shut_until is not None and now < row.shut_until


def _load(row: RoadStanding) -> Load:
    return Load(row.given, row.given_at, row.stint)


def _keep(row: RoadStanding, load: Load) -> None:
    row.given, row.given_at, row.stint = load.given, load.at, load.stint
    row.save()


def _make_rows(names: Collection[str]) -> None:
    RoadStanding.objects.bulk_create([RoadStanding(road=name) for name in names], ignore_conflicts=True)
