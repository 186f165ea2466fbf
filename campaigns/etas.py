"""When a sending will be done, and whether that is too late for its edition."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from campaigns import chunks, domains, lanes, paces, reports, roads, warmups
from campaigns.core.campaign import TAKE_BACK_SECONDS, CampaignState
from campaigns.core.eta import Lateness, ends_by, lateness, speed
from campaigns.models import Campaign, Chunk, Progress
from campaigns.variants import domain
from newsletter.models import Placement

RECENT = timedelta(minutes=10)
# Seasonal news is stale after this; what has not left by then stays.
LIFETIME = timedelta(days=7)


def expected(campaign: Campaign, *, now: datetime) -> datetime | None:
    """Return when a running campaign's last message will have left; None where nothing is under way."""
    if campaign.state != CampaignState.RUNNING:
        return None
    remaining = chunks.tally(campaign).open
    if not remaining:
        return None
    operators = Counter(
        dict(Chunk.objects.filter(campaign=campaign).order_by().values_list("operator").annotate(n=Sum("queued")))
    )
    return _ends_at(campaign, remaining, operators, per_second=_speed(campaign, now), now=now)


def expected_of_draft(campaign: Campaign, readers: int, *, now: datetime) -> datetime:
    """Return when a campaign launched now for so many readers will have left for the last of them."""
    newsletter = campaign.edition.newsletter
    operators = domains.readers_by_operator(newsletter, now=now) if domains.are_asked() else Counter[str]()
    return _ends_at(campaign, readers, operators, per_second=reports.PLAIN_SPEED, now=_starts_at(campaign, now))


def time_needed(campaign: Campaign, readers: int, *, now: datetime) -> timedelta:
    """Return about how long that takes, once it has begun."""
    return expected_of_draft(campaign, readers, now=now) - _starts_at(campaign, now)


def expires_at(campaign: Campaign, readers: int, *, now: datetime) -> datetime:
    """Return when a campaign launched now is stale: a week after it began, or a day after a new domain's plan ends."""
    starts_at = _starts_at(campaign, now)
    ends = warmups.ends_at(readers, domain(campaign.edition.newsletter), now=starts_at)
    return max(starts_at + LIFETIME, ends + timedelta(days=1))


def too_late(campaign: Campaign, readers: int, *, now: datetime) -> Lateness | None:
    """Return how a campaign launched now would miss its edition's day, or None when it keeps it."""
    ends = expected_of_draft(campaign, readers, now=now)
    return lateness(ends, timezone.localdate(ends), campaign.edition.planned_on, _offers_until(campaign))


def _starts_at(campaign: Campaign, now: datetime) -> datetime:
    soonest = now + timedelta(seconds=TAKE_BACK_SECONDS)
    return max(campaign.starts_at or soonest, soonest)


def _offers_until(campaign: Campaign) -> Iterable[date]:
    days = Placement.objects.filter(edition=campaign.edition_id)
    return [day for day in days.values_list("revision__valid_until", flat=True) if day is not None]


def _speed(campaign: Campaign, now: datetime) -> float:
    samples = Progress.objects.filter(campaign=campaign, minute__gt=now - RECENT)
    return speed(list(samples.values_list("minute", "done")), otherwise=reports.PLAIN_SPEED)


def _ends_at(
    campaign: Campaign, messages: int, operators: Mapping[str, int], *, per_second: float, now: datetime
) -> datetime:
    """Return when the roads, the operators' lanes and a new domain's plan have let all of them go."""
    usable = roads.usable(now=now)
    ways = [(paces.limits(road), paces.spent(road, now=now)) for road in usable]
    ends = ends_by(messages, ways, per_second=per_second, now=now)
    if all(road.by_operator for road in usable):
        known = sum(operators.values()) or 1
        share = {name: round(n * messages / known) for name, n in operators.items()}
        ends = max(ends, now + lanes.time_needed(share))
    return max(ends, warmups.ends_at(messages, domain(campaign.edition.newsletter), now=now))
