"""A file of readers comes in: received, told what it means, counted, confirmed; `readings` does the work in between."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO

from django.core.files import File
from django.db import transaction

from audiences.core import guessing, tools, workbook
from audiences.core.consent import CustomerKind
from audiences.core.guessing import BadFile, Column, NoTable
from audiences.core.importing import Counts, ImportState, counted
from audiences.core.records import Record, lines, records
from audiences.models import Import, ImportPart, RefusedLine
from audiences.models.importing import FOLDER, Private
from audiences.readings import NotNow, forget_lines, text_of
from newsletter.models import Newsletter, User

__all__ = [
    "NotNow",
    "Statement",
    "confirm",
    "counts_of",
    "discard",
    "forget_old",
    "preview",
    "receive",
    "reread",
    "tell",
]

BYTES = 300_000_000
PREVIEW = 8
WAITS = timedelta(days=1)
KEPT = timedelta(days=90)
S = ImportState


@dataclass(frozen=True)
class Statement:
    """What the board answers for: whose consents these are, since when, and who says so."""

    source: str
    given_on: date | None
    tracking_evidence: str = ""
    language: str = "fr"
    kind: CustomerKind = CustomerKind.DIRECT


def receive(newsletter: Newsletter, file: IO[bytes], *, name: str, by: User | None, now: datetime) -> Import:
    """Keep a file and guess what it is; BadFile, and nothing is kept, for what brings no readers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        _copy(file, path)
        with path.open("rb") as raw:
            packed = guessing.is_packed(raw.read(8))
        if packed:
            table = Path(folder) / "table.csv"
            workbook.to_text(path, table)
            path = table
        with path.open("rb") as raw:
            row = Import(newsletter=newsletter, name=name[-120:], received_at=now, received_by=by)
            row.encoding = guessing.encoding(raw)
            row.size = path.stat().st_size
            _guess(row, raw)
            raw.seek(0)
            row.file.save("readers.csv", File(raw), save=False)
    row.save()
    return row


def reread(row: Import, *, encoding: str, delimiter: str) -> None:
    """Look at a file anew, in the writing that the board chose; BadFile where it then says nothing."""
    if row.state != S.RECEIVED:
        raise NotNow
    row.encoding = encoding if encoding in guessing.ENCODINGS else row.encoding
    with row.file.open("rb") as raw:
        _guess(row, raw, delimiter if delimiter in guessing.DELIMITERS else "")
    row.save()


def preview(row: Import, most: int = PREVIEW) -> list[Record]:
    """Return the first lines below the heading, as they are read now; BadFile where the file is gone."""
    with _records(row) as found:
        return list(islice(found, most))


def tell(row: Import, columns: Mapping[Column, int], statement: Statement, *, by: User | None, now: datetime) -> None:
    """Say what the columns mean and where the consents come from; the workers read the file from here on."""
    if Column.ADDRESS not in columns or not statement.source.strip():
        raise NotNow
    changed = Import.objects.filter(pk=row.pk, state=S.RECEIVED.value).update(
        state=S.READING.value,
        columns={column.value: at for column, at in columns.items()},
        source=statement.source.strip()[:200],
        given_on=statement.given_on,
        tracking_evidence=statement.tracking_evidence.strip()[:200],
        language=statement.language,
        kind=statement.kind.value,
        attested_at=now,
        attested_by=by,
    )
    if not changed:
        raise NotNow


@transaction.atomic
def confirm(row: Import, *, by: User | None, now: datetime) -> None:
    """Have the workers take in what was counted; pressed twice, it happens once."""
    changed = Import.objects.filter(pk=row.pk, state=S.COUNTED.value).update(
        state=S.TAKING.value, confirmed_at=now, confirmed_by=by
    )
    if not changed:
        if Import.objects.filter(pk=row.pk, confirmed_at__isnull=False).exists():
            return
        raise NotNow
    RefusedLine.objects.filter(imported=row.pk, judged=True).delete()
    ImportPart.objects.filter(imported=row.pk).update(verdicts={})


@transaction.atomic
def discard(row: Import) -> bool:
    """Forget a file that nobody confirmed; return whether there was one to forget."""
    held = Import.objects.select_for_update().filter(pk=row.pk, confirmed_at=None).first()
    if held is None:
        return False
    forget_lines(held)
    held.delete()
    return True


def forget_old(*, now: datetime) -> int:
    """Forget the files that nobody confirmed within a day, and after a season where lines were refused."""
    old = Import.objects.filter(confirmed_at=None, received_at__lt=now - WAITS)
    forgotten = sum(discard(row) for row in old)
    RefusedLine.objects.filter(imported__done_at__lt=now - KEPT).delete()
    _sweep(now)
    return forgotten


def counts_of(row: Import) -> Counts:
    """Return what a file brings, as far as it was counted, or has brought, as far as it was taken in."""
    verdicts: Counter[str] = Counter()
    for told in row.parts.values_list("verdicts", flat=True):
        verdicts.update(told)
    return counted(verdicts, row.faults)


def _sweep(now: datetime) -> None:
    """Forget what a worker left that was killed after its last word: files that no import names."""
    storage = Private()
    try:
        names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return
    for name in set(names) - set(Import.objects.filter(file__in=names).values_list("file", flat=True)):
        if storage.get_modified_time(name) < now - WAITS:
            storage.delete(name)


def _copy(file: IO[bytes], path: Path) -> None:
    total = 0
    with path.open("wb") as out:
        while piece := file.read(1_000_000):
            total += len(piece)
            if total > BYTES:
                raise BadFile(NoTable.TOO_LARGE)
            out.write(piece)


def _guess(row: Import, raw: IO[bytes], delimiter: str = "") -> None:
    raw.seek(0)
    with text_of(raw, row.encoding) as text:
        sample = guessing.sample(text)
    row.delimiter = delimiter or guessing.delimiter(sample)
    found = list(records(sample, row.delimiter))
    if not found:
        raise BadFile(NoTable.EMPTY)
    row.has_heading = guessing.has_heading(found[0])
    # of two columns of one name each keeps its place
    row.heading = [cell.strip()[:80] for cell in found[0].cells] if row.has_heading else []
    tool = tools.recognise(row.heading)
    columns = guessing.columns(row.heading, [record.cells for record in found[row.has_heading :]])
    if tool is not None:
        columns |= tools.preset(tool, row.heading)
    row.tool = tool.value if tool else ""
    row.columns = {column.value: at for column, at in columns.items()}


@contextmanager
def _records(row: Import) -> Iterator[Iterator[Record]]:
    """Yield the records of a file below its heading; BadFile where somebody took it away."""
    try:
        file = row.file.open("rb")
    except FileNotFoundError:
        raise BadFile(NoTable.GONE) from None
    with file as own, text_of(own.file, row.encoding) as text:
        found = records(lines(text), row.delimiter)
        if row.has_heading:
            next(found, None)
        yield found
