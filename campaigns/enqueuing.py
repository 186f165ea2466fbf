"""The audience becomes rows: one INSERT … SELECT a variant, their chunks, and the campaign runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from audiences import segments
from audiences.core import segment as trees
from campaigns import frequencies, groups
from campaigns.core.campaign import CampaignState, Step
from campaigns.core.delivery import DeliveryState
from campaigns.groups import Groups
from campaigns.models import Campaign, CampaignMove, Variant
from newsletter.models import Newsletter

CHUNK = 500

INSERT = """
INSERT INTO campaigns_delivery
    (campaign_id, variant_id, subscriber_id, address_key, position,
     state, round, attempts, reason, reply_text)
SELECT %s, %s, reader.id, reader.address_key,
       %s + row_number() OVER (ORDER BY {order}), %s, 1, 0, '', ''
FROM ({audience}) AS reader {places}
WHERE NOT EXISTS (SELECT 1 FROM campaigns_delivery here
                  WHERE here.campaign_id = %s AND here.address_key = reader.address_key)
  {apart}
"""

CHUNKS = """
INSERT INTO campaigns_chunk
    (campaign_id, variant_id, operator, first, last, not_before, held, lease_epoch,
     queued, deferred, sending, sent, failed, skipped, expired, cancelled, in_doubt)
SELECT %s, %s, '', first, least(first + %s - 1, %s), %s, false, 0,
       least(first + %s - 1, %s) - first + 1, 0, 0, 0, 0, 0, 0, 0, 0
FROM generate_series(%s::int, %s::int, %s) AS first
"""


@transaction.atomic
def enqueue(campaign: Campaign, *, now: datetime) -> int:
    """Freeze the audience as queued deliveries and run; return its size. A second call changes nothing."""
    locked = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("edition__newsletter")
        .filter(pk=campaign.pk, state=CampaignState.ENQUEUING)
        .first()
    )
    if locked is None:
        return campaign.audience_size
    with connection.cursor() as cursor:
        # Where the statistics are of a small table, a nested loop would look through all rows of this campaign
        # for every reader, those it has just written included: minutes for 200,000 readers, and worse for more.
        cursor.execute("SET LOCAL enable_nestloop = off")
    position, kinds = 0, groups.of(locked, now=now)
    for variant in locked.variants.order_by("position"):
        position += _rows(locked, variant, kinds, after=position, now=now)
    locked.state, locked.audience_size, locked.enqueued_at = CampaignState.RUNNING.value, position, now
    locked.save(update_fields=["state", "audience_size", "enqueued_at"])
    CampaignMove.objects.create(campaign=locked, step=Step.RUN, at=now)
    return position


def _rows(campaign: Campaign, variant: Variant, kinds: Groups | None, *, after: int, now: datetime) -> int:
    newsletter: Newsletter = campaign.edition.newsletter
    audience = segments.audience(newsletter, trees.parse(variant.tree), now=now)
    sql, params = audience.values("id", "address_key", "mail_domain").order_by().query.sql_with_params()
    apart = frequencies.conditions(campaign, now=now)
    with connection.cursor() as cursor:
        if kinds:
            kinds.place(cursor, campaign, sql, params, after=after)
        order, places = (groups.ORDER, groups.JOIN) if kinds else ("reader.id", "")
        cursor.execute(
            INSERT.format(
                audience=sql, order=order, places=places, apart=" ".join(f"AND NOT {one.of()}" for one in apart)
            ),
            [
                *(campaign.pk, variant.pk, after, DeliveryState.QUEUED.value),
                *params,
                campaign.pk,
                *(value for one in apart for value in one.params),
            ],
        )
        count: int = cursor.rowcount
        if count and kinds:
            kinds.cut(cursor, campaign, variant, size=CHUNK, now=now)
        elif count:
            cursor.execute(CHUNKS, _chunk_params(campaign, variant, after + 1, after + count, now))
    return count


def _chunk_params(campaign: Campaign, variant: Variant, first: int, last: int, now: datetime) -> Sequence[Any]:
    return [campaign.pk, variant.pk, CHUNK, last, now, CHUNK, last, first, last, CHUNK]
