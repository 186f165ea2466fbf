"""How a sending stands and whom it would reach, for the board; what a member learns stands in member_reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences import segments
from audiences.core import segment as trees
from campaigns import frequencies, roads
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import DeliveryState
from campaigns.models import Campaign, Delivery
from newsletter.models import Edition
from newsletter.standings import Standing

# Messages a second through one plain connection to a relay nearby; a guess said as "about".
PLAIN_SPEED = 20.0
# From here on the seconds before a start are counted.
SOON = timedelta(minutes=2)


def of_edition(edition: Edition) -> QuerySet[Campaign]:
    """Return the edition's sendings that were launched, the newest first, each with how many have left as `sent`."""
    return with_sent(Campaign.objects.filter(edition=edition).exclude(state=CampaignState.DRAFT))


def with_sent(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Return these sendings, the newest first, each with how many have left as `sent`."""
    counted = campaigns.select_related("edition").annotate(sent=Coalesce(Sum("chunks__sent"), 0))
    return counted.order_by("-pk")


def standings(edition_ids: Sequence[int]) -> dict[int, Standing]:
    """Return how the latest sending of each edition stands; one that was cancelled before it began says nothing."""
    rows = Campaign.objects.filter(edition__in=edition_ids).exclude(state=CampaignState.CANCELLED, enqueued_at=None)
    return {row.edition_id: _standing(row) for row in with_sent(rows).order_by("pk")} if edition_ids else {}


def _standing(row: Campaign) -> Standing:
    path = reverse("campaign", args=[row.pk])
    match CampaignState(row.state):
        case CampaignState.DRAFT:
            return Standing(_("Envoi à lancer"), "wait", reverse("campaign-launch", args=[row.pk]))
        case CampaignState.SCHEDULED:
            return Standing(_("Envoi programmé"), "wait", path)
        case CampaignState.PAUSED:
            return Standing(_("Envoi en pause"), "ask", path)
        case CampaignState.FINISHED:
            return Standing(_("Envoyée"), "good", path, over=True)
        case CampaignState.CANCELLED:
            return Standing(_("Envoi annulé"), "rest", path, over=True)
        case _:
            return Standing(_("En cours d’envoi"), "wait", path)


@dataclass(frozen=True)
class Reach:
    """How many readers each variant would reach now, and how many more it describes who are left out."""

    readers: tuple[int, ...]
    left_out: int

    @property
    def total(self) -> int:
        return sum(self.readers)


def reach(campaign: Campaign, *, now: datetime) -> Reach:
    """Return whom a campaign would reach if it began now; each reader counts in the first variant for them."""
    alone: list[trees.Segment] = []
    earlier: list[trees.Segment] = []
    for variant in campaign.variants.order_by("position"):
        tree = trees.parse(variant.tree)
        alone.append(trees.All((tree, *(trees.Not(other) for other in earlier))))
        earlier.append(tree)
    newsletter = campaign.edition.newsletter
    readers = segments.counts(newsletter, alone, now=now, but=frequencies.left_out_q(campaign, now=now))
    described = segments.counts(newsletter, [trees.Any(tuple(earlier))], now=now)
    return Reach(tuple(readers), described[0] - sum(readers))


def without_letter(campaign: Campaign) -> dict[str, dict[str, int]]:
    """Return by state and reason how many readers were skipped or failed, the most frequent reason first."""
    rows = (
        Delivery.objects.filter(campaign=campaign, state__in=(DeliveryState.SKIPPED, DeliveryState.FAILED))
        .values_list("state", "reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "reason")
    )
    found: dict[str, dict[str, int]] = {}
    for state, reason, n in rows:
        default = "suppressed" if state == DeliveryState.SKIPPED else "unknown"
        found.setdefault(state, {})[reason or default] = n
    return found


def waits_for_relay(campaign: Campaign, *, now: datetime) -> bool:
    """Return whether a running campaign rests because its relays have taken all that they grant for now."""
    return campaign.state == CampaignState.RUNNING and not roads.any_room(now=now)


def look_again(campaign: Campaign, *, now: datetime) -> int:
    """Return after how many seconds the page should look again by itself; 0 when nothing moves."""
    if campaign.state in (CampaignState.ENQUEUING, CampaignState.RUNNING):
        return 2
    if campaign.state == CampaignState.SCHEDULED and campaign.starts_at:
        return 2 if campaign.starts_at - now < SOON else 30
    return 0
