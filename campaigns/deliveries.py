"""One message to one reader: armed, sent or not, recorded. Every turn is one durable statement.

The lock order is always chunk before delivery.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from psycopg.types.numeric import Int8

from audiences import suppressions
from audiences.core.consent import StopReason
from campaigns import chunks, opens
from campaigns.core.campaign import LIVE
from campaigns.core.delivery import MOVES, DeliveryState, SkipReason, Turn
from campaigns.core.fault import Fault
from campaigns.core.receipt import Receipt
from campaigns.core.retry import MAX_ATTEMPTS, retry_at
from campaigns.models import Campaign, Chunk, Delivery, DeliveryRetry
from newsletter.core.states import advance
from newsletter.statements import Statement

S = DeliveryState
QUEUED, SENDING = S.QUEUED.value, S.SENDING.value
# What a row in SENDING becomes by each turn.
BECOMES = {turn: state.value for turn, state in MOVES[S.SENDING].items()}
DeliveryRows = QuerySet[Delivery]
# An armed message begins to leave within this time or not at all; the worker's own clock keeps it too.
SEND_WITHIN = timedelta(seconds=60)


class LeaseLost(Exception):
    """Someone else holds this chunk now: arm nothing more of it."""


class Armed(NamedTuple):
    """A reader whose message may be written to the wire now; lives in memory only."""

    delivery: int
    address_key: bytes
    address: str
    first_name: str
    attempts: int
    standing: str = ""  # what is known of whether they may be measured; `opens.measure` reads it


# One durable statement for a window. `held` locks the chunk first, whatever else it finds: all that follows hangs on
# `goes`, so the lock order stays chunk before delivery.
#
# Recording: a known answer is written down whoever holds the lease by now, and even over doubt; only the session that
# armed a row may say what became of it.
#
# Arming, before the first byte of a body: rows whose reader may not be written to any more are skipped with their
# reason in the same statement. After a wait for a row's lock, `d.state` is looked at again: the update is the lock,
# and a second one before it would only be written to the log as well. A session that a sweeper has ended arms nothing
# more: nobody would look after what it left. What was deferred here is not armed here: to this statement it is still
# SENDING.
_EXCHANGE = """
WITH held AS MATERIALIZED (
    SELECT (k.worker = %(worker)s AND k.lease_epoch = %(epoch)s) IS TRUE AS ours,
           c.state = 'running' AS runs, k.deferred > 0 AS waits
    FROM campaigns_chunk k JOIN campaigns_campaign c ON c.id = k.campaign_id
    WHERE k.id = %(chunk)s FOR UPDATE OF k
), goes AS MATERIALIZED (
    SELECT ours, waits, ours AND runs AND %(limit)s > 0 AS arms FROM held WHERE ours OR %(limit)s = 0
), said AS (
    SELECT * FROM json_to_recordset(%(receipts)s::json) AS said(id bigint, state text, code int, text text, reason text)
    WHERE EXISTS (SELECT 1 FROM goes)
), recorded AS (
    UPDATE campaigns_delivery d
    SET state = said.state, reply_code = said.code, reply_text = said.text, reason = said.reason,
        settled_at = CASE WHEN said.state = 'queued' THEN NULL ELSE %(now)s END
    FROM said
    WHERE d.id = said.id AND d.worker = %(worker)s AND d.state = '{was}' AND said.state = ANY('{{{ends}}}')
    RETURNING d.id, '{was}' AS was, d.state, d.attempts
), session AS MATERIALIZED (
    SELECT ended_at FROM campaigns_workersession WHERE id = %(worker)s FOR SHARE
), due AS MATERIALIZED (
    SELECT d.id, s.address, s.first_name,
           CASE WHEN s.id IS NULL THEN 'erased'
                WHEN EXISTS (SELECT 1 FROM audiences_suppression x WHERE x.address_key = d.address_key)
                THEN 'suppressed'
                WHEN NOT EXISTS (SELECT 1 FROM audiences_subscription c
                                 WHERE c.subscriber_id = s.id AND c.newsletter_id = %(newsletter)s
                                   AND c.state = 'confirmed')
                THEN 'no_consent'
                WHEN s.paused_until > %(today)s THEN 'paused'
                ELSE '' END AS refused,
           {standing} AS standing
    FROM campaigns_delivery d
    LEFT JOIN audiences_subscriber s ON s.id = d.subscriber_id
    WHERE d.campaign_id = %(campaign)s AND d.position BETWEEN %(first)s AND %(last)s AND d.state = 'queued'
      AND EXISTS (SELECT 1 FROM goes WHERE arms)
      AND (NOT EXISTS (SELECT 1 FROM goes WHERE waits)
           OR NOT EXISTS (SELECT 1 FROM campaigns_deliveryretry r WHERE r.delivery_id = d.id))
      AND NOT EXISTS (SELECT 1 FROM session WHERE ended_at IS NOT NULL)
    ORDER BY d.position
    LIMIT %(limit)s
), armed AS (
    UPDATE campaigns_delivery d
    SET state = CASE due.refused WHEN '' THEN 'sending' ELSE 'skipped' END,
        reason = due.refused,
        attempts = d.attempts + CASE due.refused WHEN '' THEN 1 ELSE 0 END,
        worker = %(worker)s, armed_at = now(), send_before = now() + make_interval(secs => %(within)s::float8),
        settled_at = CASE due.refused WHEN '' THEN NULL ELSE %(now)s END
    FROM due
    WHERE d.id = due.id AND d.state = 'queued'
    RETURNING d.id, d.state, d.address_key, due.address, due.first_name, d.attempts, due.standing
), change AS (
    SELECT {counts} FROM (
        SELECT was, state FROM recorded UNION ALL SELECT 'queued', state FROM armed
    ) AS moved
), shifted AS (
    UPDATE campaigns_chunk k
    SET {shifts}, lease_until = CASE WHEN goes.ours THEN %(lease)s ELSE k.lease_until END
    FROM change, goes
    WHERE k.id = %(chunk)s
)
SELECT 'held', NULL::bigint, CASE WHEN ours THEN 'ours' ELSE '' END, NULL::bytea, NULL::text, NULL::text, 0, ''
FROM held
UNION ALL SELECT 'recorded', id, state, NULL, NULL, NULL, attempts, '' FROM recorded
UNION ALL SELECT 'armed', id, state, address_key, address, first_name, attempts, standing FROM armed
"""


def _exchange(was: DeliveryState, *ends: DeliveryState) -> Statement:
    return Statement(
        _EXCHANGE.format(
            was=was.value,
            standing=opens.standing(subscriber="s.id", key="d.address_key", newsletter="%(newsletter)s"),
            ends=",".join(end.value for end in ends),
            counts=", ".join(
                f"count(*) FILTER (WHERE state = '{one}') - count(*) FILTER (WHERE was = '{one}') AS {one}"
                for one in chunks.STATES
            ),
            shifts=", ".join(f"{one} = k.{one} + change.{one}" for one in chunks.STATES),
        )
    )


EXCHANGE = _exchange(S.SENDING, *MOVES[S.SENDING].values())
# A known answer stands over doubt.
AMEND = _exchange(S.IN_DOUBT, S.SENT, S.FAILED)

DEFER = Statement("""
WITH waiting AS (
    INSERT INTO campaigns_deliveryretry (delivery_id, not_before, operator)
    SELECT delivery, not_before, ''
    FROM unnest(%(rows)s::bigint[], %(times)s::timestamptz[]) AS waiting(delivery, not_before)
)
UPDATE campaigns_chunk SET deferred = deferred + cardinality(%(rows)s::bigint[]) WHERE id = %(chunk)s RETURNING deferred
""")


@transaction.atomic
def exchange(
    chunk: Chunk,
    *,
    worker: int,
    receipts: Sequence[Receipt] = (),
    want: int = 0,
    note: Callable[[list[int]], object] = list,
    now: datetime,
) -> list[Armed]:
    """Write down a window's receipts and arm the next window, in one durable transaction.

    `note` hears which rows are armed before that is committed: no committed window is unknown to the journal.
    Raises LeaseLost when something is wanted and the lease is another's; then nothing was written either, and
    the receipts are to be given again without a want. Arms nothing unless the campaign runs.
    """
    rows = _ask(chunk, receipts, worker=worker, want=want, now=now)
    if want and not _is_ours(rows):
        raise LeaseLost
    heard = {pk for kind, pk, *_ in rows if kind == "recorded"}
    # Swept into doubt before, or while the statement waited for the chunk: a new one sees it as it stands now.
    if unheard := [receipt for receipt in receipts if receipt.delivery not in heard]:
        rows += _ask(chunk, unheard, worker=worker, want=0, now=now, statement=AMEND)
    told = [(pk, state, attempts) for kind, pk, state, *_, attempts, _ in rows if kind == "recorded"]
    waiting = [(pk, attempts) for pk, state, attempts in told if state == QUEUED]
    if waiting:
        times = [retry_at(attempts, now=now, delivery=pk) or now for pk, attempts in waiting]
        DEFER.ask({"rows": [Int8(pk) for pk, _ in waiting], "times": times, "chunk": Int8(chunk.pk)})
    armed = [Armed(pk, *reader) for kind, pk, state, *reader in rows if kind == "armed" and state == SENDING]
    if armed:
        note([row.delivery for row in armed])
    return armed


def _is_ours(rows: Sequence[tuple[Any, ...]]) -> bool:
    return any(kind == "held" and state == "ours" for kind, _, state, *_ in rows)


def _ask(
    chunk: Chunk,
    receipts: Sequence[Receipt],
    *,
    worker: int,
    want: int,
    now: datetime,
    statement: Statement = EXCHANGE,
) -> list[tuple[Any, ...]]:
    return statement.ask(
        {
            "chunk": Int8(chunk.pk),
            "epoch": Int8(chunk.lease_epoch),
            "worker": Int8(worker),
            "limit": Int8(want),
            "receipts": json.dumps([_said(receipt) for receipt in receipts]),
            "newsletter": Int8(chunk.campaign.edition.newsletter_id),
            "campaign": Int8(chunk.campaign_id),
            "first": Int8(chunk.first),
            "last": Int8(chunk.last),
            "within": Int8(SEND_WITHIN // timedelta(seconds=1)),
            "lease": now + chunks.LEASE,
            "now": now,
            "today": timezone.localdate(now),
        }
    )


def _said(receipt: Receipt) -> dict[str, object]:
    return {
        "id": receipt.delivery,
        "state": BECOMES[receipt.turn],
        "code": receipt.code,
        "text": receipt.text[:200],
        "reason": receipt.reason,
    }


def arm(chunk: Chunk, *, worker: int, limit: int, now: datetime) -> list[Armed]:
    """Take up to so many queued rows of a leased chunk into SENDING; raise LeaseLost."""
    return exchange(chunk, worker=worker, want=limit, now=now)


def record(chunk: Chunk, receipts: Sequence[Receipt], *, worker: int, now: datetime) -> None:
    """Write down what the wire said of rows that this session armed."""
    if receipts:
        exchange(chunk, worker=worker, receipts=receipts, now=now)


def disarm(chunk: Chunk, rows: Iterable[int], *, worker: int, now: datetime) -> None:
    """Put rows back into the queue whose body was not begun; only the session that armed them may."""
    with transaction.atomic():
        held = Chunk.objects.select_for_update(of=("self",)).get(pk=chunk.pk)
        back = Delivery.objects.filter(pk__in=list(rows), state=S.SENDING, worker=worker).update(
            state=S.QUEUED, attempts=F("attempts") - 1, worker=None, send_before=None
        )
        chunks.shift(held, {S.SENDING: -back, S.QUEUED: back})


def disarm_the_rest(chunk: Chunk, *, worker: int) -> int:
    """Put back what a broken answer of the database left in SENDING for a session that knows of nothing under way."""
    with transaction.atomic():
        held = Chunk.objects.select_for_update(of=("self",)).get(pk=chunk.pk)
        back = Delivery.objects.filter(
            campaign_id=held.campaign_id, position__range=(held.first, held.last), state=S.SENDING, worker=worker
        ).update(state=S.QUEUED, attempts=F("attempts") - 1, worker=None, send_before=None)
        chunks.shift(held, {S.SENDING: -back, S.QUEUED: back})
    return back


def suppress_the_gone(receipts: Sequence[Receipt], *, now: datetime) -> None:
    """Stop the addresses that do not exist: only "unknown user" and "unknown host" do (DUTIES, mailbox providers).

    Nobody waits for the disk here: what a crash of the next moments forgets, the next letter's refusal says again.
    """
    dead = (Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST)
    gone = [one.delivery for one in receipts if one.turn is Turn.REFUSE and one.reason in dead]
    for pk, key in Delivery.objects.filter(pk__in=gone).values_list("pk", "address_key") if gone else ():
        source = f"delivery {pk}"
        suppressions.suppress(bytes(key), reason=StopReason.UNKNOWN_USER, source=source, durable=False, now=now)


def defer(held: Chunk, waiting: Sequence[tuple[int, int]], *, now: datetime) -> None:
    """Let rows (id, attempts) of a locked chunk wait for their retry; the caller saves the chunk."""
    if waiting:
        DeliveryRetry.objects.bulk_create(
            DeliveryRetry(delivery_id=pk, not_before=retry_at(attempts, now=now, delivery=pk) or now)
            for pk, attempts in waiting
        )
        held.deferred += len(waiting)


def may_retry(attempts: int) -> bool:
    """Return whether a message that was tried so often may be tried again (I7)."""
    return attempts < MAX_ATTEMPTS


def wake_retries(*, now: datetime, limit: int = 1000) -> int:
    """Give deferred rows whose time has come back to their chunks; return how many."""
    due = DeliveryRetry.objects.filter(not_before__lte=now).order_by("not_before")
    seats = due.values_list("delivery__campaign_id", "delivery__position")[:limit]
    woken = 0
    for pk in sorted(
        {chunks.at(campaign, position).values_list("pk", flat=True).get() for campaign, position in seats}
    ):
        with transaction.atomic():
            chunk = Chunk.objects.select_for_update(of=("self",)).get(pk=pk)
            back, _ = DeliveryRetry.objects.filter(
                not_before__lte=now,
                delivery__campaign=chunk.campaign_id,
                delivery__position__range=(chunk.first, chunk.last),
            ).delete()
            chunk.deferred -= back
            chunks.shift(chunk, {})
            woken += back
    return woken


# What waits for one address, of one newsletter or of all. Asked for every refusal, so it is no work for the ORM.
WAITING = Statement("""
SELECT d.id, d.campaign_id, d.position
FROM campaigns_campaign c
JOIN newsletter_edition e ON e.id = c.edition_id
JOIN campaigns_delivery d ON d.campaign_id = c.id AND d.address_key = %(key)s::bytea AND d.state = 'queued'
WHERE c.state = ANY(%(live)s::text[]) AND (%(newsletter)s::bigint IS NULL OR e.newsletter_id = %(newsletter)s::bigint)
ORDER BY d.campaign_id
""")


@transaction.atomic(savepoint=False)
def stop(address_key: bytes, newsletter_id: int | None, now: datetime) -> None:
    """Skip what is queued for this person, in the caller's transaction; row locks order it and the arm.

    Without a newsletter the address is stopped for all of them.
    """
    reason = SkipReason.SUPPRESSED if newsletter_id is None else SkipReason.NO_CONSENT
    of = None if newsletter_id is None else Int8(newsletter_id)
    asked = {"newsletter": of, "key": bytes(address_key), "live": [state.value for state in LIVE]}
    for pk, campaign, position in WAITING.ask(asked):
        chunk = chunks.at(campaign, position).select_for_update(of=("self",)).get()
        # Armed while we waited for the chunk: then it has already begun to leave.
        if Delivery.objects.filter(pk=pk, state=S.QUEUED).update(state=S.SKIPPED, reason=reason, settled_at=now):
            chunk.deferred -= DeliveryRetry.objects.filter(delivery_id=pk).delete()[0]
            chunks.shift(chunk, {S.QUEUED: -1, S.SKIPPED: 1})


@transaction.atomic
def close(campaign: Campaign, *, turn: Turn) -> int:
    """Cancel or expire everything still queued in a campaign, exact to the row; return how many."""
    end = advance(MOVES, S.QUEUED, turn)
    closed = 0
    waiting = Chunk.objects.select_for_update(of=("self",)).filter(campaign=campaign, queued__gt=0)
    for chunk in waiting.order_by("pk"):
        rows = Delivery.objects.filter(campaign=campaign, position__range=(chunk.first, chunk.last), state=S.QUEUED)
        DeliveryRetry.objects.filter(delivery__in=rows).delete()
        count = rows.update(state=end)
        chunk.deferred = 0
        chunks.shift(chunk, {S.QUEUED: -count, end: count})
        closed += count
    return closed
