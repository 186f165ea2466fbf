"""What a member's offer brought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns import reports
from newsletter import access
from newsletter.access import sign_in_required, signed_in


@sign_in_required
@require_safe
def offer_report(request: HttpRequest, offer_id: int) -> HttpResponse:
    """In which editions, at which place, before how many readers."""
    offer = access.offer_of(signed_in(request), offer_id)
    seats = reports.for_offer(offer)
    return render(
        request,
        "pages/campaigns/offer.html",
        {"offer": offer, "seats": seats, "readers": sum(seat.readers for seat in seats)},
    )
