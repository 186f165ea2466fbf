"""Who tidies after the dead. A row in SENDING is never put back by time: only by what its journal proves.

A worker is dead when its advisory lock is free and, on this machine and in this boot, its process is gone. Of a
worker on another machine only time can say: its rows come into doubt when they could no longer be leaving, by the
database's clock.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from campaigns import chunks, deliveries
from campaigns.core.delivery import MOVES, DeliveryState, Turn
from campaigns.core.witness import Witness, fate
from campaigns.models import Chunk, Delivery, WorkerSession
from campaigns.wire import journal
from campaigns.workers import LOCK, boot_id, born, host
from newsletter.core.states import advance

log = logging.getLogger(__name__)
S = DeliveryState
# After `send_before` no body begins; then a server may take ten minutes for the dot (RFC 5321), and clocks may differ.
SILENCE = timedelta(minutes=12)


def sweep(*, now: datetime) -> int:
    """Settle what dead sessions left behind; return how many rows came into doubt."""
    return sum(_sweep(session, now=now) for session in WorkerSession.objects.filter(ended_at=None).order_by("pk"))


def _sweep(session: WorkerSession, *, now: datetime) -> int:
    if not _lock_is_free(session):
        return 0
    here = session.host == host() and session.boot == boot_id()
    witness = journal.read(Path(session.journal), session=session.pk, boot=session.boot) if here else None
    # A cut line is no death: a living process says itself what became of its messages, or that it cannot. Its
    # pid may mean another in its own container, so the lock on its journal is asked as well.
    gone = born(session.pid) != session.born and not journal.is_held(Path(session.journal))
    over = here and (gone or (witness is not None and witness.ended))
    doubtful = _settle(session, witness, over=over, now=now)
    Chunk.objects.filter(worker=session.pk, lease_until__isnull=False).update(lease_until=None)
    _end(session, now=now)
    return doubtful


def _end(session: WorkerSession, *, now: datetime) -> None:
    """End a session that left nothing; its lock orders this and an arm that may still be under way (ARM)."""
    with transaction.atomic():
        held = WorkerSession.objects.select_for_update().filter(pk=session.pk, ended_at=None).first()
        if held is None or _left(session):
            return
        held.ended_at = now
        held.save(update_fields=["ended_at"])
    if session.host == host():
        Path(session.journal).unlink(missing_ok=True)


def _lock_is_free(session: WorkerSession) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, session.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _left(session: WorkerSession) -> list[int]:
    """Return the chunks that hold rows which this session left in SENDING."""
    return [chunk.pk for chunk in Chunk.objects.filter(sending__gt=0).order_by("pk") if _rows(chunk, session).exists()]


def _rows(chunk: Chunk, session: WorkerSession) -> "deliveries.DeliveryRows":
    return Delivery.objects.filter(
        campaign_id=chunk.campaign_id,
        position__range=(chunk.first, chunk.last),
        state=S.SENDING,
        worker=session.pk,
    )


def _settle(session: WorkerSession, witness: Witness | None, *, over: bool, now: datetime) -> int:
    """Settle each row by what the journal says of it; where it says nothing, the row is in doubt.

    While the process may live, only what can no longer be leaving is settled, by the database's clock.
    """
    return sum(_settle_chunk(pk, session, witness, over=over, now=now) for pk in _left(session))


@transaction.atomic
def _settle_chunk(pk: int, session: WorkerSession, witness: Witness | None, *, over: bool, now: datetime) -> int:
    # Held by a transaction that stands still: the next sweep comes in a second, and must not wait with this one.
    chunk = Chunk.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if chunk is None:
        return 0
    rows = _rows(chunk, session) if over else _rows(chunk, session).filter(send_before__lt=Now() - SILENCE)
    said: defaultdict[Turn, dict[int, int]] = defaultdict(dict)
    for one, attempts in rows.values_list("pk", "attempts"):
        said[fate(witness, one)][one] = attempts
    change: Counter[DeliveryState] = Counter()
    for turn, settled in said.items():
        change[S.SENDING] -= len(settled)
        change[advance(MOVES, S.SENDING, turn)] += len(settled)
        _turn(turn, settled, witness, now=now)
    deliveries.defer(chunk, list(said[Turn.DEFER].items()), now=now)
    chunks.shift(chunk, change)
    if change:
        log.warning(
            "worker session %s ended: of %s messages %s are in doubt, %s were not sent, %s had their answer",
            *(session.pk, -change[S.SENDING], len(said[Turn.LOSE]), len(said[Turn.DISARM])),
            -change[S.SENDING] - len(said[Turn.LOSE]) - len(said[Turn.DISARM]),
        )
    return len(said[Turn.LOSE])


def _turn(turn: Turn, settled: Iterable[int], witness: Witness | None, *, now: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=list(settled))
    if turn is Turn.DISARM:
        rows.update(state=S.QUEUED, attempts=F("attempts") - 1, worker=None, send_before=None)
    elif turn is Turn.LOSE:
        rows.update(state=S.IN_DOUBT, settled_at=now)
    elif turn is Turn.DEFER:
        rows.update(state=S.QUEUED)
    else:
        assert witness is not None
        state = advance(MOVES, S.SENDING, turn)
        reason = "unknown" if turn is Turn.REFUSE else ""
        for pk in settled:
            rows.filter(pk=pk).update(state=state, reply_code=witness.replies[pk], reason=reason, settled_at=now)
