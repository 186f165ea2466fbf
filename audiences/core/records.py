"""A table of text as records, read in bounded memory: whatever its line ends, and however long a line is."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

BLOCK = 65_536
# So many signs may a line have, and over so many lines may a quoted cell run: more is a lost quotation mark.
LONGEST, SPAN = 65_536, 20


class BadRecord(StrEnum):
    """Why a line is no record."""

    TOO_LONG = "line_too_long"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one line, by its number in the file from 1; or why it has none."""

    number: int
    cells: Sequence[str]
    fault: BadRecord | None = None


def lines(text: IO[str]) -> Iterator[str | None]:
    """Yield the lines of a text opened with newline="", whatever they end with; None stands for one that is too long.

    Never more than two blocks are held, also of a file that is one line of gigabytes.
    """
    rest, skipping = "", False
    while block := text.read(BLOCK):
        block = rest + block
        # half of a line's end waits for its other half
        waits = "\r" if block.endswith("\r") else ""
        pieces = block.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rest = pieces.pop()
        if pieces and (skipping or len(pieces[0]) > LONGEST):
            pieces[0], skipping = None, False  # type: ignore[call-overload]
        yield from pieces
        if len(rest) > LONGEST:
            rest, skipping = "", True
        rest += waits
    if rest or skipping:
        yield None if skipping or len(rest) > LONGEST else rest.removesuffix("\r")


def records(found: Iterable[str | None], delimiter: str) -> Iterator[Record]:
    """Yield the records of these lines; empty ones are passed over, and a lost quotation mark costs its own line."""
    source = _Lines(found)
    opening = re.compile(rf'(?:^|{re.escape(delimiter)})"')
    for line in source:
        number = source.number
        if line is None:
            yield Record(number, (), BadRecord.TOO_LONG)
        elif '"' not in line or not opening.search(line):
            if line and not line.isspace():
                yield Record(number, line.split(delimiter))
        else:
            yield _quoted(line, number, source, delimiter)


class _Lines:
    """Lines that can be put back."""

    def __init__(self, found: Iterable[str | None]) -> None:
        self._found = iter(found)
        self._back: deque[str | None] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str | None]:
        return self

    def __next__(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._found)
        self.number += 1
        return line

    def put_back(self, taken: list[str | None]) -> None:
        self._back.extendleft(reversed(taken))
        self.number -= len(taken)


def _quoted(line: str, number: int, source: _Lines, delimiter: str) -> Record:
    whole, taken = line, list[str | None]()
    while whole.count('"') % 2 and len(taken) < SPAN and len(whole) <= LONGEST:
        more = next(source, None)
        if more is None:
            break
        taken.append(more)
        whole += "\n" + more
    try:
        if whole.count('"') % 2:
            raise csv.Error
        return Record(number, next(csv.reader([whole], delimiter=delimiter, strict=True)))
    except csv.Error:
        source.put_back(taken)
        return Record(number, (), BadRecord.QUOTE)
