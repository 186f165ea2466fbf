"""People's own files, line by line: what stands in a cell, or which line is wrong and why."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from newsletter.core import season

Word = TypeVar("Word", bound=StrEnum)


class Fault(StrEnum):
    """What can be wrong with a line of any file; the sentences stand in newsletter/story_words.py."""

    NOT_UTF8 = "not_utf8"
    NOT_CSV = "not_csv"
    NOT_TOML = "not_toml"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_FEW_CELLS = "too_few_cells"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_WORD = "unknown_word"
    BAD_DAY = "bad_day"
    BACKWARDS = "backwards"
    BAD_AMOUNT = "bad_amount"
    BAD_EMAIL = "bad_email"
    BAD_LINK = "bad_link"
    BAD_SHAPE = "bad_shape"
    TWICE = "twice"


class BadLine(ValueError):
    """One line of a file that cannot be taken in: which, why, and the particulars for its sentence."""

    def __init__(self, file: str, number: int, fault: StrEnum, column: str = "", value: str = "") -> None:
        super().__init__(f"{file}, line {number}: {fault.value} {column} {value}".rstrip())
        self.file, self.number, self.fault = file, number, fault
        self.column, self.value = column, value


@dataclass(frozen=True)
class Line:
    """One line of a file, by the names of its columns; `lines` says where a column has a line of its own."""

    file: str
    number: int
    cells: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)

    def wrong(self, fault: StrEnum, column: str = "", value: str | None = None) -> BadLine:
        """Return the refusal of this line, ready to be raised."""
        number = self.lines.get(column, self.number)
        return BadLine(self.file, number, fault, column, self.cells.get(column, "") if value is None else value)

    def text(self, column: str, *, longest: int, needed: bool = False) -> str:
        text = self.cells.get(column, "").strip()
        if needed and not text:
            raise self.wrong(Fault.EMPTY, column)
        if len(text) > longest:
            raise self.wrong(Fault.TOO_LONG, column, f"{len(text)} > {longest}")
        return text

    def one_of(self, column: str, words: type[Word], *, otherwise: Word | None = None) -> Word:
        """Return the word in the cell; where it is empty, the usual one, if there is one."""
        said = self.cells.get(column, "").strip().lower()
        if not said and otherwise is not None:
            return otherwise
        if said not in [word.value for word in words]:
            raise self.wrong(Fault.UNKNOWN_WORD if said else Fault.EMPTY, column)
        return words(said)

    def some_of(self, column: str, words: type[Word]) -> tuple[Word, ...]:
        """Return the words in the cell, separated by `|`, once each."""
        said = [word.strip().lower() for word in self.cells.get(column, "").split("|") if word.strip()]
        for word in said:
            if word not in [known.value for known in words]:
                raise self.wrong(Fault.UNKNOWN_WORD, column, word)
        return tuple(words(word) for word in dict.fromkeys(said))

    def yes(self, column: str) -> bool:
        """Return whether the cell says yes; silence is no."""
        said = self.cells.get(column, "").strip().lower()
        if said not in ("yes", "no", "oui", "non", "1", "0", "true", "false", ""):
            raise self.wrong(Fault.UNKNOWN_WORD, column)
        return said in ("yes", "oui", "1", "true")

    def day(self, column: str, *, today: date, needed: bool = False) -> date | None:
        """Return the day in the cell, counted from today or the feasts where it says so."""
        words = self.text(column, longest=40, needed=needed)
        if not words:
            return None
        try:
            return season.day(words, today=today)
        except season.BadDay:
            raise self.wrong(Fault.BAD_DAY, column) from None

    def amount(self, column: str) -> Decimal | None:
        words = self.text(column, longest=12).replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
        try:
            amount = Decimal(words) if words else None
        except InvalidOperation:
            raise self.wrong(Fault.BAD_AMOUNT, column) from None
        if amount is not None and (not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", words)):
            raise self.wrong(Fault.BAD_AMOUNT, column)
        return amount

    def email(self, column: str, *, needed: bool = False) -> str:
        address = self.text(column, longest=254, needed=needed)
        if address and not re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>.]+(\.[^@\s<>.]+)+", address):
            raise self.wrong(Fault.BAD_EMAIL, column)
        return address

    def link(self, column: str, *, longest: int = 200) -> str:
        link = self.text(column, longest=longest)
        try:
            parts = urlsplit(link)
            sound = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
        except ValueError:
            sound = False
        if link and (not sound or re.search(r"[\s<>\"]", link)):
            raise self.wrong(Fault.BAD_LINK, column)
        return link


def decode(raw: bytes, file: str) -> str:
    """Return the text of a file as spreadsheets write it; refuse the line that is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadLine(file, raw.count(b"\n", 0, wrong.start) + 1, Fault.NOT_UTF8) from None


def read(text: str, file: str, *, needed: Sequence[str], known: Sequence[str]) -> Iterator[Line]:
    """Yield the lines below the heading, separated by `,` or `;`; empty ones are passed over."""
    heading = text.split("\n", 1)[0]
    separator = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + 1
            if not columns:
                columns = _columns(cells, file, needed, known)
            elif any(cell.strip() for cell in cells):
                yield _line(cells, columns, file, number)
    except csv.Error:
        raise BadLine(file, begins, Fault.NOT_CSV) from None
    if not columns:
        raise BadLine(file, 1, Fault.COLUMN_MISSING, ", ".join(needed))


def _columns(cells: Sequence[str], file: str, needed: Sequence[str], known: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    for column in needed:
        if column not in columns:
            raise BadLine(file, 1, Fault.COLUMN_MISSING, column)
    for column in columns:
        # a column with a typing error would be lost in silence
        if column not in known:
            raise BadLine(file, 1, Fault.COLUMN_UNKNOWN, column)
        if columns.count(column) > 1:
            raise BadLine(file, 1, Fault.TWICE, column)
    return columns


def _line(cells: Sequence[str], columns: Sequence[str], file: str, number: int) -> Line:
    if len(cells) != len(columns):
        fault = Fault.TOO_MANY_CELLS if len(cells) > len(columns) else Fault.TOO_FEW_CELLS
        raise BadLine(file, number, fault, value=f"{len(cells)} / {len(columns)}")
    return Line(file, number, dict(zip(columns, cells, strict=True)))
