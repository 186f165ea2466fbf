"""Reading what members propose, and answering them."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import contents, invitations, offers, tasks
from newsletter.access import editor_required, signed_in
from newsletter.board_forms import READABLE, FilterForm, VerdictForm
from newsletter.board_words import overtaken
from newsletter.core.review import EDITABLE, OfferState
from newsletter.core.states import IllegalMove
from newsletter.models import Invitation, Offer

log = logging.getLogger(__name__)
PAGE = 30


@never_cache
@editor_required
def listing(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    wanted = {
        name: value
        for name, value in (
            ("state", form.cleaned_data.get("state")),
            ("member__category", form.cleaned_data.get("category")),
            ("member__commune", form.cleaned_data.get("commune")),
        )
        if value
    }
    found = _waiting_first(Offer.objects.filter(state__in=READABLE, **wanted))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"page": page, "form": form, "narrowed": bool(wanted), "query": query.urlencode()}
    return render(request, "pages/board/offers.html", context)


@never_cache
@editor_required
def reading(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _page(request, _offer(offer_id), VerdictForm())


@editor_required
@require_POST
def approve(request: HttpRequest, offer_id: int) -> HttpResponse:
    offer, user = _offer(offer_id), signed_in(request)
    try:
        offers.approve(offer, by=user, now=timezone.now(), read_as_of=_read_as_of(request), tell=True)
    except offers.Overtaken:
        messages.warning(request, _("Le membre a renvoyé un autre texte depuis votre lecture. Le voici."))
        return redirect("board:offer", offer.pk)
    except IllegalMove:
        messages.warning(request, overtaken(offer))
        return redirect("board:offer", offer.pk)
    return _answered(request, offer, _("« %s » est acceptée. Elle peut être placée dans une édition."))


@editor_required
@require_POST
def request_changes(request: HttpRequest, offer_id: int) -> HttpResponse:
    said = _("« %s » est retournée au membre avec votre mot.")
    return _with_comment(request, offer_id, offers.request_changes, said)


@editor_required
@require_POST
def decline(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _with_comment(request, offer_id, offers.decline, _("« %s » n’est pas retenue. Le membre lira votre mot."))


def _with_comment(request: HttpRequest, offer_id: int, verb: Callable[..., None], said: str) -> HttpResponse:
    offer, form = _offer(offer_id), VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, offer, form)
    try:
        verb(offer, by=signed_in(request), comment=form.cleaned_data["comment"], now=timezone.now(), tell=True)
    except IllegalMove:
        # what was typed stays on the page, for there is nobody left to send it to
        messages.warning(request, overtaken(offer))
        return _page(request, offer, form)
    return _answered(request, offer, said)


def _answered(request: HttpRequest, offer: Offer, said: str) -> HttpResponse:
    """Tell the member, and go on to the next offer that waits."""
    last = offer.moves.last()
    if last is not None:
        try:
            tasks.tell_member.delay_on_commit(last.pk)
        except OperationalError:
            # the answer stands, and the clock finds that its member was not told
            log.warning("no broker: the answer to offer %s leaves by the clock", offer.pk)
    messages.success(request, said % offer.title)
    following = Offer.objects.waiting().first()
    return redirect("board:offer", following.pk) if following else redirect("board:home")


def _page(request: HttpRequest, offer: Offer, form: VerdictForm) -> HttpResponse:
    shown = offer.state != OfferState.DRAFT
    language = get_language() or "fr"
    card = contents.card_of(offer, offer.member, key=str(offer.pk), language=language) if shown else None
    context: dict[str, Any] = {
        "offer": offer,
        "card": card,
        # the cut that a reader will see, by whatever name the board came here
        "cut": card.picture.url.removeprefix(settings.SITE_URL) if card and card.picture else "",
        "lacking": offers.lacks(offer, today=timezone.localdate()) if shown else [],
        "remarks": offers.remarks(offer, today=timezone.localdate()) if shown else [],
        "history": offer.moves.select_related("by"),
        "waits": offer.state == OfferState.SUBMITTED,
        "waiting_count": Offer.objects.waiting().count(),
        "form": form,
        "invitations": _ways_in(request, offer),
        "placed_in": offer.placements.select_related("edition"),
    }
    return render(request, "pages/board/offer.html", context)


def _ways_in(request: HttpRequest, offer: Offer) -> list[tuple[Invitation, str]] | None:
    """Return the links that open this draft, with their addresses; None where there is nothing to fill in."""
    if offer.state not in EDITABLE:
        return None
    return [
        (found, request.build_absolute_uri(reverse("invitation", args=[invitations.token_of(found)])))
        for found in invitations.standing(offer, now=timezone.now())
    ]


def _offer(offer_id: int) -> Offer:
    return get_object_or_404(Offer.objects.select_related("member__commune"), pk=offer_id)


def _waiting_first(found: QuerySet[Offer]) -> QuerySet[Offer]:
    """Order by what the board owes an answer, the oldest first; then what changed last."""
    waits = When(state=OfferState.SUBMITTED, then=Value(0))
    return (
        found.select_related("member__commune")
        .annotate(owed=Case(waits, default=Value(1), output_field=IntegerField()))
        .order_by("owed", Case(When(owed=0, then=F("submitted_at"))), "-changed_at", "pk")
    )


def _read_as_of(request: HttpRequest) -> datetime | None:
    """Return when the text that the reader had before their eyes was sent."""
    try:
        return parse_datetime(request.POST.get("read_as_of", ""))
    except ValueError:
        return None
