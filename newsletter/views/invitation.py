"""One member's draft behind a link, without log-in."""

import logging
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import invitations, offers, tasks
from newsletter.core.review import EDITABLE
from newsletter.models import Invitation
from newsletter.views.offer_form import OfferPage, copied
from newsletter.views.offer_keep import OfferKeeping, keeping, over

log = logging.getLogger(__name__)


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft's form, keep and submit it by POST; a link that ran out says so and mails a new one."""
    found = _found(token)
    if not _is_open(token):
        return _over(request, found)
    if found.offer.state not in EDITABLE:
        return render(request, "pages/desk/invitation_sent.html", {"offer": found.offer})
    return OfferPage(request, found.member, offer=found.offer, invited=token).answer()


def _over(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Mail a new link to the member's own addresses, whoever presses; where there is none to be had, lead to log-in."""
    now = timezone.now()
    renewed = invitations.renew(found, now=now) if "renew" in request.POST else None
    if renewed and renewed.created_at == now:  # a second press within the hour mails no second link
        try:
            tasks.send_invitation.delay_on_commit(renewed.pk)
        except OperationalError:
            log.warning("no broker: invitation %s was not mailed", renewed.pk)
            invitations.revoke(renewed, now=now)
            renewed = None
            messages.warning(request, _("L’e-mail n’a pas pu partir. Réessayez dans quelques minutes."))
    context = {
        "draft": reverse("offer-edit", args=[found.offer_id]),
        "renewed": renewed,
        "renewable": not found.revoked_at and found.member.is_active and bool(invitations.addresses(found)),
    }
    return render(request, "pages/desk/invitation_over.html", context, status=200 if renewed else 410)


def _behind(view: Callable[[OfferKeeping], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Let the page's script in as long as the link is good; later, tell it where a new one comes from."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        found = _found(token)
        if not _is_open(token):
            return over(reverse("invitation", args=[token]))
        return view(keeping(request, found.offer, invited=token))

    return guarded


@require_POST
@_behind
def keep(behind: OfferKeeping) -> HttpResponse:
    return behind.keep()


@require_POST
@_behind
def picture(behind: OfferKeeping) -> HttpResponse:
    return behind.picture()


@never_cache
@xframe_options_sameorigin
@_behind
def preview(behind: OfferKeeping) -> HttpResponse:
    return behind.preview()


@require_POST
def copy(request: HttpRequest, token: str) -> HttpResponse:
    """Fill the draft with an older offer of the same member, as long as nothing was typed there."""
    found, chosen = _found(token), request.POST.get("offer", "")
    known = {str(row.pk): row for row in offers.past(found.member, other_than=found.offer)}
    if _is_open(token) and chosen in known:
        try:
            row = offers.copy(known[chosen], by=None, now=timezone.now(), into=found.offer)
            messages.success(request, copied(row))
        except offers.NotEditable:
            messages.warning(request, _("Cette offre a changé entre-temps ; la voici telle qu’elle est."))
    return redirect("invitation", token)


def _found(token: str) -> Invitation:
    found = invitations.find(token)
    if found is None:
        raise Http404
    return found


def _is_open(token: str) -> bool:
    return invitations.open_invitation(token, now=timezone.now()) is not None
