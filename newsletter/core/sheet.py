"""A CSV that spreadsheets open as it was meant: with its accents, its columns, and no cell that computes."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

PIECE = 65_536
# What a spreadsheet takes for the beginning of a formula, in the wide forms of Asian keyboards too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return the table in UTF-8 that says so, separated by `;` as French spreadsheets want it."""
    return b"".join(stream(heading, rows))


def stream(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[bytes]:
    """Yield the same in pieces, however many rows there are."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in heading])
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        if out.tell() > PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def harmless(cell: str | int) -> str | int:
    """Return the cell so that no spreadsheet computes it: a text that begins like a formula is marked as text."""
    if isinstance(cell, int):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
