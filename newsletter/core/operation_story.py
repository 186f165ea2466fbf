"""What the file of an operation says: its brief, what partners think of it, and what members have answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from newsletter.core.consultation import DestinationKind, Opinion, PartnerKind
from newsletter.core.interests import Access, Category, Interest, PriceUnit, Public
from newsletter.core.operation import Wanted
from newsletter.core.quotas import By
from newsletter.core.review import OfferState
from newsletter.core.rows import Line
from newsletter.core.story import line_of, list_of, section_of, toml_of


@dataclass(frozen=True)
class WantedRow:
    """What is wanted; a commune by the name that the file gives it."""

    line: Line
    wish: Wanted


@dataclass(frozen=True)
class PartnerRow:
    """A partner with the opinion that they gave of the whole, if they did."""

    name: str
    kind: PartnerKind
    email: str
    opinion: Opinion | None
    words: str


@dataclass(frozen=True)
class RemarkRow:
    """What a partner said of a line, and the board's answer."""

    line: Line
    partner: str
    said_of: str
    opinion: Opinion
    words: str
    answer: str


@dataclass(frozen=True)
class DestinationRow:
    line: Line
    partner: str
    kind: DestinationKind
    title: str
    text: str
    where: str
    first: date
    last: date
    accepted: bool


@dataclass(frozen=True)
class AnswerRow:
    """What a member answered: an offer, or a « not this time »."""

    line: Line
    member: str
    declined: bool
    title: str
    text: str
    price: Decimal | None
    unit: PriceUnit | None
    interests: tuple[Interest, ...]
    publics: tuple[Public, ...]
    access: tuple[Access, ...]
    booking_phone: str
    state: OfferState


@dataclass(frozen=True)
class OperationFile:
    theme: str
    brief: str
    valid_from: date
    valid_until: date
    closes_on: date
    editions: tuple[tuple[date, int], ...]
    wanted: tuple[WantedRow, ...]
    partners: tuple[PartnerRow, ...]
    remarks: tuple[RemarkRow, ...]
    destination: tuple[DestinationRow, ...]
    answers: tuple[AnswerRow, ...]


def operation(text: str, file: str, *, today: date) -> OperationFile:
    """Return the operation of a file; the first bad line stops it."""
    table = toml_of(text, file)
    head = section_of(table, text, file)

    def rows(name: str) -> Iterator[Line]:
        return _rows(table, text, file, name)

    return OperationFile(
        theme=head.text("theme", longest=100, needed=True),
        brief=head.text("brief", longest=4000),
        valid_from=_day(head, "valid_from", today),
        valid_until=_day(head, "valid_until", today),
        closes_on=_day(head, "closes_on", today),
        editions=tuple((_day(row, "send_on", today), _number(row, "places") or 1) for row in rows("editions")),
        wanted=tuple(map(_wanted, rows("wanted"))),
        partners=tuple(map(_partner, rows("partners"))),
        remarks=tuple(map(_remark, rows("remarks"))),
        destination=tuple(_destination(row, today) for row in rows("destination")),
        answers=tuple(map(_answer, rows("answers"))),
    )


def _rows(table: Mapping[str, Any], text: str, file: str, name: str) -> Iterator[Line]:
    for one in list_of(table.get(name, []), file, name):
        yield line_of(one, text, file)


def _wanted(row: Line) -> WantedRow:
    """Return a category that is wanted, or the commune that the line names instead."""
    commune = row.text("commune", longest=60)
    key = commune or row.one_of("category", Category).value
    wish = Wanted(key, _number(row, "at_least") or 0, _number(row, "at_most"), By.COMMUNE if commune else By.CATEGORY)
    return WantedRow(row, wish)


def _partner(row: Line) -> PartnerRow:
    return PartnerRow(
        name=row.text("name", longest=120, needed=True),
        kind=row.one_of("kind", PartnerKind),
        email=row.email("email", needed=True),
        opinion=row.one_of("opinion", Opinion) if row.text("opinion", longest=8) else None,
        words=row.text("words", longest=2000),
    )


def _remark(row: Line) -> RemarkRow:
    return RemarkRow(
        line=row,
        partner=row.text("partner", longest=120, needed=True),
        said_of=row.text("line", longest=4000, needed=True),
        opinion=row.one_of("opinion", Opinion),
        words=row.text("words", longest=2000, needed=True),
        answer=row.text("answer", longest=2000),
    )


def _destination(row: Line, today: date) -> DestinationRow:
    return DestinationRow(
        line=row,
        partner=row.text("partner", longest=120, needed=True),
        kind=row.one_of("kind", DestinationKind),
        title=row.text("title", longest=100, needed=True),
        text=row.text("text", longest=400),
        where=row.text("where", longest=100),
        first=_day(row, "first", today),
        last=_day(row, "last", today),
        accepted=row.text("accepted", longest=3) == "yes",
    )


def _answer(row: Line) -> AnswerRow:
    declined = row.text("declined", longest=3) == "yes"
    return AnswerRow(
        line=row,
        member=row.text("member", longest=120, needed=True),
        declined=declined,
        title=row.text("title", longest=80, needed=not declined),
        text=row.text("text", longest=600, needed=not declined),
        price=row.amount("price"),
        interests=row.some_of("interests", Interest),
        publics=row.some_of("public", Public),
        access=row.some_of("access", Access),
        booking_phone=row.text("booking_phone", longest=24),
        unit=row.one_of("unit", PriceUnit) if row.text("unit", longest=12) else None,
        state=row.one_of("state", OfferState, otherwise=OfferState.SUBMITTED),
    )


def _day(row: Line, name: str, today: date) -> date:
    day = row.day(name, today=today, needed=True)
    assert day is not None
    return day


def _number(row: Line, name: str) -> int | None:
    amount = row.amount(name)
    return None if amount is None else int(amount)
