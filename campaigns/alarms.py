"""A running campaign pauses by what is heard of it: complaints, and addresses that do not exist."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q

from campaigns import chunks, schedule
from campaigns.core.alarm import UNKNOWN_OF, Echo, alarm
from campaigns.core.campaign import CampaignState, PauseReason, Step
from campaigns.core.delivery import DeliveryState
from campaigns.core.feedback import HARD, Heard
from campaigns.models import Campaign, Delivery, DeliveryEvent


def ring(campaigns: Collection[int] | None = None, *, now: datetime) -> int:
    """Pause the running campaigns, of these or of all, that should stand still; return how many."""
    running = Campaign.objects.filter(state=CampaignState.RUNNING)
    paused = 0
    for campaign in running if campaigns is None else running.filter(pk__in=campaigns):
        echo = heard_of(campaign)
        rung = campaign.moves.filter(step=Step.PAUSE, reason__in=set(PauseReason)).values_list("reason", flat=True)
        reason = alarm(echo, frozenset(PauseReason(one) for one in rung))
        if reason is not None:
            schedule.pause_if_running(campaign.pk, reason=reason, detail=_detail(reason, echo), now=now)
            paused += 1
    return paused


def heard_of(campaign: Campaign) -> Echo:
    """Return what was heard of a campaign, whatever a person said twice counting once."""
    complaints = DeliveryEvent.objects.filter(campaign=campaign, kind=Heard.COMPLAINED)
    left = Q(state__in=(DeliveryState.SENT, DeliveryState.FAILED))
    first = Delivery.objects.filter(campaign=campaign, position__lte=UNKNOWN_OF).aggregate(
        left=Count("pk", filter=left), unknown=Count("pk", filter=left & Q(reason__in=HARD))
    )
    return Echo(
        arrived=chunks.tally(campaign).sent,
        complaints=complaints.values("delivery").distinct().count(),
        first=first["left"],
        unknown=first["unknown"],
    )


def _detail(reason: PauseReason, echo: Echo) -> str:
    if reason is PauseReason.UNKNOWN_USERS:
        return f"{echo.unknown} unknown / {echo.first}"
    return f"{echo.complaints} complaints / {echo.arrived}"
