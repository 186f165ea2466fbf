"""The life of an operation: written, scheduled, taken back, cancelled; every move recorded with who and when."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from newsletter import notices
from newsletter.core.operation import MOVES, READ_FOR, WRITABLE, Dates, NoticeKind, OperationState, Step, Wanted
from newsletter.core.quotas import By
from newsletter.core.states import advance
from newsletter.models import Invitation, Newsletter, Operation, OperationMove, OperationWish, PlannedEdition, User


class Refused(Exception):
    """What was asked cannot be done as things stand; `code` says which of the reasons it is."""

    code = "refused"


class NotWritable(Refused):
    """Members already read this operation as it stands, or it is over."""

    code = "not_writable"


class DeadlinePassed(Refused):
    """The call would be over before it began."""

    code = "deadline_passed"


class NoHour(Refused):
    """Nobody said when the call is to open by itself, or that hour has passed."""

    code = "no_hour"


class NothingPlanned(Refused):
    """An operation without an edition has no places to give."""

    code = "nothing_planned"


@dataclass(frozen=True)
class Brief:
    """All that the board says of an operation before its call opens."""

    theme: str
    brief: str
    valid_from: date
    valid_until: date
    opens_at: datetime | None
    closes_at: datetime
    # a commune is known by its INSEE code
    wanted: tuple[Wanted, ...] = ()
    # each edition: the day it leaves on, and its places
    editions: tuple[tuple[date, int], ...] = ()


@transaction.atomic
def begin(newsletter: Newsletter, said: Brief, *, by: User | None, now: datetime) -> Operation:
    """Start an operation as a draft that only the board sees."""
    _require_future(said, now=now)
    operation = Operation(newsletter=newsletter, created_at=now, created_by=by)
    return _write(operation, said)


@transaction.atomic
def write(operation: Operation, said: Brief, *, now: datetime) -> Operation:
    """Say the operation anew; raise NotWritable once its call is scheduled or open."""
    hold(operation)
    if operation.state not in WRITABLE:
        raise NotWritable
    _require_future(said, now=now)
    return _write(operation, said)


@transaction.atomic
def schedule(operation: Operation, *, by: User | None, now: datetime) -> None:
    """Let the clock open the call at its hour."""
    hold(operation)
    require_callable(operation, now=now)
    if operation.opens_at is None or operation.opens_at <= now:
        raise NoHour
    move(operation, Step.SCHEDULE, by=by, now=now)


@transaction.atomic
def revise(operation: Operation, *, by: User | None, now: datetime) -> None:
    """Take a scheduled operation back, to write it otherwise."""
    hold(operation)
    move(operation, Step.REVISE, by=by, now=now)


@transaction.atomic
def cancel(operation: Operation, *, by: User | None, now: datetime) -> None:
    """End an operation before its editions are drafted; the drafts of its members stay theirs, their links close."""
    hold(operation)
    move(operation, Step.CANCEL, by=by, now=now)
    close_links(operation, now=now)


@transaction.atomic
def finish(operation: Operation, *, by: User | None, now: datetime) -> None:
    """Say that its editions are past: what is left is the record, and a word to each member who had a place."""
    hold(operation)
    move(operation, Step.FINISH, by=by, now=now)
    editions = operation.planned.filter(edition__isnull=False).values("edition")
    placed = operation.calls.filter(offer__placements__edition__in=editions).distinct()
    notices.owe_members(NoticeKind.SUMMARY, placed, about=now, now=now, not_before=now + READ_FOR)


def hold(operation: Operation) -> None:
    """Read the row as it stands now; nobody else moves it until this transaction ends."""
    operation.refresh_from_db(from_queryset=Operation.objects.select_for_update())


def move(operation: Operation, step: Step, *, by: User | None, now: datetime) -> None:
    """Take one step of the table on a row that is held, and record it; raise IllegalMove where there is none."""
    was = OperationState(operation.state)
    operation.state = advance(MOVES, was, step)
    changed = Operation.objects.filter(pk=operation.pk, state=was).update(state=operation.state)
    assert changed, "the row is held"
    OperationMove.objects.create(operation=operation, step=step, was=was, became=operation.state, at=now, by=by)


def require_callable(operation: Operation, *, now: datetime) -> None:
    """Refuse to call for offers that would come too late, or that no edition has a place for."""
    if operation.closes_at <= now:
        raise DeadlinePassed
    if not operation.planned.exists():
        raise NothingPlanned


def close_links(operation: Operation, *, now: datetime) -> None:
    """Let no link of the call open a draft any more."""
    Invitation.objects.filter(call__operation=operation, expires_at__gt=now).update(expires_at=now)


def dates_of(operation: Operation) -> Dates:
    """Return what the clock asks of an operation."""
    days = tuple(planned.send_on for planned in operation.planned.all())
    return Dates(operation.opens_at, operation.closes_at, days)


def wanted_of(operation: Operation) -> list[Wanted]:
    """Return the categories and communes wanted, by name, with their bounds; no category means that all are welcome."""
    return [
        Wanted(wish.category, wish.at_least, wish.at_most)
        if wish.commune is None
        else Wanted(wish.commune.name, wish.at_least, wish.at_most, By.COMMUNE)
        for wish in operation.wishes.select_related("commune")
    ]


def days_left(operation: Operation, *, now: datetime) -> int:
    """Return how many midnights lie before the deadline."""
    return max(0, (timezone.localdate(operation.closes_at) - timezone.localdate(now)).days)


def _require_future(said: Brief, *, now: datetime) -> None:
    if said.closes_at <= now:
        raise DeadlinePassed


def _write(operation: Operation, said: Brief) -> Operation:
    operation.theme, operation.brief = said.theme, said.brief
    operation.valid_from, operation.valid_until = said.valid_from, said.valid_until
    operation.opens_at, operation.closes_at = said.opens_at, said.closes_at
    operation.save()
    operation.wishes.all().delete()
    OperationWish.objects.bulk_create(
        OperationWish(
            operation=operation,
            category=wish.key if wish.by is By.CATEGORY else "",
            commune_id=wish.key if wish.by is By.COMMUNE else None,
            at_least=wish.at_least,
            at_most=wish.at_most,
        )
        for wish in said.wanted
    )
    operation.planned.all().delete()
    PlannedEdition.objects.bulk_create(
        PlannedEdition(operation=operation, send_on=day, places=places) for day, places in said.editions
    )
    return operation
