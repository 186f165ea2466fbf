"""A file of readers, line by line: nobody is in it without saying where their consent comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audiences.core.address import BadAddress, parse
from audiences.core.consent import CustomerKind
from newsletter.core.interests import Interest
from newsletter.core.rows import Line, read

NEEDED = ("address", "consent_source", "consent_date")
KNOWN = (*NEEDED, "first_name", "language", "postcode", "commune", "interests", "kind", "tracking")


class ReaderFault(StrEnum):
    """What can be wrong with a line of a file of readers."""

    BAD_ADDRESS = "bad_address"
    NO_CONSENT = "no_consent"
    CONSENT_IN_FUTURE = "consent_in_future"


class Language(StrEnum):
    """What the letter can be asked in."""

    FRENCH = "fr"
    ENGLISH = "en"


@dataclass(frozen=True)
class ReaderRow:
    line: Line
    address: str
    first_name: str
    language: str
    commune: str
    interests: tuple[Interest, ...]
    kind: CustomerKind
    tracking: bool
    consent_source: str
    consent_date: date


def readers(text: str, file: str, *, today: date) -> Iterator[ReaderRow]:
    """Yield the readers of a file; the first bad line stops it."""
    for line in read(text, file, needed=NEEDED, known=KNOWN):
        yield _reader(line, today)


def _reader(line: Line, today: date) -> ReaderRow:
    address = line.text("address", longest=320, needed=True)
    try:
        parse(address)
    except BadAddress as wrong:
        raise line.wrong(ReaderFault.BAD_ADDRESS, "address") from wrong
    source = line.text("consent_source", longest=200)
    if not source:
        raise line.wrong(ReaderFault.NO_CONSENT, "consent_source", address)
    given = line.day("consent_date", today=today, needed=True)
    assert given is not None
    if given > today:
        raise line.wrong(ReaderFault.CONSENT_IN_FUTURE, "consent_date")
    return ReaderRow(
        line=line,
        address=address,
        first_name=line.text("first_name", longest=60),
        language=line.one_of("language", Language, otherwise=Language.FRENCH).value,
        commune=f"{line.text('commune', longest=60)} {line.text('postcode', longest=5)}".strip(),
        interests=line.some_of("interests", Interest),
        kind=line.one_of("kind", CustomerKind, otherwise=CustomerKind.DIRECT),
        tracking=line.yes("tracking"),
        consent_source=source,
        consent_date=given,
    )
