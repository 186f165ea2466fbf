"""Positions in an order that makes each chunk of one kind: one operator, one set of exchangers, one day of a warm-up.

Only where somebody asks for it; behind a relay, and with a known name, readers are numbered as they come.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from campaigns import domains, paces, warmups
from campaigns.models import Campaign, Variant
from campaigns.variants import domain

PLACES = """
CREATE TEMP TABLE places ON COMMIT DROP AS
SELECT one.*, width_bucket(%s + row_number() OVER (ORDER BY one.day DESC, one.lot), %s::bigint[]) AS wave
FROM (SELECT reader.id, coalesce(mail.operator, '') AS operator,
             CASE WHEN %s THEN coalesce(array_to_string(mail.hosts, ' '), '') ELSE '' END AS hosts,
             CASE WHEN %s AND coalesce(mail.operator, '') = '' THEN reader.mail_domain ELSE '' END AS domain,
             (standing.confirmed_at AT TIME ZONE %s)::date AS day, md5(%s || ':' || reader.id) AS lot
      FROM ({audience}) AS reader
      LEFT JOIN campaigns_maildomain mail ON %s AND mail.name = reader.mail_domain
      LEFT JOIN audiences_subscription standing
             ON standing.subscriber_id = reader.id AND standing.newsletter_id = %s) AS one
"""
JOIN = "JOIN places ON places.id = reader.id"
ORDER = "wave, operator, hosts, places.domain, day DESC, lot"
CHUNKS = """
INSERT INTO campaigns_chunk
    (campaign_id, variant_id, operator, hosts, domain, first, last, not_before, held, lease_epoch,
     queued, deferred, sending, sent, failed, skipped, expired, cancelled, in_doubt)
SELECT %s, %s, kind.operator, kind.hosts, kind.domain, first, least(first + %s - 1, kind.until),
       %s + kind.wave * interval '1 day' + CASE kind.domain WHEN '' THEN interval '0' ELSE %s END, false, 0,
       least(first + %s - 1, kind.until) - first + 1, 0, 0, 0, 0, 0, 0, 0, 0
FROM (SELECT wave, operator, hosts, places.domain,
             min(d.position) AS since, max(d.position) AS until
      FROM campaigns_delivery d JOIN places ON places.id = d.subscriber_id
      WHERE d.campaign_id = %s AND d.variant_id = %s
      GROUP BY wave, operator, hosts, places.domain) AS kind
CROSS JOIN LATERAL generate_series(kind.since, kind.until, %s) AS first
ORDER BY first
"""
# Longer than any list: without a warm-up all is one wave.
ENDLESS = 2**62


@dataclass(frozen=True)
class Groups:
    """How one campaign's readers are grouped; `waves` are the last ranks of each day but the last."""

    by_operator: bool
    direct: bool
    waves: tuple[int, ...] = ()

    def place(
        self, cursor: CursorWrapper, campaign: Campaign, audience: str, params: tuple[Any, ...], *, after: int
    ) -> None:
        """Give each reader of an audience their place, for the length of this transaction."""
        cursor.execute("DROP TABLE IF EXISTS places")
        cursor.execute(
            PLACES.format(audience=audience),
            [
                *(after, [rank + 1 for rank in self.waves] or [ENDLESS], self.direct, self.by_operator),
                *(settings.TIME_ZONE, f"campaign {campaign.pk}", *params),
                *(self.by_operator, campaign.edition.newsletter_id),
            ],
        )

    def cut(self, cursor: CursorWrapper, campaign: Campaign, variant: Variant, *, size: int, now: datetime) -> None:
        """Cut a variant's rows into chunks of one kind each; a warm-up's later days wait for theirs."""
        here = (campaign.pk, variant.pk, size)
        wait: Any = domains.WAIT
        cursor.execute(CHUNKS, [*here, now, wait, size, *here])


def of(campaign: Campaign, *, now: datetime) -> Groups | None:
    """Return how this campaign's readers are grouped; None where nothing asks for it."""
    direct = any(road.direct for road in paces.relays())
    waves = warmups.waves(domain(campaign.edition.newsletter), now=now)
    if not waves and not domains.are_asked():
        return None
    return Groups(domains.are_asked(), direct, waves)
