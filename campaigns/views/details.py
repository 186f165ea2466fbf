"""Behind "Détails techniques": chunks, leases, relays, pulses, and the ledger's own examination."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns import technical
from campaigns.invariant_words import SENTENCES
from campaigns.models import Campaign
from newsletter.access import board_required


@board_required
@require_safe
def details(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """How the machine stands with one sending; `?verifier=1` examines every row, which takes its time."""
    campaign = get_object_or_404(Campaign.objects.select_related("edition"), pk=campaign_id)
    now = timezone.now()
    examined = request.GET.get("verifier") == "1"
    return render(
        request,
        "pages/campaigns/details.html",
        {
            "campaign": campaign,
            "details": technical.details(campaign, now=now),
            "now": now,
            "examined": examined,
            "faults": [(fault, SENTENCES[fault.invariant]) for fault in technical.faults(campaign, now=now)]
            if examined
            else [],
        },
    )
