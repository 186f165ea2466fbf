"""The ledger of exposure: for each seat of each sending, what it weighs and how many letters really left.

A sending that is over is written down once; what only later became known of it (a doubt that was settled, a new round)
is counted anew. The rows follow from chunks and seats alone: lose them, and the next turn of the clock writes the same.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from django.db import transaction
from django.db.models import BigIntegerField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.core.campaign import CampaignState
from campaigns.models import Campaign, Chunk, Exposure
from newsletter import opportunities
from newsletter.core import exposure
from newsletter.core.exposure import FULL, YEAR, Record, Standings
from newsletter.models import Member, Opportunity, Placement

# For so long a doubt may still be settled, or a new round be run.
SETTLES_WITHIN = timedelta(days=60)


def record_due(*, now: datetime) -> int:
    """Write down every sending that is over and is not in the ledger yet; return how many."""
    written = Exposure.objects.filter(campaign=OuterRef("pk"))
    seats = Placement.objects.filter(edition=OuterRef("edition"))
    due = _over().filter(Exists(Chunk.objects.filter(campaign=OuterRef("pk"), sent__gt=0)), Exists(seats))
    return sum(record(campaign, now=now) for campaign in due.exclude(Exists(written)))


def recount(*, now: datetime) -> int:
    """Write down anew what was settled since; return how many sendings that were."""
    rows = Exposure.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    known = _over().filter(enqueued_at__gt=now - SETTLES_WITHIN)
    known = known.annotate(counted=Subquery(rows.annotate(n=Max("sent")).values("n")), left=_sent())
    return sum(record(campaign, now=now) for campaign in known.exclude(counted=None).exclude(counted=F("left")))


@transaction.atomic
def record(campaign: Campaign, *, now: datetime) -> bool:
    """Write down what a sending that is over brought each seat, in place of what stood; False while it is not over."""
    held = _over().select_for_update(of=("self",)).select_related("edition").filter(pk=campaign.pk).first()
    if held is None:
        return False
    sent = held.chunks.aggregate(n=Coalesce(Sum("sent"), 0))["n"]
    seats = list(held.edition.placements.select_related("offer")) if sent else []
    Exposure.objects.filter(campaign=held).delete()
    Exposure.objects.bulk_create(
        Exposure(
            campaign=held,
            member_id=seat.offer.member_id,
            offer=seat.offer,
            position=seat.position,
            weight=int(exposure.weight(seat.position) * FULL),
            sent=sent,
            recorded_at=now,
        )
        for seat in seats
    )
    # whoever stood in it had a chance in it, whatever became of their offer since it was locked
    opportunities.add(held.edition, {seat.offer.member_id for seat in seats})
    return True


def standings(now: datetime) -> Standings:
    """Return where every member of the association stands after the last year: one query for all of them."""
    lately = letters(now)
    own = Exposure.objects.filter(member=OuterRef("pk"), campaign__enqueued_at__gt=now - YEAR).order_by()
    seen = own.values("member").annotate(n=Sum(F("weight") * F("sent"), output_field=BigIntegerField())).values("n")
    chances = Opportunity.objects.filter(member=OuterRef("pk"), edition__in=lately).order_by().values("member")
    rows = Member.objects.active().annotate(
        seen=Coalesce(Subquery(seen), 0, output_field=BigIntegerField()),
        chances=Coalesce(Subquery(chances.annotate(n=Count("pk")).values("n")), 0),
    )
    found = rows.filter(chances__gt=0).order_by("pk").values_list("pk", "seen", "chances")
    records = {member: Record(Fraction(twelfths, FULL), count) for member, twelfths, count in found}
    return exposure.standings(records, letters=lately.count())


def letters(now: datetime) -> QuerySet[Campaign, int]:
    """Return the editions that readers had within the last year, by their ids."""
    written = Campaign.objects.filter(exposures__isnull=False, enqueued_at__gt=now - YEAR)
    return written.order_by().values_list("edition", flat=True).distinct()


def _over() -> QuerySet[Campaign]:
    """Return the sendings of which no letter will leave any more by itself."""
    still_open = Chunk.objects.filter(Q(queued__gt=0) | Q(sending__gt=0), campaign=OuterRef("pk"))
    cancelled = Q(state=CampaignState.CANCELLED, enqueued_at__isnull=False) & ~Exists(still_open)
    return Campaign.objects.filter(Q(state=CampaignState.FINISHED) | cancelled)


def _sent() -> Coalesce:
    chunks = Chunk.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return Coalesce(Subquery(chunks.annotate(n=Sum("sent")).values("n")), 0)
