"""One member's draft behind a link, without log-in."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from newsletter import invitations, tasks
from newsletter.core.review import EDITABLE
from newsletter.models import Invitation
from newsletter.views.offer_form import OfferPage

log = logging.getLogger(__name__)


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft's form, keep and submit it by POST; a link that ran out says so and mails a new one."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    if invitations.open_invitation(token, now=timezone.now()) is None:
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
