"""The consultation at the board's desk: whom to ask, what they said of each line, and what they tell of the place."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import consultation as verbs
from newsletter import operations
from newsletter.access import board_required, signed_in
from newsletter.core.consultation import PartnerKind
from newsletter.core.operation import WRITABLE
from newsletter.core.states import IllegalMove
from newsletter.models import Contribution, Operation, Partner, Remark
from newsletter.operation_words import refusal
from newsletter.partner_forms import AnswerForm, PartnerForm, PartnersForm
from newsletter.views.board.operations import operation_of
from newsletter.views.lines import lines_of
from newsletter.views.post import wake_post


@never_cache
@board_required
def consultation(request: HttpRequest, operation_id: int) -> HttpResponse:
    return _page(request, operation_of(operation_id))


@board_required
@require_POST
def consult(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Open the operation to the partners who are ticked, and mail each their link."""
    row = operation_of(operation_id)
    form = _partners_form(row, request.POST)
    if not form.is_valid():
        return _page(request, row, partners=form)
    return _consulted(request, row, list(form.cleaned_data["partners"]))


@board_required
@require_POST
def add(request: HttpRequest, operation_id: int) -> HttpResponse:
    """Note a new partner and consult them at once."""
    row, form = operation_of(operation_id), PartnerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, partner=form)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            partner = verbs.add_partner(
                name=said["name"],
                kind=PartnerKind(said["kind"]),
                email=said["email"],
                language=said["language"],
                now=timezone.now(),
            )
            return _consulted(request, row, [partner])
    except verbs.AddressTaken as refused:
        form.add_error("email", refusal(refused))
        return _page(request, row, partner=form)


@board_required
@require_POST
def answer(request: HttpRequest, remark_id: int) -> HttpResponse:
    """Answer a remark; its partner is told."""
    remark = get_object_or_404(Remark.objects.select_related("consultation__operation"), pk=remark_id)
    row, form = operation_of(remark.consultation.operation_id), _answer_form(remark.pk, request)
    if not form.is_valid():
        return _page(request, row, answers={remark.pk: form})
    verbs.answer(remark, words=form.cleaned_data["words"], by=signed_in(request), now=timezone.now())
    wake_post()
    messages.success(request, _("Votre réponse est envoyée au partenaire."))
    return redirect("board:operation-consultation", row.pk)


@board_required
@require_POST
def accept(request: HttpRequest, contribution_id: int) -> HttpResponse:
    told = _contribution(contribution_id)
    verbs.accept(told, by=signed_in(request), now=timezone.now())
    messages.success(request, _("« %s » paraîtra dans les éditions de l’opération.") % told.title)
    return redirect("board:operation-consultation", told.consultation.operation_id)


@board_required
@require_POST
def set_aside(request: HttpRequest, contribution_id: int) -> HttpResponse:
    told = _contribution(contribution_id)
    try:
        verbs.set_aside(told, by=signed_in(request), now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, _("« %s » ne paraîtra pas.") % told.title)
    return redirect("board:operation-consultation", told.consultation.operation_id)


def _consulted(request: HttpRequest, row: Operation, partners: list[Partner]) -> HttpResponse:
    try:
        number = verbs.consult(row, partners, by=signed_in(request), now=timezone.now())
    except (IllegalMove, operations.Refused) as refused:
        messages.warning(request, refusal(refused))
    else:
        wake_post()
        said = ngettext("%(n)s partenaire est consulté.", "%(n)s partenaires sont consultés.", number)
        messages.success(request, said % {"n": number} + " " + _("Les lettres partent dans la minute."))
    return redirect("board:operation-consultation", row.pk)


def _page(
    request: HttpRequest,
    row: Operation,
    *,
    partners: PartnersForm | None = None,
    partner: PartnerForm | None = None,
    answers: dict[int, AnswerForm] | None = None,
) -> HttpResponse:
    asked = list(row.consultations.select_related("partner"))
    standing, before, whole = verbs.heard(asked, lines_of(row))
    for remark in (*whole, *(one for heard in (*standing, *before) for one in heard.remarks)):
        remark.form = (answers or {}).get(remark.pk) or _answer_form(remark.pk)  # type: ignore[attr-defined]
    told = Contribution.objects.filter(consultation__in=asked, withdrawn_at=None)
    context: dict[str, Any] = {
        "operation": row,
        "consultable": row.state in WRITABLE,
        "asked": [
            (one, request.build_absolute_uri(reverse("consultation", args=[verbs.token_of(one)]))) for one in asked
        ],
        "lines": standing,
        "before": before,
        "whole": whole,
        "contributions": told.select_related("consultation__partner"),
        "partners": partners or _partners_form(row),
        "partner": partner or PartnerForm(),
    }
    return render(request, "pages/board/operation_consultation.html", context)


def _partners_form(row: Operation, data: Any = None) -> PartnersForm:
    form = PartnersForm(data)
    form.fields["partners"].queryset = Partner.objects.exclude(consultations__operation=row)  # type: ignore[attr-defined]
    return form


def _answer_form(remark_id: int, request: HttpRequest | None = None) -> AnswerForm:
    return AnswerForm(request.POST if request else None, auto_id=f"id_remark_{remark_id}_%s")


def _contribution(contribution_id: int) -> Contribution:
    return get_object_or_404(Contribution.objects.select_related("consultation__operation"), pk=contribution_id)
