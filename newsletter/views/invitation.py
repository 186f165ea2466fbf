"""One member's draft behind a link, without log-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from newsletter import invitations
from newsletter.core.review import EDITABLE
from newsletter.views.offer_form import OfferPage


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft's form, keep and submit it by POST; a link that is over says so and leads to log-in."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    if invitations.open_invitation(token, now=timezone.now()) is None:
        draft = reverse("offer-edit", args=[found.offer_id])
        return render(request, "pages/desk/invitation_over.html", {"draft": draft}, status=410)
    if found.offer.state not in EDITABLE:
        return render(request, "pages/desk/invitation_sent.html", {"offer": found.offer})
    return OfferPage(request, found.member, offer=found.offer, invited=token).answer()
