"""What the clock does to operations by itself: open, remind, close, draft the editions. It sends nothing to readers."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from newsletter import calls, operations, selecting
from newsletter.core.operation import Answer, OperationState, Step, due
from newsletter.core.states import IllegalMove
from newsletter.models import Operation

log = logging.getLogger(__name__)


def keep(*, now: datetime) -> int:
    """Do what is due on every operation, and return how many steps that were; each operation stands for itself."""
    steps = 0
    for operation in Operation.objects.under_way().order_by("pk"):
        try:
            steps += _one(operation, now=now)
        except IllegalMove:
            # the board was faster
            continue
        except Exception:
            log.exception("operation %s is not kept by the clock", operation.pk)
    return steps


def _one(operation: Operation, *, now: datetime) -> int:
    """Go as far as the clock may go: a clock that stood still catches up in one round."""
    steps = 0
    while step := _due(operation, now=now):
        _take(operation, step, now=now)
        steps += 1
    if operation.state == OperationState.CALLING:
        steps += bool(calls.remind(operation, now=now))
    return steps


def _due(operation: Operation, *, now: datetime) -> Step | None:
    waiting = 0
    if operation.state == OperationState.SELECTING:
        waiting = sum(one.said is Answer.OFFERED for one in calls.with_answers(operation))
    return due(
        OperationState(operation.state),
        operations.dates_of(operation),
        now=now,
        today=timezone.localdate(now),
        waiting=waiting,
    )


@transaction.atomic
def _take(operation: Operation, step: Step, *, now: datetime) -> None:
    was = operation.state
    operations.hold(operation)
    if operation.state != was:
        raise IllegalMove(OperationState(operation.state), step)
    match step:
        case Step.OPEN:
            calls.open_call(operation, by=None, now=now)
        case Step.CLOSE:
            calls.close(operation, by=None, now=now)
        case Step.COMPOSE:
            selecting.draft_editions(operation, by=None, now=now)
        case Step.FINISH:
            operations.finish(operation, by=None, now=now)
        case _:
            raise IllegalMove(OperationState(operation.state), step)
