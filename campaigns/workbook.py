"""Tables as a workbook for spreadsheets, in which nothing computes: what people typed stays text."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# A column as wide as its longest word, within reason.
NARROW, WIDE = 12, 60


@dataclass(frozen=True)
class Table:
    """A table of a report: for its page, a CSV and a workbook alike."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    # so many columns say what a line is about; the rest counts
    words: int = 1


def write(tables: Iterable[Table]) -> bytes:
    """Return the workbook, a sheet for each table."""
    book = Workbook()
    book.remove(book.active)
    for table in tables:
        # no sign that a sheet's name may not have stands in our titles; their length is the program's limit
        sheet = book.create_sheet(table.title[:31])
        for number, row in enumerate([table.heading, *table.rows], start=1):
            for column, said in enumerate(row, start=1):
                cell = sheet.cell(number, column)
                if isinstance(said, int):
                    cell.value = said
                    continue
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", said)
                # text, whatever it begins with, also after someone has edited it
                cell.data_type, cell.quotePrefix = "s", True
                if number == 1:
                    cell.font = Font(bold=True)
        for column in range(1, len(table.heading) + 1):
            longest = max(len(str(row[column - 1])) for row in [table.heading, *table.rows])
            sheet.column_dimensions[get_column_letter(column)].width = min(max(NARROW, longest + 2), WIDE)
        sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
