"""The member's desk: their offers, how each stands, and what they can do about it."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from newsletter import answers, calls, difference_words, offers
from newsletter.access import is_editor, member_of, offer_of, sign_in_required, signed_in
from newsletter.calls import Asked
from newsletter.core.review import EDITABLE, MOVES, OfferState, Review, may_follow
from newsletter.core.states import IllegalMove
from newsletter.models import Member, Offer
from newsletter.views.offer_form import SUSPENDED, OfferPage, copied
from newsletter.views.offer_keep import OfferKeeping, keeping

Verb = Callable[..., None]


@never_cache
@sign_in_required
def desk(request: HttpRequest) -> HttpResponse:
    """List everything this person signs for; the board, which signs for nobody, goes to its own desk."""
    user = signed_in(request)
    members = list(Member.objects.signed_for_by(user).select_related("commune"))
    if not members and is_editor(user):
        return redirect("board:home")
    # a draft that waits for an answer to a call is shown with that call, until something stands in it
    untouched = Q(call__isnull=False, state=OfferState.DRAFT, title="", text="", image="")
    rows = Offer.objects.filter(member__in=members).exclude(untouched).with_verdict().order_by("-changed_at", "-pk")
    desks = {member.pk: (member, list[Offer](), list[Asked]()) for member in members}
    for asked in calls.on_desk(user, members):
        desks[asked.call.member_id][2].append(asked)
    # what waits for its member comes first
    for row in sorted(rows, key=lambda row: row.state != OfferState.CHANGES_REQUESTED):
        desks[row.member_id][1].append(row)
    return render(request, "pages/desk/list.html", {"desks": desks.values()})


@never_cache
@sign_in_required
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    row = offer_of(signed_in(request), offer_id)
    history = list(row.moves.select_related("by"))
    last = Review(history[-1].move) if history else None
    context = {
        "offer": row,
        "history": history,
        "verdict": row.standing_verdict(),
        "editable": row.state in EDITABLE,
        "approved_once": any(move.move in (Review.APPROVE, Review.CORRECT) for move in history),
        "may": {move.value for move in MOVES[OfferState(row.state)] if may_follow(move, last)},
        "corrected": difference_words.corrected(history[-1]) if last is Review.CORRECT else [],
    }
    return render(request, "pages/desk/offer.html", context)


@never_cache
@sign_in_required
def offer_new(request: HttpRequest, member_id: int) -> HttpResponse:
    member = member_of(signed_in(request), member_id)
    return OfferPage(request, member, by=signed_in(request)).answer()


@never_cache
@sign_in_required
def offer_edit(request: HttpRequest, offer_id: int) -> HttpResponse:
    row = offer_of(signed_in(request), offer_id)
    if row.state not in EDITABLE:
        return redirect("offer", row.pk)
    page = OfferPage(request, row.member, offer=row, by=signed_in(request))
    if request.method == "GET" and "manque" in request.GET:
        return page.ask_for(offers.lacks(row, today=timezone.localdate()))
    return page.answer()


@require_POST
@sign_in_required
def offer_begin(request: HttpRequest, member_id: int) -> HttpResponse:
    """Keep the first words of an offer that the page has begun."""
    return OfferKeeping(request, member_of(signed_in(request), member_id), by=signed_in(request)).keep()


@require_POST
@sign_in_required
def offer_keep(request: HttpRequest, offer_id: int) -> HttpResponse:
    return keeping(request, offer_of(signed_in(request), offer_id), by=signed_in(request)).keep()


@require_POST
@sign_in_required
def offer_picture(request: HttpRequest, offer_id: int) -> HttpResponse:
    return keeping(request, offer_of(signed_in(request), offer_id), by=signed_in(request)).picture()


@never_cache
@xframe_options_sameorigin
@sign_in_required
def offer_preview(request: HttpRequest, offer_id: int) -> HttpResponse:
    return keeping(request, offer_of(signed_in(request), offer_id)).preview()


@require_POST
@sign_in_required
def offer_copy(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Begin a draft that says what this offer said, for this season."""
    row = offers.copy(offer_of(signed_in(request), offer_id), by=signed_in(request), now=timezone.now())
    messages.success(request, copied(row))
    return redirect("offer-edit", row.pk)


@require_POST
@sign_in_required
def offer_submit(request: HttpRequest, offer_id: int) -> HttpResponse:
    row = offer_of(signed_in(request), offer_id)
    try:
        offers.submit(row, by=signed_in(request), now=timezone.now(), tell=True)
    except offers.Incomplete:
        return redirect(reverse("offer-edit", args=[row.pk]) + "?manque")
    except offers.Suspended:
        messages.warning(request, SUSPENDED)
    except IllegalMove:
        messages.warning(request, _("Cette offre a changé entre-temps ; la voici telle qu’elle est."))
    else:
        messages.success(request, _("L’offre est chez le bureau."))
    return redirect("offer", row.pk)


@require_POST
@sign_in_required
def offer_withdraw(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _moved(request, offer_id, offers.withdraw, _("L’offre est retirée."))


@require_POST
@sign_in_required
def offer_resume(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _moved(request, offer_id, offers.resume, _("L’offre est de nouveau un brouillon : vous pouvez la modifier."))


@require_POST
@sign_in_required
def offer_object(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Bring a corrected offer back to the board, in the member's own words."""
    comment = request.POST.get("comment", "")[:1000]
    said = _("Votre texte est de retour chez le bureau, qui le relira.")
    return _moved(request, offer_id, partial(answers.object_to, comment=comment), said)


def _moved(request: HttpRequest, offer_id: int, verb: Verb, said: str) -> HttpResponse:
    row = offer_of(signed_in(request), offer_id)
    try:
        verb(row, by=signed_in(request), now=timezone.now())
    except IllegalMove:
        messages.warning(request, _("Cette offre a changé entre-temps ; la voici telle qu’elle est."))
    else:
        messages.success(request, said)
    return redirect("offer", row.pk)
