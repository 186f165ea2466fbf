"""When a sending will be done, and whether that is too late for its edition."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from campaigns import chunks, paces, reports, roads
from campaigns.core.campaign import TAKE_BACK_SECONDS, CampaignState
from campaigns.core.eta import Lateness, ends_by, lateness, speed
from campaigns.models import Campaign, Progress
from newsletter.models import Placement

RECENT = timedelta(minutes=10)


def expected(campaign: Campaign, *, now: datetime) -> datetime | None:
    """Return when a running campaign's last message will have left; None where nothing is under way."""
    if campaign.state != CampaignState.RUNNING:
        return None
    remaining = chunks.tally(campaign).open
    return _ends_at(remaining, per_second=_speed(campaign, now), now=now) if remaining else None


def expected_of_draft(campaign: Campaign, readers: int, *, now: datetime) -> datetime:
    """Return when a campaign launched now for so many readers will have left for the last of them."""
    soonest = now + timedelta(seconds=TAKE_BACK_SECONDS)
    starts_at = max(campaign.starts_at or soonest, soonest)
    return _ends_at(readers, per_second=reports.PLAIN_SPEED, now=starts_at)


def too_late(campaign: Campaign, readers: int, *, now: datetime) -> Lateness | None:
    """Return how a campaign launched now would miss its edition's day, or None when it keeps it."""
    ends = expected_of_draft(campaign, readers, now=now)
    return lateness(ends, timezone.localdate(ends), campaign.edition.planned_on, _offers_until(campaign))


def _offers_until(campaign: Campaign) -> Iterable[date]:
    days = Placement.objects.filter(edition=campaign.edition_id)
    return [day for day in days.values_list("revision__valid_until", flat=True) if day is not None]


def _speed(campaign: Campaign, now: datetime) -> float:
    samples = Progress.objects.filter(campaign=campaign, minute__gt=now - RECENT)
    return speed(list(samples.values_list("minute", "done")), otherwise=reports.PLAIN_SPEED)


def _ends_at(messages: int, *, per_second: float, now: datetime) -> datetime:
    ways = [(paces.limits(road), paces.spent(road, now=now)) for road in roads.usable(now=now)]
    return ends_by(messages, ways, per_second=per_second, now=now)
