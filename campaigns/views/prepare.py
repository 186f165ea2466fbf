"""From a locked edition to a launched campaign: to whom, when, and one question."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audiences import segments
from audiences.core import segment as trees
from audiences.models import Segment
from campaigns import etas, paces, reports, schedule, targets, warmups, words
from campaigns.core.campaign import CampaignState
from campaigns.forms import ALL, SOME, PrepareForm
from campaigns.models import Campaign
from campaigns.variants import domain
from newsletter.access import board_required, signed_in
from newsletter.core.states import IllegalMove
from newsletter.models import Edition


@board_required
@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Choose segments and hour; the draft campaign is what the next page asks about."""
    edition = get_object_or_404(Edition.objects.select_related("newsletter"), pk=edition_id)
    if not edition.is_locked:
        messages.warning(request, _("Verrouillez d’abord l’édition : ce qui a été relu est ce qui partira."))
        return redirect("board:edition", edition.pk)
    draft = edition.campaigns.filter(state=CampaignState.DRAFT).first()
    everyone, sizes = _sizes(edition)
    form = PrepareForm(request.POST or None, initial=_initial(edition, draft), everyone=everyone, sizes=sizes)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = schedule.plan(edition, form.chosen(), starts_at=form.hour(), by=signed_in(request))
        except schedule.NotLocked:
            return _reopened(request, edition)
        return redirect("campaign-launch", campaign.pk)
    return render(
        request,
        "pages/campaigns/prepare.html",
        {"edition": edition, "form": form, "everyone": everyone, "earlier": reports.of_edition(edition)},
        status=400 if form.errors else 200,
    )


@board_required
@require_http_methods(["GET"])
def launch_page(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Say everything about the sending, and ask once."""
    campaign = _campaign(campaign_id)
    if campaign.state != CampaignState.DRAFT:
        return redirect("campaign", campaign.pk)
    return _launch_page(request, campaign)


def _launch_page(request: HttpRequest, campaign: Campaign, *, late_error: str = "") -> HttpResponse:
    now = timezone.now()
    reach = reports.reach(campaign, now=now)
    return render(
        request,
        "pages/campaigns/launch.html",
        {
            "campaign": campaign,
            "edition": campaign.edition,
            "audience": _audience(campaign, reach),
            "reach": reach,
            "needed": words.about(etas.time_needed(campaign, reach.total, now=now)),
            "relays": paces.relays(),
            "new_since": warmups.first_day(domain(campaign.edition.newsletter), now=now),
            "late": etas.too_late(campaign, reach.total, now=now),
            "late_error": late_error,
            "as_shown": schedule.plan_hash(campaign),
        },
        status=400 if late_error else 200,
    )


@board_required
@require_POST
def launch(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Launch the draft; nothing leaves for 60 seconds."""
    campaign = _campaign(campaign_id)
    now = timezone.now()
    if campaign.state == CampaignState.DRAFT and not reports.reach(campaign, now=now).total:
        messages.error(request, _("Personne ne recevrait cette lettre : choisissez d’autres lecteurs."))
        return redirect("campaign-prepare", campaign.edition_id)
    try:
        schedule.launch(
            campaign,
            by=signed_in(request),
            now=now,
            confirm_late=request.POST.get("confirm_late") == "on",
            as_shown=request.POST.get("as_shown", ""),
        )
    except schedule.PlanChanged:
        messages.warning(request, _("Les lecteurs ou l’heure ont changé entre-temps : relisez avant d’envoyer."))
        return redirect("campaign-launch", campaign.pk)
    except schedule.TooLate:
        return _launch_page(request, campaign, late_error=_("Cochez cette case si c’est bien ce que vous voulez."))
    except IllegalMove:
        # Someone pressed twice, or a colleague was faster: the page of the campaign says how it stands.
        messages.info(request, _("Cet envoi était déjà lancé."))
    except schedule.NotLocked:
        return _reopened(request, campaign.edition)
    return redirect("campaign", campaign.pk)


@dataclass(frozen=True)
class Group:
    """One group of the audience: its name, what it means, and how many readers it adds."""

    name: str
    meaning: str
    readers: int


def _audience(campaign: Campaign, reach: reports.Reach) -> list[Group]:
    rows = list(campaign.variants.all())
    sentences = segments.describe_all([trees.parse(row.tree) for row in rows], get_language() or "fr")
    return [
        Group(row.segment.name if row.segment else "", sentence, readers)
        for row, sentence, readers in zip(rows, sentences, reach.readers, strict=True)
    ]


def _sizes(edition: Edition) -> tuple[int, dict[int, int]]:
    """Return how many readers there are in all, and in each group."""
    rows = list(Segment.objects.all())
    asked = [trees.EVERYBODY, *(segments.tree_of(row) for row in rows)]
    everyone, *sizes = segments.counts(edition.newsletter, asked, now=timezone.now())
    return everyone, {row.pk: size for row, size in zip(rows, sizes, strict=True)}


def _reopened(request: HttpRequest, edition: Edition) -> HttpResponse:
    messages.error(request, _("L’édition a été rouverte entre-temps : verrouillez-la de nouveau."))
    return redirect("board:edition", edition.pk)


def _campaign(campaign_id: int) -> Campaign:
    return get_object_or_404(
        Campaign.objects.select_related("edition__newsletter").prefetch_related("variants__segment"),
        pk=campaign_id,
    )


def _initial(edition: Edition, draft: Campaign | None) -> dict[str, object]:
    """Return what was chosen before; for the first time, the readers that the edition's operation is for."""
    if draft is None:
        aimed = [segment.pk for segment in targets.chosen_for_edition(edition)]
        return {"whom": SOME, "segments": aimed} if aimed else {}
    chosen = [variant.segment_id for variant in draft.variants.all() if variant.segment_id]
    return {
        "whom": SOME if chosen else ALL,
        "segments": chosen,
        "when": "later" if draft.starts_at else "now",
        "starts_at": draft.starts_at,
    }
