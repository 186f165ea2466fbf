"""Runs of positions that a worker leases whole. Progress is the sum of their counts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import DeliveryState
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Chunk

ChunkRows = QuerySet[Chunk]
# Renewed with every window; a worker that stands still longer loses the chunk, never its rows in SENDING.
LEASE = timedelta(minutes=3)
STATES = tuple(state.value for state in DeliveryState)


def due(now: datetime) -> ChunkRows:
    """Return the chunks that have rows to send and no living lease."""
    return Chunk.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        campaign__state=CampaignState.RUNNING,
        held=False,
        not_before__lte=now,
        queued__gt=F("deferred"),
    )


@transaction.atomic
def claim(*, worker: int, now: datetime, like: Chunk | None = None, **of: str) -> Chunk | None:
    """Lease the next chunk (`of` one operator and its hosts) that has rows to send; None when nothing is due.

    Workers pass each other by. What it has in common with the one before is not read again for thousands of chunks.
    """
    rows = due(now).filter(**of).select_for_update(skip_locked=True, of=("self",))
    chunk = rows.annotate(now_in_round=F("campaign__round")).order_by("pk").first()
    if chunk is None:
        return None
    if like and like.variant_id == chunk.variant_id and like.campaign.round == chunk.now_in_round:
        chunk.campaign, chunk.variant = like.campaign, like.variant
    else:
        chunk.campaign = Campaign.objects.select_related("edition__newsletter").get(pk=chunk.campaign_id)
    chunk.worker, chunk.lease_until, chunk.lease_epoch = worker, now + LEASE, chunk.lease_epoch + 1
    chunk.save(update_fields=["worker", "lease_until", "lease_epoch"])
    return chunk


def release(chunk: Chunk) -> None:
    """Give the lease back, if it is still ours."""
    Chunk.objects.filter(pk=chunk.pk, lease_epoch=chunk.lease_epoch).update(lease_until=None)


def at(campaign_id: int, position: int) -> ChunkRows:
    """Return the chunk that holds this position."""
    return Chunk.objects.filter(campaign_id=campaign_id, first__lte=position, last__gte=position)


def shift(chunk: Chunk, change: dict[DeliveryState, int]) -> None:
    """Move the counts of a locked chunk; the database refuses counts that do not add up."""
    for state, by in change.items():
        setattr(chunk, state.value, getattr(chunk, state.value) + by)
    chunk.save(update_fields=[*STATES, "deferred", "lease_until"])


def tally(campaign: Campaign) -> Tally:
    """Return where the campaign stands, without touching a delivery."""
    sums = Chunk.objects.filter(campaign=campaign).aggregate(**{f"n_{state}": Sum(state) for state in STATES})
    return Tally(**{state: sums[f"n_{state}"] or 0 for state in STATES})
