"""A CSV that spreadsheets open as it was meant: with its accents, its columns, and no cell that computes."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the beginning of a formula, in the wide forms of Asian keyboards too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return the table in UTF-8 that says so, separated by `;` as French spreadsheets want it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in heading])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: str | int) -> str | int:
    """Return the cell so that no spreadsheet computes it: a text that begins like a formula is marked as text."""
    if isinstance(cell, int):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
