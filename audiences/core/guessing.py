"""What a file of readers is, guessed from itself: its writing, its delimiter, and what its columns mean."""

import codecs
import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import islice
from typing import IO

from charset_normalizer import from_bytes

from audiences.core.records import Record, lines, records
from newsletter.core.roster import plain

SAMPLE = 65_536
SHOWN = 200  # records looked at for a guess
DELIMITERS = (";", ",", "\t", "|")
# Where a text is not Unicode: Windows, an old Macintosh, or DOS, as their spreadsheets save it.
WRITINGS = ("cp1252", "mac_roman", "cp850")
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *WRITINGS)
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS are zip archives; the old XLS is not
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF", b"BM", b"II*\x00", b"MM\x00*", b"\x1f\x8b", b"7z")


class NoTable(StrEnum):
    """Why a file as a whole is refused."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_TABLE = "not_a_table"
    LINE_TOO_LONG = "line_too_long"
    NO_ADDRESS = "no_address"
    WORKBOOK = "workbook"
    BOMB = "bomb"
    GONE = "gone"


class BadFile(ValueError):
    """This file is not taken; the code says why."""

    def __init__(self, code: NoTable) -> None:
        super().__init__(code.value)
        self.code = code


class Column(StrEnum):
    """What a column of a file of readers may say."""

    ADDRESS = "address"
    FIRST_NAME = "first_name"
    LANGUAGE = "language"
    POSTCODE = "postcode"
    COMMUNE = "commune"
    INTERESTS = "interests"
    KIND = "kind"
    CONSENT_DATE = "consent_date"
    TRACKING = "tracking"


_NAMES: dict[Column, str] = {
    Column.ADDRESS: "email|e mail|mail|courriel|adresse e mail|adresse email|adresse mail|email address|address|adresse"
    "|adresse courriel|adresse electronique|e mail address",
    Column.FIRST_NAME: "prenom|first name|firstname|fname|given name|first_name|prenoms",
    Column.LANGUAGE: "langue|language|lang|locale|langue de la lettre",
    Column.POSTCODE: "code postal|cp|postcode|zip|zip code|postal code|codepostal|code_postal|code insee|insee",
    Column.COMMUNE: "commune|ville|city|town|localite|municipalite",
    Column.INTERESTS: "interets|interests|centres d interet|themes|tags|gouts|centre d interet|interet",
    Column.KIND: "type|kind|type de client|customer kind|profil|categorie|type de lecteur",
    Column.CONSENT_DATE: "date de consentement|consent date|date du consentement|date d inscription|date inscription"
    "|inscrit le|optin time|confirm time|subscribed at|subscription date|date|signup date|opt in date|date optin"
    "|added time|created at",
    Column.TRACKING: "mesure|tracking|suivi|consentement mesure|tracking consent|mesure acceptee",
}
MEANINGS = {plain(name): column for column, names in _NAMES.items() for name in names.split("|")}


def is_packed(head: bytes) -> bool:
    """Return whether a file that begins so may be a workbook."""
    return head.startswith(_PACKED)


def encoding(file: IO[bytes]) -> str:
    """Return how a text is written, having read it through once in small pieces; BadFile for what is no text."""
    head = file.read(SAMPLE)
    if not head:
        raise BadFile(NoTable.EMPTY)
    if head.startswith(_PICTURES):
        raise BadFile(NoTable.NOT_A_TABLE)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) > len(head) / 5:
        return _sixteen(head)
    # what a text never has: more than a few signs that command a terminal
    if sum(head.count(bytes([sign])) for sign in range(32) if sign not in b"\t\n\r\x0b\x0c\x1a\x1c\x1d\x1e\x1f") > 64:
        raise BadFile(NoTable.NOT_A_TABLE)
    return _eight(head, file)


def delimiter(sample: Sequence[str]) -> str:
    """Return what parts the cells: the sign by which most lines have the same number of cells, and most of them."""

    def worth(sign: str) -> tuple[float, int]:
        counts = [len(record.cells) for record in records(sample, sign) if record.fault is None]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0), usual

    return max(DELIMITERS, key=worth)


def sample(text: IO[str]) -> list[str]:
    """Return the first lines of a text; BadFile where one has no end."""
    found = list(islice(lines(text), SHOWN))
    if found and found[0] is None:
        raise BadFile(NoTable.LINE_TOO_LONG)
    kept = [line for line in found if line is not None]
    if not any(line.strip() for line in kept):
        raise BadFile(NoTable.EMPTY)
    return kept


def has_heading(first: Record) -> bool:
    """Return whether the first record names columns: a line of a reader holds an address."""
    return not any("@" in cell for cell in first.cells)


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[Column, int]:
    """Return which column says what: by its name, and the address by what stands in it. The first of two wins."""
    found: dict[Column, int] = {}
    for position, name in enumerate(heading):
        meaning = MEANINGS.get(plain(name))
        if meaning is not None:
            found.setdefault(meaning, position)
    width = max((len(row) for row in rows), default=0)
    counts = [sum(len(row) > at and "@" in row[at] for row in rows) for at in range(width)]
    if not any(counts):
        raise BadFile(NoTable.NO_ADDRESS)
    told = found.get(Column.ADDRESS)
    if told is None or told >= width or not counts[told]:
        best = counts.index(max(counts))
        found = {meaning: at for meaning, at in found.items() if at != best} | {Column.ADDRESS: best}
    return found


def _sixteen(head: bytes) -> str:
    """Return the kind of UTF-16 that says nothing of itself: the NUL bytes of its plain letters stand on one side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    side = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = codecs.getincrementaldecoder(side)("strict").decode(head)
    except UnicodeDecodeError:
        raise BadFile(NoTable.NOT_A_TABLE) from None
    if min(even, odd) or re.search(r"[\x00-\x08\x0e-\x1a]", text):
        raise BadFile(NoTable.NOT_A_TABLE)
    return side


def _eight(head: bytes, file: IO[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    piece, strange = head, bytearray()
    try:
        while piece:
            decoder.decode(piece)
            piece = file.read(SAMPLE)
        decoder.decode(b"", final=True)
        return "utf-8-sig"
    except UnicodeDecodeError as wrong:
        # what follows the first strange sign tells most: a file may be plain for a thousand lines
        strange += piece[max(0, wrong.start - 100) :] if wrong.start < len(piece) else piece
    strange += file.read(SAMPLE)
    telling = b"\n".join(line for line in bytes(strange).splitlines() if not line.isascii())[:SAMPLE]
    best = from_bytes(telling, cp_isolation=list(WRITINGS)).best()
    return best.encoding if best is not None and best.encoding in WRITINGS else WRITINGS[0]
