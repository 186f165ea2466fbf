"""The links of a letter: where each leads, how often it was followed, and the hand that mends one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import followed, letter_words, links, measuring
from campaigns.core.targets import BadTarget
from campaigns.forms import MeasuringForm, RepairForm
from campaigns.models import Campaign, Link
from campaigns.words import BAD_TARGETS
from newsletter.access import board_required, signed_in
from newsletter.core.linking import Part
from newsletter.models import Association

reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@board_required
@require_safe
def letter_links(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Every link in the order of the letter."""
    campaign = get_object_or_404(Campaign.objects.select_related("edition__newsletter"), pk=campaign_id)
    rows = list(links.listed(campaign))
    context = {
        "campaign": campaign,
        # a link and its clicks, as far as they may be shown
        "links": [(row, letter_words.followed(*told)) for row, told in zip(rows, followed.told(rows), strict=True)],
        "note": letter_words.NOTES[-1],
        "repairs": links.repairs(campaign),
        "rules": measuring.rules(campaign.edition.newsletter.association_id),
    }
    return render(request, "pages/campaigns/links.html", context)


@never_cache
@board_required
@reads_and_posts
def repair(request: HttpRequest, campaign_id: int, position: int) -> HttpResponse:
    """Let a link lead elsewhere."""
    rows = Link.objects.select_related("campaign__edition", "offer__member").exclude(part=Part.TRAP)
    link = get_object_or_404(rows, campaign=campaign_id, position=position)
    form = RepairForm(request.POST if request.method == "POST" else None, initial={"target": link.target})
    if form.is_valid():
        try:
            links.repair(link, target=form.cleaned_data["target"], by=signed_in(request), now=timezone.now())
            messages.success(request, _("Le lien mène maintenant à la nouvelle adresse."))
            return redirect("campaign-links", campaign_id)
        except BadTarget as problem:
            form.add_error("target", str(BAD_TARGETS[problem.code]))
    context = {"link": link, "form": form}
    return render(request, "pages/campaigns/link_repair.html", context, status=400 if form.errors else 200)


@never_cache
@board_required
@reads_and_posts
def measure(request: HttpRequest) -> HttpResponse:
    """How far the association counts, beside the readers who said yes."""
    association = get_object_or_404(Association.objects.order_by("pk")[:1])
    row = measuring.rules(association.pk)
    form = MeasuringForm(request.POST if request.method == "POST" else None, initial=MeasuringForm.of(row))
    if form.is_valid():
        measuring.choose(association, **form.cleaned_data, by=signed_in(request), now=timezone.now())
        messages.success(request, _("C’est noté. Les lettres à venir en tiennent compte."))
        return redirect("measuring")
    return render(request, "pages/campaigns/measuring.html", {"form": form, "row": row, "association": association})
