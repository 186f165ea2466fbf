"""What stands behind "Détails techniques": the machine's own words, for whoever runs it. Sums only."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import Coalesce

from campaigns import invariants, lanes, paces, pulses, roads
from campaigns.core.pacing import Limits
from campaigns.invariants import Broken
from campaigns.models import Campaign, Chunk, DeliveryRetry, Lane


@dataclass(frozen=True)
class Relay:
    """One relay or provider: how it stands, what it grants, and what it took in a day where a limit counts that."""

    state: roads.State
    limits: Limits
    spent: int


@dataclass(frozen=True)
class Details:
    """One sending from the inside."""

    chunks: int
    leased: int
    leased_until: datetime | None
    held: int
    waiting: int
    deferred: int
    unanswered: int  # readers whose domain nobody could tell of yet
    next_retry: datetime | None
    operators: dict[str, int]
    lanes: list[Lane]
    relays: list[Relay]
    pulses: dict[str, datetime]


def details(campaign: Campaign, *, now: datetime) -> Details:
    """Return how the machine stands with this campaign; reads chunks and never a delivery, however many they are."""
    rows = Chunk.objects.filter(campaign=campaign)
    sums = rows.aggregate(
        chunks=Count("pk"),
        leased=Count("pk", filter=Q(lease_until__gt=now)),
        leased_until=Max("lease_until", filter=Q(lease_until__gt=now)),
        held=Count("pk", filter=Q(held=True)),
        waiting=Count("pk", filter=Q(queued__gt=F("deferred"))),
        deferred=Coalesce(Sum("deferred"), 0),
        unanswered=Coalesce(Sum("queued", filter=~Q(domain="")), 0),
    )
    retries = DeliveryRetry.objects.filter(delivery__campaign=campaign) if sums["deferred"] else None
    by_operator = rows.exclude(operator="").order_by("operator").values_list("operator")
    operators = dict(by_operator.annotate(n=Sum(F("last") - F("first") + 1)))
    return Details(
        **sums,
        next_retry=retries.aggregate(at=Min("not_before"))["at"] if retries is not None else None,
        operators=operators,
        lanes=lanes.states(operators),
        relays=[
            Relay(state, paces.limits(state.road), paces.spent_today(state.road, now=now))
            for state in roads.states(now=now)
        ],
        pulses=pulses.seen_at(),
    )


def faults(campaign: Campaign, *, now: datetime) -> list[Broken]:
    """Return which of the ledger's promises this campaign breaks; reads every row, so only when asked."""
    return invariants.check([campaign.pk], now=now)
