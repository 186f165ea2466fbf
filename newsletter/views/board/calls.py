"""The call for offers at the board's desk: who answered, against what is wanted, and what can still be done."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import calls, operations
from newsletter.access import board_required, signed_in
from newsletter.core.operation import SILENT, OperationState
from newsletter.core.states import IllegalMove
from newsletter.models import Operation
from newsletter.operation_forms import DeadlineForm
from newsletter.operation_words import refusal
from newsletter.views.board.operations import operation_of, stepped
from newsletter.views.post import wake_post

log = logging.getLogger(__name__)


@never_cache
@board_required
def call(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = operation_of(operation_id)
    return _page(request, row, DeadlineForm(operation=row))


@board_required
@require_POST
def open_call(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Open the call: every fitting member gets a letter with their own link."""
    row = operation_of(operation_id)
    try:
        number = calls.open_call(row, by=signed_in(request), now=timezone.now())
    except (IllegalMove, operations.Refused) as refused:
        messages.warning(request, refusal(refused))
        return redirect("board:operation", row.pk)
    _mailed(request, ngettext("%(n)s membre est appelé.", "%(n)s membres sont appelés.", number) % {"n": number})
    return redirect("board:operation-call", row.pk)


@board_required
@require_POST
def call_new(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Call the fitting members who were not there when the call opened."""
    row = operation_of(operation_id)
    try:
        number = calls.call(row, by=signed_in(request), now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        _mailed(request, ngettext("%(n)s membre est appelé.", "%(n)s membres sont appelés.", number) % {"n": number})
    return redirect("board:operation-call", row.pk)


@board_required
@require_POST
def remind(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Remind now those who have not answered."""
    row = operation_of(operation_id)
    try:
        number = calls.remind_now(row, now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
        return redirect("board:operation-call", row.pk)
    if number:
        said = ngettext("%(n)s membre reçoit un rappel.", "%(n)s membres reçoivent un rappel.", number)
        _mailed(request, said % {"n": number})
    else:
        messages.info(request, _("Personne à relancer : chacun a répondu, ou vient d’être écrit."))
    return redirect("board:operation-call", row.pk)


@board_required
@require_POST
def extend(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Move the deadline; the links of the call follow."""
    row = operation_of(operation_id)
    form = DeadlineForm(request.POST, operation=row)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        calls.extend(row, closes_at=form.cleaned_data["closes_at"], by=signed_in(request), now=timezone.now())
    except (IllegalMove, operations.Refused) as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, _("L’échéance est déplacée ; les liens des membres la suivent."))
    return redirect("board:operation-call", row.pk)


@board_required
@require_POST
def close(request: HttpRequest, operation_id: int) -> HttpResponse:
    return stepped(request, operation_id, calls.close, _("L’appel est clos."))


def _page(request: HttpRequest, row: Operation, form: DeadlineForm) -> HttpResponse:
    asked = calls.with_answers(row)
    now = timezone.now()
    known = {one.call.member_id for one in asked}
    communes = calls.by_commune(row, asked)
    context = {
        "operation": row,
        "open": row.state == OperationState.CALLING and row.closes_at > now,
        "can_extend": row.state in (OperationState.CALLING, OperationState.SELECTING),
        "form": form,
        "asked": sorted(asked, key=lambda one: (one.said not in SILENT, one.call.member.name)),
        "silent": sum(one.said in SILENT for one in asked),
        "answered": sum(one.answered for one in asked),
        "categories": calls.by_category(row, asked),
        "communes": communes,
        "communes_wanted": any(one.at_least or one.at_most is not None for one in communes),
        "newcomers": calls.fitting(row).exclude(pk__in=known).count(),
        "days": operations.days_left(row, now=now),
    }
    return render(request, "pages/board/operation_call.html", context)


def _mailed(request: HttpRequest, said: str) -> None:
    wake_post()
    messages.success(request, said + " " + _("Les lettres partent dans la minute."))
