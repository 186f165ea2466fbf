"""A partner behind their link: reads the operation, says what they think of each line, tells of the destination."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import consultation as verbs
from newsletter import operations
from newsletter.core.consultation import Opinion
from newsletter.core.operation import OperationState
from newsletter.models import Consultation
from newsletter.operation_words import refusal
from newsletter.partner_forms import ContributionForm, RemarkForm
from newsletter.views.lines import lines_of

WHOLE = "whole"


@never_cache
def consultation(request: HttpRequest, token: str) -> HttpResponse:
    return _page(request, token, _asked(request, token))


@require_POST
def remark(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what the partner thinks of one line, or of the whole."""
    asked = _asked(request, token)
    line = request.POST.get("line", "")
    form = _form(line or WHOLE, request)
    if not form.is_valid():
        return _page(request, token, asked, form=(line or WHOLE, form))
    try:
        verbs.remark(
            asked,
            opinion=Opinion(form.cleaned_data["opinion"]),
            words=form.cleaned_data["words"],
            line=line,
            lines=lines_of(asked.operation),
            now=timezone.now(),
        )
    except verbs.WordsRequired:
        form.add_error("words", _("Dites en quelques mots pourquoi : le bureau pourra y répondre."))
        return _page(request, token, asked, form=(line or WHOLE, form))
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, _("Merci, c’est noté. Le bureau vous lit."))
    return redirect("consultation", token)


@require_POST
def contribute(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what the partner tells of the destination."""
    asked, form = _asked(request, token), ContributionForm(request.POST)
    if not form.is_valid():
        return _page(request, token, asked, told=form)
    try:
        verbs.contribute(asked, now=timezone.now(), **form.cleaned_data)
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, _("Merci, c’est noté. Le bureau choisit ce qui paraît."))
    return redirect("consultation", token)


@require_POST
def take_back(request: HttpRequest, token: str, contribution_id: int) -> HttpResponse:
    """Take a line back that no locked edition says."""
    asked = _asked(request, token)
    told = get_object_or_404(asked.contributions, pk=contribution_id)
    try:
        verbs.take_back(told, now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, _("« %s » est retiré.") % told.title)
    return redirect("consultation", token)


def _asked(request: HttpRequest, token: str) -> Consultation:
    found = verbs.find(token)
    if found is None:
        raise Http404
    if "django_language" not in request.COOKIES:
        # a stranger to this browser is spoken to as the board noted it
        translation.activate(found.partner.language)
        request.LANGUAGE_CODE = translation.get_language()
    return found


def _page(
    request: HttpRequest,
    token: str,
    asked: Consultation,
    *,
    form: tuple[str, RemarkForm] | None = None,
    told: ContributionForm | None = None,
) -> HttpResponse:
    standing, before, whole = verbs.heard([asked], lines_of(asked.operation))
    typed = dict([form]) if form else {}
    context: dict[str, Any] = {
        "asked": asked,
        "operation": asked.operation,
        "token": token,
        "hears": asked.operation.state == OperationState.CONSULTING,
        "takes": asked.operation.state not in verbs.OVER,
        "lines": [(heard, typed.get(heard.line.key) or _form(heard.line.key)) for heard in standing if heard.line],
        "before": before,
        "whole": whole,
        "said": bool(whole or before or any(heard.remarks for heard in standing)),
        "whole_form": typed.get(WHOLE) or _form(WHOLE),
        "contributions": asked.contributions.filter(withdrawn_at=None),
        "told": told or ContributionForm(),
    }
    return render(request, "pages/partners/consultation.html", context)


def _form(line: str, request: HttpRequest | None = None) -> RemarkForm:
    return RemarkForm(request.POST if request else None, auto_id=f"id_{line}_%s")
