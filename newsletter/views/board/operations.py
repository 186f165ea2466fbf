"""The board's operations: the list, a new one, and each with what comes next."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import aims, calls, operations
from newsletter.access import board_required, signed_in
from newsletter.core.operation import MOVES, WRITABLE, OperationState
from newsletter.core.states import IllegalMove
from newsletter.models import Operation
from newsletter.operation_forms import OperationForm
from newsletter.operation_words import refusal


@never_cache
@board_required
def listing(request: HttpRequest) -> HttpResponse:
    found = Operation.objects.annotate(called=Count("calls", distinct=True)).prefetch_related("planned")
    return render(request, "pages/board/operations.html", {"operations": found})


@never_cache
@board_required
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the brief; a link may propose a theme and dates (`?theme=…&call_until=…&send_on=…`)."""
    form = OperationForm(request.POST) if request.method == "POST" else OperationForm.proposed(request.GET)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/operation_form.html", {"form": form})
    operation = operations.begin(
        form.cleaned_data["newsletter"], form.said(), by=signed_in(request), now=timezone.now()
    )
    return redirect("board:operation", operation.pk)


@never_cache
@board_required
def edit(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = operation_of(operation_id)
    if row.state not in WRITABLE:
        messages.warning(request, _("Cette opération ne se récrit plus : des membres la lisent telle qu’elle est."))
        return redirect("board:operation", row.pk)
    form = OperationForm(request.POST, operation=row) if request.method == "POST" else OperationForm.of(row)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/operation_form.html", {"form": form, "operation": row})
    try:
        operations.write(row, form.said(), now=timezone.now())
    except operations.NotWritable:
        messages.warning(request, _("Cette opération ne se récrit plus : des membres la lisent telle qu’elle est."))
    else:
        messages.success(request, _("L’opération est enregistrée."))
    return redirect("board:operation", row.pk)


@never_cache
@board_required
def operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = operation_of(operation_id)
    asked = calls.with_answers(row)
    context: dict[str, Any] = {
        "operation": row,
        "planned": row.planned.select_related("edition"),
        "wishes": row.wishes.select_related("commune"),
        "targets": aims.of(row),
        "history": row.moves.select_related("by"),
        "may": {step.value for step in MOVES[OperationState(row.state)]},
        "writable": row.state in WRITABLE,
        "fitting": calls.fitting(row).count() if not asked else 0,
        "tallies": calls.by_category(row, asked) if asked else [],
        "answered": sum(one.answered for one in asked),
        "called": len(asked),
        "consulted": row.consultations.count(),
        "days": operations.days_left(row, now=timezone.now()),
    }
    return render(request, "pages/board/operation.html", context)


@board_required
@require_POST
def schedule(request: HttpRequest, operation_id: int) -> HttpResponse:
    said = _("L’appel s’ouvrira de lui-même à l’heure dite.")
    return stepped(request, operation_id, operations.schedule, said)


@board_required
@require_POST
def revise(request: HttpRequest, operation_id: int) -> HttpResponse:
    return stepped(request, operation_id, operations.revise, _("L’opération est de nouveau en préparation."))


@board_required
@require_POST
def cancel(request: HttpRequest, operation_id: int) -> HttpResponse:
    return stepped(request, operation_id, operations.cancel, _("L’opération est abandonnée."))


def stepped(request: HttpRequest, operation_id: int, verb: Callable[..., object], said: str) -> HttpResponse:
    """Let the verb move the operation, and say what came of it on its page."""
    row = operation_of(operation_id)
    try:
        verb(row, by=signed_in(request), now=timezone.now())
    except (IllegalMove, operations.Refused) as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, said)
    return redirect("board:operation", row.pk)


def operation_of(operation_id: int) -> Operation:
    """Return the operation, or Http404."""
    return get_object_or_404(Operation.objects.select_related("newsletter", "created_by"), pk=operation_id)
