"""The selection at the board's desk: who is placed or not, why, and what the board decides otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import calls, editions, operations, selecting
from newsletter.access import board_required, signed_in
from newsletter.core.operation import Answer, Bar, OperationState
from newsletter.core.states import IllegalMove
from newsletter.models import Call, Choice, Operation, Override, PlannedEdition
from newsletter.operation_forms import OverrideForm
from newsletter.operation_words import can_be_placed, reason, refusal
from newsletter.views.board.operations import operation_of
from newsletter.views.post import wake_post

# The form of one answer, with what was typed into it.
Typed = tuple[int, int, OverrideForm]


@dataclass(frozen=True)
class Row:
    """One answer as the page shows it."""

    call: Call
    place: int | None
    why: str
    form: OverrideForm | None
    overrides: list[Override] = field(default_factory=list)
    silently: bool = False
    placeable: bool = True
    sent: bool = True


@dataclass(frozen=True)
class Sheet:
    """One planned edition: what would stand in it, or what does."""

    planned: PlannedEdition
    placed: list[Row]
    left_out: list[Row]
    # Whoever sent nothing is counted and not listed.
    silent: int
    locked: bool


@never_cache
@board_required
def selection(request: HttpRequest, operation_id: int) -> HttpResponse:
    return _page(request, operation_of(operation_id))


@board_required
@require_POST
def draft(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Draft the planned editions with the proposed places; readers receive nothing of it."""
    row = operation_of(operation_id)
    try:
        drafted = selecting.draft_editions(row, by=signed_in(request), now=timezone.now())
    except (IllegalMove, operations.Refused, editions.NotNow) as refused:
        messages.warning(request, refusal(refused))
    else:
        said = ngettext("L’édition est composée.", "%(n)s éditions sont composées.", len(drafted))
        messages.success(request, said % {"n": len(drafted)} + " " + _("Rien ne part aux lecteurs sans vous."))
    return redirect("board:operation-selection", row.pk)


@board_required
@require_POST
def override(request: HttpRequest, planned_id: int, call_id: int) -> HttpResponse:
    """Place an answer, or leave it out, against the rule: with the reason that its member will read."""
    planned = get_object_or_404(PlannedEdition.objects.select_related("operation", "edition"), pk=planned_id)
    row = operation_of(planned.operation_id)
    call = get_object_or_404(row.calls, pk=call_id)
    form = _form(planned.pk, call.pk, request)
    if not form.is_valid():
        return _page(request, row, (planned.pk, call.pk, form))
    place = None if request.POST.get("act") == "out" else form.cleaned_data["place"] or planned.places
    try:
        selecting.override(
            planned,
            call,
            place=place,
            words=form.cleaned_data["words"],
            by=signed_in(request),
            now=timezone.now(),
        )
    except (operations.Refused, editions.NotNow) as refused:
        form.add_error("words", refusal(refused))
        return _page(request, row, (planned.pk, call.pk, form))
    messages.success(request, _("C’est noté, avec votre raison."))
    return redirect("board:operation-selection", row.pk)


@board_required
@require_POST
def announce(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Tell every member who answered where they stand."""
    row = operation_of(operation_id)
    try:
        number = selecting.announce(row, now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        wake_post()
        said = ngettext("%(n)s membre en est averti.", "%(n)s membres en sont avertis.", number)
        messages.success(request, _("La sélection est annoncée.") + " " + said % {"n": number})
    return redirect("board:operation-selection", row.pk)


def _page(request: HttpRequest, row: Operation, typed: Typed | None = None) -> HttpResponse:
    drafted = row.state in (OperationState.COMPOSED, OperationState.CLOSED)
    sheets = list(_drafted(row, typed) if drafted else _proposed(row, typed))
    context = {
        "operation": row,
        "drafted": drafted,
        "sheets": sheets,
        "can_draft": row.state == OperationState.SELECTING,
        "waiting": sum(one.said is Answer.OFFERED for one in calls.with_answers(row)) if not drafted else 0,
        "seeds": [selecting.seed_of(sheet.planned) for sheet in sheets],
    }
    return render(request, "pages/board/operation_selection.html", context)


def _proposed(row: Operation, typed: Typed | None) -> Iterator[Sheet]:
    """Yield what would be drafted now; the board may decide otherwise once the call is closed."""
    open_to_board = row.state == OperationState.SELECTING
    for planned, seats in selecting.preview(row, now=timezone.now()):
        said = _overrides(planned)
        rows = [
            Row(
                call=seat.asked.call,
                place=seat.place,
                why="" if seat.pinned else reason(seat.reason, seat.facts),
                form=_form_of(planned, seat.asked.call, typed) if open_to_board else None,
                overrides=said.get(seat.asked.call.pk, []),
                placeable=can_be_placed(seat.reason),
                sent=seat.reason != Bar.NOT_SENT,
            )
            for seat in seats
        ]
        yield _sheet(planned, rows, locked=False)


def _drafted(row: Operation, typed: Typed | None) -> Iterator[Sheet]:
    for planned in row.planned.select_related("edition", "operation"):
        locked = planned.edition is None or planned.edition.is_locked
        rows = [
            Row(
                call=choice.call,
                place=choice.seat,  # type: ignore[attr-defined]
                why=reason(choice.reason, choice.facts),
                form=None if locked else _form_of(planned, choice.call, typed),
                overrides=list(choice.overrides.all()),
                silently=choice.silently,  # type: ignore[attr-defined]
                placeable=can_be_placed(choice.reason),
                sent=choice.reason != Bar.NOT_SENT,
            )
            for choice in selecting.standing(planned)
        ]
        yield _sheet(planned, rows, locked=locked)


def _sheet(planned: PlannedEdition, rows: list[Row], *, locked: bool) -> Sheet:
    left_out = [one for one in rows if one.place is None]
    heard = [one for one in left_out if one.sent]
    return Sheet(planned, [one for one in rows if one.place], heard, len(left_out) - len(heard), locked)


def _overrides(planned: PlannedEdition) -> dict[int, list[Override]]:
    rows: list[Choice] = list(planned.choices.prefetch_related("overrides__by"))
    return {choice.call_id: list(choice.overrides.all()) for choice in rows}


def _form(planned_id: int, call_id: int, request: HttpRequest | None = None) -> OverrideForm:
    return OverrideForm(request.POST if request else None, auto_id=f"id_{planned_id}_{call_id}_%s")


def _form_of(planned: PlannedEdition, call: Call, typed: Typed | None) -> OverrideForm:
    if typed and typed[:2] == (planned.pk, call.pk):
        return typed[2]
    return _form(planned.pk, call.pk)
