"""A feed's file, opened with care: an archive of JSON papers or one paper, of which nothing is believed.

Nothing is ever unpacked to disk. What a paper may weigh, and all of them together, is counted while reading:
the sizes that an archive declares are its own words.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from enum import StrEnum
from typing import IO, Any

from newsletter.core.listing import Flaw

PAPER = 8_000_000
PAPER_OF_ALL = 64_000_000
TOGETHER = 1_500_000_000
PAPERS = 300_000
DEPTH = 60


class Trouble(StrEnum):
    """Why a whole file is not taken in; the sentences stand in newsletter/catalogue_words.py."""

    EMPTY = "empty"
    NEITHER = "neither"
    BROKEN = "broken"
    LOCKED = "locked"
    ESCAPES = "escapes"
    TOO_MANY = "too_many"
    BOMB = "bomb"
    NO_INDEX = "no_index"
    BAD_ENCODING = "bad_encoding"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    BAD_SHAPE = "bad_shape"


class BadFeed(ValueError):
    """A file that is no feed, or a hostile one: `trouble` says why, `name` which paper it is about."""

    def __init__(self, trouble: Trouble, name: str = "") -> None:
        super().__init__(f"{trouble.value} {name}".rstrip())
        self.trouble, self.name = trouble, name[:120]


class BadPaper(ValueError):
    """One paper that cannot be read; the others may be."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


class Archive:
    """The papers of a zip by their names, each read when it is asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            raise BadFeed(Trouble.BROKEN) from None
        found = [one for one in self._zip.infolist() if not one.is_dir()]
        if len(found) > PAPERS:
            raise BadFeed(Trouble.TOO_MANY)
        for one in found:
            if escapes(one.filename):
                raise BadFeed(Trouble.ESCAPES, one.filename)
            if one.flag_bits & 0x1:
                raise BadFeed(Trouble.LOCKED, one.filename)
        if sum(one.file_size for one in found) > TOGETHER:
            raise BadFeed(Trouble.BOMB)
        self._papers = {one.filename: one for one in found}
        self._below = {one.filename.partition("/")[2]: one.filename for one in found}
        self._read = 0

    @property
    def names(self) -> list[str]:
        return list(self._papers)

    def find(self, name: str) -> str | None:
        """Return the one paper of this name, at the top or one folder below: feeds are packed both ways."""
        return name if name in self._papers else self._below.get(name)

    def bytes_of(self, name: str, *, limit: int = PAPER) -> bytes:
        """Return the paper's bytes; raise BadPaper for one that is missing, broken or larger than it may be."""
        if name not in self._papers:
            raise BadPaper(Flaw.NOT_THERE)
        try:
            with self._zip.open(self._papers[name]) as paper:
                raw = paper.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
            raise BadPaper(Flaw.NOT_JSON) from None
        self._read += len(raw)
        if self._read > TOGETHER:
            raise BadFeed(Trouble.BOMB, name)
        if len(raw) > limit:
            raise BadPaper(Flaw.TOO_LARGE)
        return raw

    def json_of(self, name: str, *, limit: int = PAPER) -> Any:
        """Return what the paper says."""
        return parse(self.bytes_of(name, limit=limit))

    def needed(self, name: str, trouble: Trouble) -> Any:
        """Return what a paper says without which there is no feed; raise BadFeed, with the trouble if it is absent."""
        try:
            return self.json_of(name, limit=PAPER_OF_ALL)
        except BadPaper as wrong:
            raise BadFeed(TROUBLES.get(wrong.flaw, trouble), name) from None


TROUBLES: Mapping[Flaw, Trouble] = {
    Flaw.BAD_ENCODING: Trouble.BAD_ENCODING,
    Flaw.NOT_JSON: Trouble.NOT_JSON,
    Flaw.TOO_DEEP: Trouble.TOO_DEEP,
    Flaw.TOO_LARGE: Trouble.BOMB,
}


def escapes(name: str) -> bool:
    """Return whether a name leads out of its archive, or is none: `../x`, `/x`, `C:x`, `a\\b`."""
    return (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or bool(re.match(r"[A-Za-z]:", name))
        or ".." in name.split("/")
    )


def is_zip(file: IO[bytes]) -> bool:
    """Return whether the file begins as an archive does; one that holds nothing is none."""
    file.seek(0)
    begins = file.read(4)
    file.seek(0)
    if not begins:
        raise BadFeed(Trouble.EMPTY)
    return begins.startswith(b"PK")


def paper(file: IO[bytes]) -> Any:
    """Return what a single JSON file says; raise BadFeed."""
    file.seek(0)
    raw = file.read(PAPER_OF_ALL + 1)
    if len(raw) > PAPER_OF_ALL:
        raise BadFeed(Trouble.BOMB)
    try:
        return parse(raw)
    except BadPaper as wrong:
        trouble = TROUBLES[wrong.flaw]
        raise BadFeed(Trouble.NEITHER if trouble is Trouble.NOT_JSON else trouble) from None


def parse(raw: bytes) -> Any:
    """Return what JSON in UTF-8 says; raise BadPaper for anything else, and for what is nested without end."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPaper(Flaw.BAD_ENCODING) from None
    if "\0" in text:  # UTF-16 that happens to decode
        raise BadPaper(Flaw.BAD_ENCODING)
    if deeper_than(text, DEPTH):
        raise BadPaper(Flaw.TOO_DEEP)
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise BadPaper(Flaw.TOO_DEEP) from None
    except ValueError:
        raise BadPaper(Flaw.NOT_JSON) from None


_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def deeper_than(text: str, depth: int) -> bool:
    """Return whether brackets open more often within each other than that; those in a text do not count."""
    if text.count("[") + text.count("{") <= depth:
        return False
    now = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        now += 1 if bracket in "[{" else -1
        if now > depth:
            return True
    return False


def _refuse(constant: str) -> None:
    raise ValueError(constant)
