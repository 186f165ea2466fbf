"""Readers as a table to take along, a segment or all of them, row by row: however many they are, few are in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from audiences import segments
from audiences.core.segment import Segment
from audiences.models import Subscription
from newsletter.core.sheet import harmless
from newsletter.models import Newsletter, Place

CHUNK = 2_000
# What one sheet of a workbook holds, its heading included.
ROWS = 1_000_000
Row = Sequence[str]
Words = Callable[[str, str], str]
"""From a column and its value to the word that people read."""


def readers(newsletter: Newsletter, tree: Segment | None, *, now: datetime) -> QuerySet[Subscription]:
    """Return whoever a segment means now; without one everybody, those who left included."""
    found = newsletter.subscriptions.order_by("pk")
    return found if tree is None else found.filter(subscriber__in=segments.audience(newsletter, tree, now=now))


def rows(found: QuerySet[Subscription], words: Words) -> Iterator[Row]:
    """Yield a row for each of them, in the words of the columns `COLUMNS`."""
    places = dict(Place.objects.values_list("insee", "name"))
    values = found.values_list(*(f"subscriber__{name}" for name in _OF_A_READER), "state", "tracking")
    for address, name, language, commune, department, interests, kind, since, state, measured in values.iterator(CHUNK):
        yield (
            address,
            name,
            language,
            places.get(commune, ""),
            department,
            ", ".join(words("interests", interest) for interest in interests),
            words("kind", kind),
            since.isoformat(),
            words("state", state),
            words("tracking", "1" if measured else ""),
        )


_OF_A_READER = (*("address", "first_name", "language", "commune", "department", "interests", "kind", "subscribed_on"),)


def workbook(title: str, heading: Row, told: Iterable[Row]) -> Iterator[bytes]:
    """Yield a workbook in pieces; nothing in it computes, and its file goes with the last piece."""
    book = Workbook(write_only=True)
    sheet, left = None, 0
    for row in told:
        if sheet is None or not left:
            sheet, left = (
                book.create_sheet(title[:25] if sheet is None else f"{title[:25]} {len(book.sheetnames) + 1}"),
                ROWS,
            )
            sheet.append(list(heading))
        sheet.append([_cell(sheet, said) for said in row])
        left -= 1
    if sheet is None:
        book.create_sheet(title[:25]).append(list(heading))
    with TemporaryFile() as out:
        book.save(out)
        out.seek(0)
        while piece := out.read(65_536):
            yield piece


def _cell(sheet: object, said: str) -> object:
    text = ILLEGAL_CHARACTERS_RE.sub("", said)
    if harmless(text) == text:
        return text
    cell = WriteOnlyCell(sheet, value=text)
    # text, whatever it begins with, also after someone has edited it
    cell.data_type, cell.quotePrefix = "s", True
    return cell
