"""What must be true of the ledger at any moment, as SQL. Each statement sees one snapshot; ids only, no person.

I1 the sum of states equals the frozen audience · I2 nobody has two SENT in one round · I3 every SENT has a reply or
evidence · I4 no SENDING that no worker can still be sending · I5 nothing armed after its reader had stopped ·
I6 finished means that nothing is open, and nothing open that the campaign finishes · I7 attempts within the maximum.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import DeliveryState
from campaigns.core.retry import MAX_ATTEMPTS
from campaigns.models import Campaign, Chunk
from campaigns.workers import LOCK

# A message begins within a minute of its arming and waits ten for the answer to its dot; then come the sweepers.
# A worker lives while it holds its session's advisory lock.
NO_WORKER_AFTER = timedelta(minutes=20)
# A stop's time is taken before its commit, and an arm that began in between broke no promise.
STOP_COMMITS_WITHIN = timedelta(seconds=60)
# The clock finishes what is done within seconds.
FINISHES_WITHIN = timedelta(minutes=5)

STATES = tuple(state.value for state in DeliveryState)


@dataclass(frozen=True)
class Broken:
    """A promise, and the rows of one table that break it."""

    invariant: str
    table: str
    ids: tuple[int, ...]

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.ids[:20])) + (", …" if len(self.ids) > 20 else "")
        return f"{self.invariant}: {self.table} {shown}"


Rows = list[Broken]
Scope = list[int] | None
COUNTS = """
SELECT k.id FROM campaigns_chunk k
CROSS JOIN LATERAL (
    SELECT {counted}, count(r.id) AS deferred FROM campaigns_delivery d
    LEFT JOIN campaigns_deliveryretry r ON r.delivery_id = d.id
    WHERE d.campaign_id = k.campaign_id AND d.position BETWEEN k.first AND k.last
) n
WHERE (%(campaigns)s::bigint[] IS NULL OR k.campaign_id = ANY(%(campaigns)s))
  AND (%(chunks)s::bigint[] IS NULL OR k.id = ANY(%(chunks)s))
  AND ({differs} OR k.deferred <> n.deferred)
"""


def check(campaign_ids: Collection[int] | None = None, *, now: datetime) -> Rows:
    """Return every promise that is broken in these campaigns, or in all; nothing when the ledger stands."""
    scope = None if campaign_ids is None else sorted(campaign_ids)
    return [broken for invariant in INVARIANTS for broken in invariant(scope, now)]


def check_changed(seen: dict[int, tuple[int, ...]], *, now: datetime) -> Rows:
    """Check the chunks whose counts are others than in `seen`, which is brought up to date; once a minute.

    Where nothing moved this costs one read of the chunks. A campaign that finished since is examined whole.
    """
    fields = ("pk", "campaign_id", "lease_epoch", "deferred", *STATES)
    standing = {row[0]: tuple(row[1:]) for row in Chunk.objects.values_list(*fields)}
    changed = {chunk for chunk, counts in standing.items() if seen.get(chunk) != counts}
    moved = {standing[chunk][0] for chunk in changed}
    over = list(Campaign.objects.filter(pk__in=moved, state=CampaignState.FINISHED).values_list("pk", flat=True))
    seen.clear()
    seen.update(standing)
    return counts_match_rows(sorted(moved), now, chunks=sorted(changed)) + (check(over, now=now) if over else [])


def sum_is_audience(scope: Scope, now: datetime) -> Rows:
    """I1: as many rows as the audience that was frozen, all of them in a chunk."""
    return _broken(
        "I1",
        "campaign",
        """
        SELECT c.id FROM campaigns_campaign c
        LEFT JOIN (SELECT campaign_id, count(*) AS n FROM campaigns_delivery GROUP BY 1) d ON d.campaign_id = c.id
        LEFT JOIN (SELECT campaign_id, sum(last - first + 1) AS n FROM campaigns_chunk GROUP BY 1) k
               ON k.campaign_id = c.id
        WHERE (%(campaigns)s::bigint[] IS NULL OR c.id = ANY(%(campaigns)s))
          AND (coalesce(d.n, 0) <> c.audience_size OR coalesce(k.n, 0) <> c.audience_size)
        """,
        scope,
    )


def counts_match_rows(scope: Scope, now: datetime, *, chunks: list[int] | None = None) -> Rows:
    """I1: each chunk counts what its rows say, and its deferred are those that wait for a retry."""
    counted = ", ".join(f"count(d.id) FILTER (WHERE d.state = '{state}') AS {state}" for state in STATES)
    differs = " OR ".join(f"k.{state} <> n.{state}" for state in STATES)
    return _broken(
        "I1",
        "chunk",
        COUNTS.format(counted=counted, differs=differs),
        scope,
        chunks=chunks,
    )


def retries_are_queued(scope: Scope, now: datetime) -> Rows:
    """I1: only a queued message waits for a retry."""
    return _broken(
        "I1",
        "delivery",
        """
        SELECT d.id FROM campaigns_deliveryretry r JOIN campaigns_delivery d ON d.id = r.delivery_id
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s)) AND d.state <> 'queued'
        """,
        scope,
    )


def nobody_twice(scope: Scope, now: datetime) -> Rows:
    """I2: no address has two SENT in one round of one campaign."""
    return _broken(
        "I2",
        "delivery",
        """
        SELECT unnest(array_agg(d.id)) FROM campaigns_delivery d
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s)) AND d.state = 'sent'
        GROUP BY d.campaign_id, d.address_key, d.round HAVING count(*) > 1
        """,
        scope,
    )


def sent_was_answered(scope: Scope, now: datetime) -> Rows:
    """I3: every SENT has a reply of acceptance, or evidence that says so."""
    return _broken(
        "I3",
        "delivery",
        """
        SELECT d.id FROM campaigns_delivery d
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s)) AND d.state = 'sent'
          AND coalesce(d.reply_code, 0) NOT BETWEEN 200 AND 299
          AND NOT EXISTS (SELECT 1 FROM campaigns_evidence e WHERE e.delivery_id = d.id AND e.proof = 'sent')
          AND NOT EXISTS (SELECT 1 FROM campaigns_deliveryevent e WHERE e.delivery_id = d.id)
        """,
        scope,
    )


def sending_has_a_worker(scope: Scope, now: datetime) -> Rows:
    """I4: nothing stays in SENDING for longer than any worker could still be sending it."""
    return _broken(
        "I4",
        "delivery",
        """
        SELECT d.id FROM campaigns_delivery d JOIN campaigns_chunk k
          ON k.campaign_id = d.campaign_id AND d.position BETWEEN k.first AND k.last AND k.sending > 0
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s)) AND d.state = 'sending'
          AND (d.armed_at IS NULL OR d.armed_at < %(before)s)
          AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
                          AND l.classid = %(lock)s AND l.objid = d.worker)
        """,
        scope,
        before=now - NO_WORKER_AFTER,
        lock=LOCK,
    )


def nothing_armed_after_a_stop(scope: Scope, now: datetime) -> Rows:
    """I5: no message was armed after its reader's stop, or their address's suppression, was committed."""
    return _broken(
        "I5",
        "delivery",
        """
        SELECT d.id FROM audiences_suppression x JOIN campaigns_delivery d ON d.address_key = x.address_key
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s))
          AND d.state <> 'skipped' AND d.armed_at > x.at + %(grace)s
        UNION
        SELECT d.id FROM audiences_subscription s JOIN campaigns_delivery d ON d.subscriber_id = s.subscriber_id
        JOIN campaigns_campaign c ON c.id = d.campaign_id
        JOIN newsletter_edition e ON e.id = c.edition_id AND e.newsletter_id = s.newsletter_id
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s))
          AND d.state <> 'skipped' AND s.state <> 'confirmed'
          AND d.armed_at > s.ended_at + %(grace)s
        """,
        scope,
        grace=STOP_COMMITS_WITHIN,
    )


def finished_iff_closed(scope: Scope, now: datetime) -> Rows:
    """I6: what is over has nothing queued (finished: nothing open), and what has nothing open is soon over."""
    return _broken(
        "I6",
        "campaign",
        """
        SELECT c.id FROM campaigns_campaign c
        LEFT JOIN (SELECT campaign_id, sum(queued) AS queued, sum(sending) AS sending
                   FROM campaigns_chunk GROUP BY 1) k ON k.campaign_id = c.id
        WHERE (%(campaigns)s::bigint[] IS NULL OR c.id = ANY(%(campaigns)s)) AND (
            (c.state = 'finished' AND (k.queued > 0 OR k.sending > 0))
            OR (c.state = 'cancelled' AND k.queued > 0)
            OR (c.state = 'running' AND coalesce(k.queued, 0) = 0 AND coalesce(k.sending, 0) = 0
                AND greatest((SELECT max(m.at) FROM campaigns_campaignmove m WHERE m.campaign_id = c.id),
                             (SELECT max(d.settled_at) FROM campaigns_delivery d WHERE d.campaign_id = c.id))
                    < %(before)s))
        """,
        scope,
        before=now - FINISHES_WITHIN,
    )


def attempts_are_bounded(scope: Scope, now: datetime) -> Rows:
    """I7: nobody was tried more often than the maximum in one round."""
    return _broken(
        "I7",
        "delivery",
        """
        SELECT d.id FROM campaigns_delivery d
        WHERE (%(campaigns)s::bigint[] IS NULL OR d.campaign_id = ANY(%(campaigns)s)) AND d.attempts > %(most)s
        """,
        scope,
        most=MAX_ATTEMPTS,
    )


INVARIANTS: tuple[Callable[[Scope, datetime], Rows], ...] = (
    sum_is_audience,
    counts_match_rows,
    retries_are_queued,
    nobody_twice,
    sent_was_answered,
    sending_has_a_worker,
    nothing_armed_after_a_stop,
    finished_iff_closed,
    attempts_are_bounded,
)


def _broken(name: str, table: str, sql: str, scope: Scope, **params: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaigns": scope, "chunks": None, **params})
        ids = tuple(sorted(row[0] for row in cursor.fetchall()))
    return [Broken(name, table, ids)] if ids else []
