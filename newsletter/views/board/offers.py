"""Reading what members propose, and answering them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import answers, contents, difference_words, invitations, offers, reviewing
from newsletter.access import editor_required, signed_in
from newsletter.board_forms import READABLE, CorrectionForm, FilterForm, VerdictForm
from newsletter.board_words import UNREAD, overtaken
from newsletter.core.review import EDITABLE, MOVES, OfferState, Review, leaves_at
from newsletter.core.states import IllegalMove
from newsletter.models import Invitation, Offer, OfferMove
from newsletter.reviewing import Wanted

PAGE = 30


@never_cache
@editor_required
def listing(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    wanted = form.wanted()
    found = reviewing.listed(wanted, states=READABLE, today=timezone.localdate())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    rows = [(one, one.hinders(signed_in(request))) for one in reviewing.read(page, today=timezone.localdate())]
    context = {
        "page": page,
        "rows": rows,
        "ready": any(why is None for _one, why in rows),
        "form": form,
        "narrowed": wanted.narrows,
        "query": query.urlencode(),
        "way": _way(wanted),
        "undoable": undoable(),
    }
    return render(request, "pages/board/offers.html", context)


@never_cache
@editor_required
def reading(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _page(request, _offer(offer_id), VerdictForm())


@editor_required
@require_POST
def seen(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Note who has opened the offer: the page asks for it by itself, or by a button where no script runs."""
    offer, user = _offer(offer_id), signed_in(request)
    if offer.state != OfferState.DRAFT:
        offers.seen(offer, by=user, now=timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return _go(offer, _wanted(request))
    return render(request, "parts/board/sights.html", {"offer": offer, "sights": offer.sights.select_related("by")})


@editor_required
@require_POST
def approve(request: HttpRequest, offer_id: int) -> HttpResponse:
    offer, user = _offer(offer_id), signed_in(request)
    try:
        offers.approve(offer, by=user, now=timezone.now(), read_as_of=_read_as_of(request), tell=True)
    except offers.Overtaken:
        messages.warning(request, _("Le membre a renvoyé un autre texte depuis votre lecture. Le voici."))
        return _go(offer, _wanted(request))
    except IllegalMove:
        messages.warning(request, overtaken(offer))
        return _go(offer, _wanted(request))
    return _answered(request, offer, _("« %s » est acceptée. Elle peut être placée dans une édition."))


@editor_required
@require_POST
def approve_many(request: HttpRequest) -> HttpResponse:
    """Accept the ticked offers that this person has opened and that nothing is to be remarked in."""
    ticked = [int(one) for one in request.POST.getlist("offer") if one.isdecimal() and len(one) < 10]
    accepted, refused = reviewing.accept_read(ticked, by=signed_in(request), now=timezone.now(), tell=True)
    if accepted:
        said = ngettext("%(n)d offre est acceptée.", "%(n)d offres sont acceptées.", len(accepted))
        messages.success(request, said % {"n": len(accepted)})
    for offer, why in refused:
        said = _("« %(title)s » n’est pas acceptée : %(why)s.")
        messages.warning(request, said % {"title": offer.title, "why": UNREAD[why]})
    if not ticked:
        messages.warning(request, _("Cochez les offres à accepter."))
    return HttpResponseRedirect(reverse("board:offers") + _way(_wanted(request)))


@editor_required
@require_POST
def request_changes(request: HttpRequest, offer_id: int) -> HttpResponse:
    said = _("« %s » est retournée au membre avec votre mot.")
    return _with_comment(request, offer_id, offers.request_changes, said, ("comment", "field"))


@editor_required
@require_POST
def decline(request: HttpRequest, offer_id: int) -> HttpResponse:
    said = _("« %s » n’est pas retenue. Le membre lira votre mot.")
    return _with_comment(request, offer_id, offers.decline, said, ("comment",))


@never_cache
@editor_required
def correct(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Show the member's words to be put right, and accept them as the board has put them."""
    offer, wanted = _offer(offer_id), _wanted(request)
    if Review.CORRECT not in MOVES[OfferState(offer.state)]:
        messages.warning(request, overtaken(offer))
        return _go(offer, wanted)
    if request.method != "POST":
        return _correcting(request, offer, CorrectionForm(offer))
    form = CorrectionForm(offer, request.POST)
    if not form.is_valid():
        return _correcting(request, offer, form)
    seen = request.POST.get("version", "")
    read = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    try:
        answers.correct(offer, by=signed_in(request), now=timezone.now(), seen=read, tell=True, **form.said())
    except offers.Diverged:
        messages.warning(request, _("Le membre a écrit depuis votre lecture : comparez, puis enregistrez à nouveau."))
        return _correcting(request, _offer(offer_id), form)
    except answers.NothingCorrected:
        messages.warning(request, _("Vous n’avez rien changé : acceptez l’offre telle qu’elle est."))
        return _correcting(request, offer, form)
    except IllegalMove:
        messages.warning(request, overtaken(offer))
        return _correcting(request, _offer(offer_id), form)
    return _answered(request, offer, _("« %s » est acceptée avec vos corrections. Le membre lira ce qui a changé."))


def _correcting(request: HttpRequest, offer: Offer, form: CorrectionForm) -> HttpResponse:
    context = {"offer": offer, "form": form, "way": _way(_wanted(request))}
    return render(request, "pages/board/offer_correct.html", context)


@editor_required
@require_POST
def undo(request: HttpRequest, move_id: int) -> HttpResponse:
    """Take an answer back, as long as its mail has not left."""
    move = get_object_or_404(OfferMove.objects.select_related("offer__member"), pk=move_id)
    try:
        answers.undo(move, by=signed_in(request), now=timezone.now())
    except (answers.TooLate, IllegalMove):
        messages.warning(request, _("Il est trop tard pour annuler : le membre a déjà la réponse, ou l’offre a bougé."))
    else:
        messages.success(request, _("La réponse est annulée : le membre n’a rien reçu, l’offre attend à nouveau."))
    return _go(move.offer, _wanted(request))


def undoable() -> list[tuple[OfferMove, int]]:
    """Return the answers that can still be taken back, and for how many seconds."""
    now = timezone.now()
    return [(move, int((leaves_at(move.at) - now).total_seconds()) + 1) for move in answers.undoable(now=now)]


def _with_comment(
    request: HttpRequest, offer_id: int, verb: Callable[..., None], said: str, names: tuple[str, ...]
) -> HttpResponse:
    offer, form = _offer(offer_id), VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, offer, form)
    words = {name: form.cleaned_data[name] for name in names}
    try:
        verb(offer, by=signed_in(request), now=timezone.now(), tell=True, **words)
    except IllegalMove:
        # what was typed stays on the page, for there is nobody left to send it to
        messages.warning(request, overtaken(offer))
        return _page(request, offer, form)
    return _answered(request, offer, said)


def _answered(request: HttpRequest, offer: Offer, said: str) -> HttpResponse:
    """Go on to the next offer that waits; the member is told by the clock, once nobody can undo it any more."""
    messages.success(request, said % offer.title)
    wanted = _wanted(request)
    queue = reviewing.waiting(wanted, today=timezone.localdate())
    following = reviewing.after(offer.pk, offer.submitted_at, queue)
    if following is None:
        return redirect("board:home")
    return HttpResponseRedirect(reverse("board:offer", args=[following]) + _way(wanted))


def _page(request: HttpRequest, offer: Offer, form: VerdictForm) -> HttpResponse:
    shown = offer.state != OfferState.DRAFT
    language = get_language() or "fr"
    card = contents.card_of(offer, offer.member, key=str(offer.pk), language=language) if shown else None
    (read,) = reviewing.read([offer], today=timezone.localdate())
    wanted = _wanted(request)
    queue = reviewing.waiting(wanted, today=timezone.localdate())
    place = queue.index(offer.pk) if offer.pk in queue else None
    approved = offer.revisions.order_by("number").last() if shown else None
    context: dict[str, Any] = {
        "offer": offer,
        "card": card,
        # the cut that a reader will see, by whatever name the board came here
        "cut": card.picture.url.removeprefix(settings.SITE_URL) if card and card.picture else "",
        "lacking": read.lacking,
        "remarks": read.remarks,
        "sights": read.sights,
        "history": offer.moves.select_related("by"),
        "waits": offer.state == OfferState.SUBMITTED,
        "correctable": Review.CORRECT in MOVES[OfferState(offer.state)],
        "waiting_count": len(queue),
        "place": None if place is None else place + 1,
        "previous": queue[place - 1] if place else None,
        "following": queue[place + 1] if place is not None and place + 1 < len(queue) else None,
        "way": _way(wanted),
        "approved": approved,
        "changed": difference_words.between(approved, offer) if approved else [],
        "undoable": undoable(),
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
    return get_object_or_404(Offer.objects.select_related("member__commune", "entered_by"), pk=offer_id)


def _wanted(request: HttpRequest) -> Wanted:
    """Return which offers this reader goes through: it stands in the address, so a reload keeps the place."""
    return FilterForm(request.GET).wanted()


def _way(wanted: Wanted) -> str:
    """Return the end of an address that keeps to these offers; nothing where all are wanted."""
    said = {
        "category": wanted.category,
        "commune": wanted.commune.pk if wanted.commune else "",
        "findings": "on" if wanted.findings else "",
    }
    kept = {name: value for name, value in said.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def _go(offer: Offer, wanted: Wanted) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("board:offer", args=[offer.pk]) + _way(wanted))


def _read_as_of(request: HttpRequest) -> datetime | None:
    """Return when the text that the reader had before their eyes was sent."""
    try:
        return parse_datetime(request.POST.get("read_as_of", ""))
    except ValueError:
        return None
