"""A file of readers is read, counted and taken in by workers.

The rows are the queue. Lines are read block by block and each block commits with how far it came; what was read is
counted and taken part by part, each in one transaction. So a worker may be killed anywhere: another goes on, and what
comes out is the same.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from itertools import islice
from typing import IO

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from audiences.core import tools
from audiences.core.consent import CustomerKind, Method
from audiences.core.entries import Gazetteer, Reading, Refused, Said, Town
from audiences.core.guessing import Column
from audiences.core.importing import WORKING, ImportState
from audiences.core.records import Record, lines, records
from audiences.keys import key_of
from audiences.ledger import Saying
from audiences.models import Import, ImportPart, RefusedLine, StagedReader
from audiences.staging import Judged, judge, parts, stage, staged_line, take
from newsletter.models import Place

BLOCK = 10_000
# Whoever reads a file says so again with each block; who was killed is followed after so long.
HELD = timedelta(seconds=60)
# A reader may sign up in the very moment in which the file brings them: then the part is judged again.
TRIES = 5
S = ImportState
Clock = Callable[[], datetime]


class NotNow(Exception):
    """The import is not where this could be done: somebody was quicker, or it is too early."""


def progress(row: Import) -> float:
    """Return how far the work that is going on has come, from 0 to 1."""
    if row.state == S.READING:
        return min(1.0, row.read_bytes / row.size) if row.size else 0.0
    done = {S.COUNTING: Q(counted=True), S.TAKING: Q(taken=True)}.get(ImportState(row.state))
    if done is None:
        return 1.0
    return row.parts.filter(done).count() / max(1, row.parts.count())


def due(*, now: datetime) -> list[int]:
    """Return the imports that wait for a worker."""
    working = Import.objects.filter(state__in=[state.value for state in WORKING])
    free = Q(held_until=None) | Q(held_until__lt=now) | ~Q(state=S.READING.value)
    return list(working.filter(free).order_by("pk").values_list("pk", flat=True))


def work(import_id: int, *, until: datetime, clock: Clock = timezone.now) -> bool:
    """Read, count or take in until then; return whether more is to be done."""
    tries = 0
    while clock() < until:
        row = Import.objects.filter(pk=import_id).select_related("newsletter").first()
        if row is None or ImportState(row.state) not in WORKING:
            return False
        if row.state == S.READING:
            try:
                if not _read(row, until=until, clock=clock):
                    return False
            except NotNow:
                return False
        elif not _is_staged(row):
            Import.objects.filter(pk=row.pk, state=row.state).update(state=S.READING.value, **_FROM_THE_START)
        else:
            try:
                if not _next_part(row, clock=clock):
                    return False
                tries = 0
            except (IntegrityError, OperationalError):
                tries += 1
                if tries == TRIES:
                    raise
    return True


@contextmanager
def text_of(raw: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """Yield the text of a file with its own line ends; a sign that is none of this writing stands as U+FFFD."""
    text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _read(row: Import, *, until: datetime, clock: Clock) -> bool:
    """Read on, block by block, if nobody else does; return whether the caller may go on."""
    mine = Import.objects.filter(Q(held_until=None) | Q(held_until__lt=clock()), pk=row.pk, state=S.READING.value)
    held_until = clock() + HELD
    if not mine.update(held_until=held_until):
        return False
    row.refresh_from_db()
    reading = _reading(row)
    try:
        kept = row.file.open("rb")
    except FileNotFoundError:
        if row.confirmed_at is not None:
            raise  # half of it is in: only who keeps the server can bring the rest
        # The board's page finds it gone and asks for it again.
        Import.objects.filter(pk=row.pk, held_until=held_until).update(state=S.RECEIVED.value, held_until=None)
        return False
    with kept as file, text_of(file.file, row.encoding) as text:
        found = records(lines(text), row.delimiter)
        for _ in islice(found, row.read_lines + row.has_heading):
            pass
        while block := list(islice(found, BLOCK)):
            held_until = _keep(row, block, reading, held_until, at=min(row.size, file.tell()), clock=clock)
            if clock() >= until:
                Import.objects.filter(pk=row.pk, held_until=held_until).update(held_until=None)
                return True
    return _read_through(row, held_until)


def _reading(row: Import) -> Reading:
    given = timezone.make_aware(datetime.combine(row.given_on, time.min)) if row.given_on else None
    zone = timezone.get_default_timezone()
    said = Said(row.language, CustomerKind(row.kind), given, bool(row.tracking_evidence), zone)
    towns = Place.objects.values_list("insee", "name", "department", "postcodes", "population")
    tool = tools.Tool(row.tool) if row.tool else None
    return Reading(
        {Column(name): at for name, at in row.columns.items()},
        row.heading,
        said,
        Gazetteer(Town(*town) for town in towns.iterator()),
        now=row.attested_at or row.received_at,
        sayings=tools.Sayings(tool, row.heading) if tool else None,
    )


def _keep(
    row: Import, block: list[Record], reading: Reading, held_until: datetime, *, at: int, clock: Clock
) -> datetime:
    """Stage a block of lines; it commits together with how far the file is read. NotNow: somebody else goes on."""
    staged: list[str] = []
    refused: list[tuple[int, str, str]] = []
    reading.notes.clear()
    for record in block:
        if record.fault is not None:
            refused.append((record.number, record.fault.value, ""))
            continue
        if not any(record.cells):
            continue
        entry = reading.entry(record.cells)
        if isinstance(entry, Refused):
            refused.append((record.number, entry.code, _heading_of(row, entry.column)))
        else:
            staged.append(staged_line(row.pk, record.number, entry, key_of(entry.address)))
    row.read_lines += len(block)
    row.staged += len(staged)
    row.read_bytes = at
    row.faults = dict(Counter(row.faults) + Counter(code for _number, code, _column in refused))
    row.notes = dict(Counter(row.notes) + Counter({note.value: count for note, count in reading.notes.items()}))
    row.held_until = clock() + HELD
    with transaction.atomic():
        mine = Import.objects.filter(pk=row.pk, state=S.READING.value, held_until=held_until)
        if not mine.update(
            **{
                name: getattr(row, name)
                for name in ("read_lines", "staged", "read_bytes", "faults", "notes", "held_until")
            }
        ):
            raise NotNow
        stage(staged)
        _refuse(row.pk, refused, judged=False)
    return row.held_until


def _read_through(row: Import, held_until: datetime) -> bool:
    with transaction.atomic():
        state = S.TAKING if row.confirmed_at else S.COUNTING
        mine = Import.objects.filter(pk=row.pk, state=S.READING.value, held_until=held_until)
        if not mine.update(state=state.value, held_until=None, read_bytes=F("size")):
            return False
        if not row.parts.exists():
            ImportPart.objects.bulk_create(
                ImportPart(imported=row, number=number, low=low, high=high)
                for number, (low, high) in enumerate(parts(row.staged), start=1)
            )
    return True


_CHECKPOINT = ("read_lines", "staged", "read_bytes", "faults", "notes", "held_until")
_FROM_THE_START: dict[str, object] = {
    "read_lines": 0,
    "read_bytes": 0,
    "staged": 0,
    "faults": {},
    "notes": {},
    "held_until": None,
}


def _is_staged(row: Import) -> bool:
    """Return whether the lines are there: a database that crashed has lost them, and the file has not."""
    if not row.staged or StagedReader.objects.filter(batch=row.pk).exists():
        return True
    RefusedLine.objects.filter(imported=row.pk, judged=False).delete()
    return False


def _next_part(row: Import, *, clock: Clock) -> bool:
    """Count or take in one part, whose locked row is the claim; return whether the caller may go on."""
    counting = row.state == S.COUNTING
    todo = Q(counted=False) if counting else Q(taken=False)
    with transaction.atomic():
        part = row.parts.select_for_update(skip_locked=True).filter(todo).order_by("number").first()
        if part is not None:
            low, high = bytes(part.low), bytes(part.high)
            if counting:
                judged = judge(row.newsletter, row.pk, low, high)
                part.counted = True
            else:
                saying = Saying(Method.ATTESTED_IMPORT, row.source, actor=row.attested_by_id)
                judged = take(row.newsletter, row.pk, low, high, [saying], now=clock())
                part.taken = True
            part.verdicts = dict(judged.verdicts)
            part.save()
            _refuse_judged(row.pk, judged)
            return True
    return _finish(row, counting=counting, clock=clock)


@transaction.atomic
def _finish(row: Import, *, counting: bool, clock: Clock) -> bool:
    if row.parts.filter(Q(counted=False) if counting else Q(taken=False)).exists():
        return False  # another worker has it
    if counting:
        Import.objects.filter(pk=row.pk, state=S.COUNTING.value).update(state=S.COUNTED.value)
    elif Import.objects.filter(pk=row.pk, state=S.TAKING.value).update(state=S.DONE.value, done_at=clock()):
        forget_lines(row)
        Import.objects.filter(pk=row.pk).update(file="")
    return False


def _refuse_judged(import_id: int, judged: Judged) -> None:
    _refuse(
        import_id, [(number, code, "") for code, numbers in judged.refused.items() for number in numbers], judged=True
    )


def _refuse(import_id: int, refused: list[tuple[int, str, str]], *, judged: bool) -> None:
    if not refused:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY audiences_refusedline (imported_id, number, code, "column", judged) FROM STDIN') as copy,
    ):
        for number, code, column in refused:
            copy.write_row((import_id, number, code, column, judged))


def _heading_of(row: Import, column: Column | None) -> str:
    at = row.columns.get(column.value, -1) if column else -1
    return row.heading[at].replace("\0", "") if 0 <= at < len(row.heading) else ""


def forget_lines(row: Import) -> None:
    """Forget what a file says, and the file itself once that is sure."""
    StagedReader.objects.filter(batch=row.pk).delete()
    if row.file:
        name, storage = row.file.name, row.file.storage
        transaction.on_commit(lambda: storage.delete(str(name)))
