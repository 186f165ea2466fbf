"""The composer: one edition, its words, its offers, what is wrong with it, and how it will look."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import contents, editions, reseating, standings, tasks
from newsletter.access import editor_required, signed_in
from newsletter.board_forms import EditionForm
from newsletter.board_words import finding_sentence, refusal
from newsletter.core import merge
from newsletter.core.preflight import Severity
from newsletter.models import Edition, Offer
from newsletter.operation_forms import WhyForm

# Heard by composer.js, which then asks for the preview anew.
CHANGED = "edition-changed"


@never_cache
@editor_required
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    (row,) = standings.show([_edition(edition_id)])
    return _page(request, row, EditionForm.of(row))


@editor_required
@require_POST
def write(request: HttpRequest, edition_id: int) -> HttpResponse:
    row, form = _edition(edition_id), EditionForm(request.POST)
    if form.is_valid():
        try:
            editions.write(row, **form.cleaned_data)
        except editions.NotNow as refused:
            form.add_error(None, refusal(refused))
    if request.htmx:  # type: ignore[attr-defined]
        return _saved(request, row, form)
    if not form.is_valid():
        return _page(request, row, form)
    messages.success(request, _("L’édition est enregistrée."))
    return redirect("board:edition", row.pk)


@editor_required
@require_POST
def place(request: HttpRequest, edition_id: int, offer_id: int) -> HttpResponse:
    offer = _offer(offer_id)
    return _workshop(request, edition_id, lambda row: editions.place(row, offer))


@editor_required
@require_POST
def move(request: HttpRequest, edition_id: int, offer_id: int) -> HttpResponse:
    offer, position = _offer(offer_id), _number(request.POST.get("position"))
    return _workshop(request, edition_id, lambda row: editions.move(row, offer, position=position))


@editor_required
@require_POST
def remove(request: HttpRequest, edition_id: int, offer_id: int) -> HttpResponse:
    offer = _offer(offer_id)
    return _workshop(request, edition_id, lambda row: editions.remove(row, offer))


@editor_required
@require_POST
def refresh(request: HttpRequest, edition_id: int, offer_id: int) -> HttpResponse:
    offer = _offer(offer_id)
    return _workshop(request, edition_id, lambda row: editions.refresh(row, offer))


@editor_required
@require_POST
def arrange(request: HttpRequest, edition_id: int) -> HttpResponse:
    order = [_number(typed) for typed in request.POST.getlist("offer")]
    return _workshop(request, edition_id, lambda row: editions.arrange(row, order))


@editor_required
@require_POST
def lock(request: HttpRequest, edition_id: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    said = _("L’édition est verrouillée : ce que vous voyez est ce qui partira.")
    return _decided(request, edition_id, lambda row: editions.lock(row, by=user, now=now, tell=True), said)


@editor_required
@require_POST
def reopen(request: HttpRequest, edition_id: int) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    said = _("L’édition est rouverte.")
    return _decided(request, edition_id, lambda row: editions.reopen(row, by=user, now=now), said)


@editor_required
@require_POST
def send_test(request: HttpRequest, edition_id: int) -> HttpResponse:
    row, user = _edition(edition_id), signed_in(request)
    try:
        tasks.send_test.delay_on_commit(row.pk, user.pk)
    except OperationalError:
        messages.error(request, _("Le test n’a pas pu partir : le service d’envoi ne répond pas. Réessayez plus tard."))
    else:
        messages.success(request, _("Le test part vers %s.") % user.email)
    return redirect("board:edition", row.pk)


def _workshop(request: HttpRequest, edition_id: int, verb: Callable[[Edition], object]) -> HttpResponse:
    """Let the verb change the seats, and show them as they are now, refused or not, or ask why first."""
    row, form = _edition(edition_id), WhyForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    try:
        reseating.change(row, verb, words=words, by=signed_in(request), now=timezone.now())
    except reseating.WordsOwed as owed:
        return _ask_why(request, row, owed, form if WhyForm.asked_in(request.POST) else WhyForm())
    except editions.NotNow as refused:
        messages.warning(request, refusal(refused))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("board:edition", args=[row.pk]) + "#offres")
    response = render(request, "parts/board/workshop.html", _context(row))
    response.headers["HX-Trigger"] = CHANGED
    return response


def _ask_why(request: HttpRequest, row: Edition, owed: reseating.WordsOwed, form: WhyForm) -> HttpResponse:
    """Show the seats as they still are, and beside them the form that does what was asked once a reason is typed."""
    form.fields["words"].widget.attrs["autofocus"] = True  # it stands far above the seat that was moved
    why = {
        "form": form,
        "action": request.path,
        "choices": owed.choices,
        "typed": [(name, one) for name in ("position", "offer") for one in request.POST.getlist(name)],
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "parts/board/workshop.html", {**_context(row), "why": why})
    (row,) = standings.show([row])
    return _page(request, row, EditionForm.of(row), why=why)


def _saved(request: HttpRequest, row: Edition, form: EditionForm) -> HttpResponse:
    """Answer an automatic save: whether it stands, and what the edition looks like from here."""
    kept = form.is_valid()
    context = {**_context(row), "form": form, "kept": kept, "at": timezone.now()}
    response = render(request, "parts/board/saved.html", context)
    if kept:
        response.headers["HX-Trigger"] = CHANGED
    return response


def _decided(request: HttpRequest, edition_id: int, verb: Callable[[Edition], object], said: str) -> HttpResponse:
    row = _edition(edition_id)
    try:
        verb(row)
    except editions.NotNow as refused:
        messages.warning(request, refusal(refused))
    else:
        messages.success(request, said)
    return redirect("board:edition", row.pk)


def _page(request: HttpRequest, row: Edition, form: EditionForm, **more: Any) -> HttpResponse:
    first_name = merge.first_name(get_language() or "fr")
    context = {**_context(row), "form": form, "first_name": first_name, **more}
    return render(request, "pages/board/edition.html", context)


def _context(row: Edition) -> dict[str, Any]:
    examined = contents.examine(row)
    taken = [seat.offer_id for seat in examined.seats]
    free = Offer.objects.ready(row.planned_on).exclude(pk__in=taken).select_related("member__commune")
    return {
        "edition": row,
        "seats": examined.seats,
        "free": free.order_by("valid_from", "pk"),
        "findings": [
            {"words": finding_sentence(finding), "blocking": finding.severity is Severity.BLOCKING}
            for finding in examined.findings
        ],
        "blocked": bool(examined.blocking),
    }


def _edition(edition_id: int) -> Edition:
    rows = Edition.objects.select_related("newsletter__association", "locked_by")
    return get_object_or_404(rows, pk=edition_id)


def _offer(offer_id: int) -> Offer:
    return get_object_or_404(Offer, pk=offer_id)


def _number(typed: str | None) -> int:
    """Return the number, or one that names no seat and no offer."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
