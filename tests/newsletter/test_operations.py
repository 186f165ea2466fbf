"""An operation is written, scheduled, taken back and cancelled; each step leaves its line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from newsletter import calls, consultation, operations, selecting
from newsletter.core.interests import Category
from newsletter.core.operation import MOVES, OperationState, Step, Wanted
from newsletter.core.states import IllegalMove
from newsletter.models import Operation, OperationMove
from newsletter.operations import Brief
from tests import make
from tests.make import NOON
from tests.together import together

pytestmark = pytest.mark.django_db

SAID = Brief(
    theme="L’hiver au coin du feu",
    brief="Le feu, la table.",
    valid_from=date(2026, 12, 5),
    valid_until=date(2027, 1, 6),
    opens_at=NOON + timedelta(days=1),
    closes_at=NOON + timedelta(days=5),
    wanted=(Wanted("restaurant", 1, 3),),
    editions=((date(2026, 12, 10), 6),),
)
VERBS: dict[Step, Callable[[Operation], Any]] = {
    Step.CONSULT: lambda row: consultation.consult(row, [make.partner()], by=None, now=NOON),
    Step.SCHEDULE: lambda row: operations.schedule(row, by=None, now=NOON),
    Step.REVISE: lambda row: operations.revise(row, by=None, now=NOON),
    Step.OPEN: lambda row: calls.open_call(row, by=None, now=NOON),
    Step.CLOSE: lambda row: calls.close(row, by=None, now=NOON),
    Step.REOPEN: lambda row: calls.extend(row, closes_at=NOON + timedelta(days=6), by=None, now=NOON),
    Step.COMPOSE: lambda row: selecting.draft_editions(row, by=None, now=NOON),
    Step.FINISH: lambda row: operations.finish(row, by=None, now=NOON),
    Step.CANCEL: lambda row: operations.cancel(row, by=None, now=NOON),
}
# Verbs that say something of their own where the table has no step, and change nothing.
LENIENT = {
    (OperationState.CONSULTING, Step.CONSULT),
    (OperationState.CALLING, Step.REOPEN),
    (OperationState.COMPOSED, Step.COMPOSE),
}


@pytest.mark.parametrize(("state", "step"), list(product(OperationState, Step)), ids=lambda value: value.value)
def test_every_state_meets_every_verb(state: OperationState, step: Step) -> None:
    before = state in (OperationState.DRAFT, OperationState.CONSULTING, OperationState.SCHEDULED)
    row = make.operation(state, opens_at=NOON + timedelta(days=1) if before else None)
    onward = MOVES[state].get(step)

    if onward is None:
        if (state, step) in LENIENT:
            VERBS[step](row)
        else:
            with pytest.raises((IllegalMove, operations.Refused)):
                VERBS[step](row)
        assert Operation.objects.get(pk=row.pk).state == state
        assert not OperationMove.objects.exists()
        return

    VERBS[step](row)
    assert row.state == Operation.objects.get(pk=row.pk).state == onward
    line = OperationMove.objects.get()
    assert (line.step, line.was, line.became, line.at, line.by) == (step, state, onward, NOON, None)


def test_what_the_board_says_stands_there_and_is_said_anew() -> None:
    row = operations.begin(make.newsletter(), SAID, by=None, now=NOON)
    operations.write(row, replace(SAID, theme="Autre", editions=((date(2026, 12, 12), 4),), wanted=()), now=NOON)

    row.refresh_from_db()
    assert (row.theme, row.state, row.created_at) == ("Autre", "draft", NOON)
    assert [(one.send_on, one.places) for one in row.planned.all()] == [(date(2026, 12, 12), 4)]
    assert list(row.wishes.all()) == []


def test_a_deadline_in_the_past_is_refused_wherever_it_is_said() -> None:
    past = replace(SAID, opens_at=None, closes_at=NOON)
    row = make.operation()

    with pytest.raises(operations.DeadlinePassed):
        operations.begin(make.newsletter(), past, by=None, now=NOON)
    with pytest.raises(operations.DeadlinePassed):
        operations.write(row, past, now=NOON)
    late = row.closes_at + timedelta(seconds=1)
    with pytest.raises(operations.DeadlinePassed):
        calls.open_call(row, by=None, now=late)
    with pytest.raises(operations.DeadlinePassed):
        operations.schedule(row, by=None, now=late)


def test_an_operation_without_an_edition_calls_nobody() -> None:
    with pytest.raises(operations.NothingPlanned):
        calls.open_call(make.operation(send_on=()), by=None, now=NOON)


def test_an_hour_that_has_passed_schedules_nothing() -> None:
    for opens_at in (None, NOON):
        with pytest.raises(operations.NoHour):
            operations.schedule(make.operation(opens_at=opens_at), by=None, now=NOON)


@pytest.mark.parametrize("state", [state for state in OperationState if state not in ("draft", "consulting")])
def test_what_members_read_is_not_written_otherwise(state: OperationState) -> None:
    with pytest.raises(operations.NotWritable):
        operations.write(make.operation(state), SAID, now=NOON)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"valid_until": date(2026, 12, 4)}, "operation_window_runs_forward"),
        ({"opens_at": NOON + timedelta(days=5)}, "operation_opens_before_it_closes"),
        ({"state": OperationState.SCHEDULED, "opens_at": None}, "operation_scheduled_for_an_hour"),
        ({"places": 0}, "planned_edition_has_places"),
        ({"send_on": (date(2026, 12, 9), date(2026, 12, 9))}, "planned_edition_of_a_day_once"),
        ({"wanted": {Category.CRAFT: (3, 2)}}, "operation_wish_bounds_in_order"),
    ],
)
def test_the_database_keeps_its_promises_by_name(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make.operation(**wrong)


def test_a_cancelled_operation_closes_its_links_and_leaves_the_drafts() -> None:
    mill = make.member()
    row = make.calling()
    one = make.call_of(row, mill)

    operations.cancel(row, by=None, now=NOON)

    one.invitation.refresh_from_db()
    assert one.invitation.expires_at == NOON
    assert mill.offers.get() == one.offer


@pytest.mark.django_db(transaction=True)
def test_two_of_the_board_open_it_once() -> None:
    make.member()
    row = make.operation()

    raised = together(*[lambda: calls.open_call(Operation.objects.get(pk=row.pk), by=None, now=NOON)] * 4)

    assert [type(error) for error in raised] == [IllegalMove] * 3
    assert (row.calls.count(), row.moves.count()) == (1, 1)


def test_a_call_that_the_board_opened_before_its_hour_may_be_closed_before_it_too() -> None:
    row = make.calling(opens_at=NOON + timedelta(days=2))

    calls.close(row, by=None, now=NOON + timedelta(days=1))

    assert (row.state, row.opens_at) == (OperationState.SELECTING, None)
