"""The sealer of the ledger: takes lines that are committed and unsealed, and adds each to the chain.

A line is written without knowing of the chain, so that no reader who leaves waits for another. One sealer works at a
time; what it missed the next finds, for the rows are the queue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction

from audiences.core import chain
from audiences.models import SealFloor

LOCK = 7462
BATCH = 5_000
LATE = timedelta(minutes=1)
# What a seal is over: all that a line says.
LINE = (
    *("id", "address_key", "purpose", "newsletter", "act", "method", "wording", "locale", "form_version", "source"),
    *("actor", "at", "recorded_at"),
)
_SAYS = ", ".join(f"c.{name}" for name in LINE)
_UNSEALED = """
SELECT {says} FROM audiences_consent c
WHERE c.id > %s AND NOT EXISTS (SELECT 1 FROM audiences_consentseal s WHERE s.consent_id = c.id)
ORDER BY c.id LIMIT %s
"""
_SEAL = """
INSERT INTO audiences_consentseal (consent_id, prev_hash, row_hash)
SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[])
"""
_SEALED = """
SELECT s.id, s.consent_id, s.prev_hash, s.row_hash, c.id IS NULL, {says}
FROM (SELECT * FROM audiences_consentseal WHERE id > %s ORDER BY id LIMIT %s) s
LEFT JOIN audiences_consent c ON c.id = s.consent_id
ORDER BY s.id
"""
_LATE = """
SELECT count(*), min(c.id)
FROM audiences_consent c LEFT JOIN audiences_consentseal s ON s.consent_id = c.id
WHERE s.id IS NULL AND c.recorded_at < now() - make_interval(secs => %s)
"""
# The first transaction that had not begun, and the highest number that is visible: of one moment.
_SEEN = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       coalesce((SELECT max(id) FROM audiences_consent), 0), now()
"""


class Fault(StrEnum):
    """What may be wrong with a sealed line."""

    CHANGED = "changed"  # the line does not say what was sealed
    MISSING = "missing"  # the line is not there any more
    UNLINKED = "unlinked"  # a seal before it was taken out, slipped in or changed


@dataclass(frozen=True)
class Verdict:
    """What the chain says: how many lines it holds, its last seal, its first fault, and who waits for a seal."""

    sealed: int
    head: bytes
    broken: int | None = None
    fault: Fault | None = None
    unsealed: int = 0
    first_unsealed: int | None = None
    # The seal at the place that was asked for.
    remembered: bytes = b""


def seal_due(*, batches: int = 40) -> int:
    """Seal what is committed and unsealed, so many batches at most; return how many lines that was."""
    done = 0
    for _ in range(batches):
        sealed = seal()
        done += sealed
        if sealed < BATCH:
            break
    return done


@transaction.atomic
def seal(*, limit: int = BATCH) -> int:
    """Add the oldest unsealed lines to the chain; nothing where another sealer is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [LOCK])
        if cursor.fetchone() == (False,):
            return 0
        mark, _ = SealFloor.objects.get_or_create(pk=1)
        cursor.execute("SELECT row_hash FROM audiences_consentseal ORDER BY id DESC LIMIT 1")
        head = bytes((cursor.fetchone() or [chain.FIRST])[0])
        rising = _rise(mark)
        cursor.execute(_UNSEALED.format(says=_SAYS), [mark.floor, limit])
        lines = cursor.fetchall()
        key, before, after = chain.key_of(settings.ADDRESS_PEPPER), [], []
        for line in lines:
            before.append(head)
            head = chain.row_hash(key, head, line)
            after.append(head)
        if lines:
            cursor.execute(_SEAL, [[line[0] for line in lines], before, after])
        if rising and len(lines) < limit:  # all that was below is sealed by now
            SealFloor.objects.filter(pk=1).update(**rising)
    return len(lines)


def _rise(mark: SealFloor) -> dict[str, object]:
    """Return the floor that holds once what is visible now is sealed; nothing while somebody older still writes.

    A number is drawn before its line is committed, and a long import commits late: what is unseen now may be below.
    The minute is for who has drawn a number and has not begun to write.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEEN)
        oldest, newest, highest, at = cursor.fetchone()
    if mark.noted_at is not None and (oldest < mark.before or at < mark.noted_at + LATE):
        return {}
    return {"floor": mark.rising, "rising": highest, "before": newest, "noted_at": at}


def look_again() -> None:
    """Have the next sealer look through the whole ledger for a line without its seal."""
    SealFloor.objects.filter(pk=1).update(floor=0, rising=0)


def verify(*, batch: int = 10_000, remember: int = 0) -> Verdict:
    """Walk the chain from its first seal and say where it breaks; the memory it takes does not grow with it.

    Whoever noted the last seal of a day asks for it again by its place: lines cut off at the end leave no gap.
    """
    key, head, sealed, remembered = chain.key_of(settings.ADDRESS_PEPPER), chain.FIRST, 0, b""
    for consent_id, before, after, is_gone, line in _chain(batch):
        fault = None
        if before != head:
            fault = Fault.UNLINKED
        elif is_gone:
            fault = Fault.MISSING
        elif chain.row_hash(key, before, line) != after:
            fault = Fault.CHANGED
        if fault:
            return Verdict(sealed, head, consent_id, fault, *_unsealed())
        head, sealed = after, sealed + 1
        if sealed == remember:
            remembered = head
    return Verdict(sealed, head, None, None, *_unsealed(), remembered)


def _chain(batch: int) -> Iterator[tuple[int, bytes, bytes, bool, tuple[object, ...]]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SEALED.format(says=_SAYS), [last, batch])
            rows = cursor.fetchall()
        for _, consent_id, before, after, is_gone, *line in rows:
            yield consent_id, bytes(before), bytes(after), is_gone, tuple(line)
        if len(rows) < batch:
            return
        last = rows[-1][0]


def _unsealed() -> tuple[int, int | None]:
    """Return how many lines wait for their seal for over a minute, and the first of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [LATE.total_seconds()])
        count, first = cursor.fetchone()
    return count, first
