"""Why did this reader get it, or not?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from campaigns import flight
from campaigns.flight_words import sentence
from campaigns.models import Campaign
from campaigns.round_forms import WhyForm
from newsletter.access import board_required


@sensitive_post_parameters("address")
@board_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Ask by address, in the body of a POST: an address never stands in a URL, a log or a history."""
    campaign = get_object_or_404(Campaign.objects.select_related("edition__newsletter"), pk=campaign_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    chain = None
    if form.is_valid():
        address = form.cleaned_data["address"]
        chain = [(reason.at, sentence(reason)) for reason in flight.why(address, campaign)]
    return render(
        request,
        "pages/campaigns/why.html",
        {"campaign": campaign, "form": form, "chain": chain},
        status=400 if form.errors else 200,
    )
