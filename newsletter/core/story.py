"""What the files of a story say: the association, its members, their offers, the editions."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from newsletter.core import legal
from newsletter.core.interests import Access, Category, Interest, PriceKind, PriceUnit, Public
from newsletter.core.review import OfferState
from newsletter.core.rows import BadLine, Fault, Line, read

NEEDED_OF_MEMBER = ("name", "category", "commune", "joined_on")
OF_MEMBER = (*NEEDED_OF_MEMBER, "postcode", "email", "phone", "website", "person", "person_email")
NEEDED_OF_OFFER = ("member", "title")
OF_OFFER = (
    *NEEDED_OF_OFFER,
    *("text", "price_kind", "price", "price_unit", "valid_from", "valid_until"),
    *("picture", "picture_alt", "focus", "link", "interests", "public", "access", "booking_phone", "stock"),
    *("price_was", "price_lowest", "title_en", "text_en", "state", "comment"),
)


class StoryFault(StrEnum):
    """What can be wrong with a line of the story."""

    NO_UNIT = "no_unit"
    PRICE_UNASKED = "price_unasked"
    NO_COMMENT = "no_comment"
    NO_WAY_THERE = "no_way_there"
    BAD_NAME = "bad_name"
    UNKNOWN_COMMUNE = "unknown_commune"
    MANY_COMMUNES = "many_communes"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_OFFER = "unknown_offer"
    NO_PICTURE = "no_picture"
    BAD_PICTURE = "bad_picture"
    BAD_FOCUS = "bad_focus"
    STRUCK = "struck"
    INCOMPLETE = "incomplete"
    NO_BOARD = "no_board"
    NOT_PLACED = "not_placed"


@dataclass(frozen=True)
class MemberRow:
    line: Line
    name: str
    category: Category
    commune: str
    email: str
    phone: str
    website: str
    joined_on: date
    person: str
    person_email: str


@dataclass(frozen=True)
class OfferRow:
    """An offer and how far its file walks it: `state` is where it ends, `comment` what the board says."""

    line: Line
    member: str
    title: str
    text: str
    price_kind: PriceKind
    price: Decimal | None
    price_unit: PriceUnit | None
    valid_from: date | None
    valid_until: date | None
    picture: str
    picture_alt: str
    focus: tuple[int, int]
    link: str
    interests: tuple[Interest, ...]
    publics: tuple[Public, ...]
    access: tuple[Access, ...]
    booking_phone: str
    stock: int | None
    price_was: Decimal | None
    price_lowest: Decimal | None
    title_en: str
    text_en: str
    state: OfferState
    comment: str


@dataclass(frozen=True)
class Seat:
    """A person of the board."""

    name: str
    email: str


@dataclass(frozen=True)
class AssociationFile:
    line: Line
    name: str
    postal_address: str
    contact_email: str
    website: str
    newsletter: str
    slug: str
    tagline: str
    sender_name: str
    sender_email: str
    reply_to: str
    board: tuple[Seat, ...]


@dataclass(frozen=True)
class Reference:
    """An offer as an edition names it, and the line that does."""

    line: Line
    member: str
    title: str


@dataclass(frozen=True)
class EditionFile:
    line: Line
    title: str
    subject: str
    preheader: str
    editorial: str
    language: str
    planned_on: date
    offers: tuple[Reference, ...]


def members(text: str, file: str, *, today: date) -> Iterator[MemberRow]:
    """Yield the members of a file; the first bad line stops it."""
    seen: set[str] = set()
    for line in read(text, file, needed=NEEDED_OF_MEMBER, known=OF_MEMBER):
        name = line.text("name", longest=120, needed=True)
        if name in seen:
            raise line.wrong(Fault.TWICE, "name")
        seen.add(name)
        joined_on = line.day("joined_on", today=today, needed=True)
        assert joined_on is not None
        yield MemberRow(
            line=line,
            name=name,
            category=line.one_of("category", Category),
            commune=_commune(line),
            email=line.email("email"),
            phone=line.text("phone", longest=24),
            website=line.link("website"),
            joined_on=joined_on,
            person=line.text("person", longest=120),
            person_email=line.email("person_email"),
        )


def offers(text: str, file: str, *, today: date) -> Iterator[OfferRow]:
    """Yield the offers of a file; the first bad line stops it."""
    seen: set[tuple[str, str]] = set()
    for line in read(text, file, needed=NEEDED_OF_OFFER, known=OF_OFFER):
        row = _offer(line, today)
        if (row.member, row.title) in seen:
            raise line.wrong(Fault.TWICE, "title")
        seen.add((row.member, row.title))
        yield row


def association(text: str, file: str) -> AssociationFile:
    """Return the association, its newsletter and its board."""
    table = toml_of(text, file)
    line = section_of(table, text, file)
    letter = section_of(table.get("newsletter"), text, file, "[newsletter]")
    slug = letter.text("slug", longest=60, needed=True)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise letter.wrong(StoryFault.BAD_NAME, "slug")
    seats = [line_of(seat, text, file) for seat in list_of(table.get("board", []), file, "board")]
    return AssociationFile(
        line=line,
        name=line.text("name", longest=120, needed=True),
        postal_address=line.text("postal_address", longest=240, needed=True),
        contact_email=line.email("contact_email", needed=True),
        website=line.link("website"),
        newsletter=letter.text("name", longest=120, needed=True),
        slug=slug,
        tagline=letter.text("tagline", longest=200),
        sender_name=letter.text("sender_name", longest=80, needed=True),
        sender_email=letter.email("sender_email", needed=True),
        reply_to=letter.email("reply_to"),
        board=tuple(Seat(seat.text("name", longest=120), seat.email("email", needed=True)) for seat in seats),
    )


def edition(text: str, file: str, *, today: date) -> EditionFile:
    """Return an edition and its offers in their order."""
    table = toml_of(text, file)
    line = section_of(table, text, file)
    references = [line_of(offer, text, file) for offer in list_of(table.get("offers", []), file, "offers")]
    planned_on = line.day("planned_on", today=today, needed=True)
    assert planned_on is not None
    return EditionFile(
        line=line,
        title=line.text("title", longest=100, needed=True),
        subject=line.text("subject", longest=150),
        preheader=line.text("preheader", longest=200),
        editorial=line.text("editorial", longest=8000),
        language=line.text("language", longest=5) or "fr",
        planned_on=planned_on,
        offers=tuple(
            Reference(
                offer, offer.text("member", longest=120, needed=True), offer.text("title", longest=80, needed=True)
            )
            for offer in references
        ),
    )


def _commune(line: Line) -> str:
    """Return what names the commune, with the postcode that tells it from its namesakes."""
    name = line.text("commune", longest=60, needed=True)
    return f"{name} {line.text('postcode', longest=5)}".strip()


def _offer(line: Line, today: date) -> OfferRow:
    price_kind = line.one_of("price_kind", PriceKind, otherwise=PriceKind.ON_REQUEST)
    price = line.amount("price")
    price_unit = line.one_of("price_unit", PriceUnit) if line.text("price_unit", longest=20) else None
    if price is not None and price_kind not in (PriceKind.FIXED, PriceKind.FROM):
        raise line.wrong(StoryFault.PRICE_UNASKED, "price")
    if price is not None and price_unit is None:
        raise line.wrong(StoryFault.NO_UNIT, "price_unit")
    price_was, price_lowest = line.amount("price_was"), line.amount("price_lowest")
    if legal.struck_fault(price_kind, price, price_was, price_lowest):
        raise line.wrong(StoryFault.STRUCK, "price_was")
    valid_from, valid_until = line.day("valid_from", today=today), line.day("valid_until", today=today)
    if valid_from and valid_until and valid_until < valid_from:
        raise line.wrong(Fault.BACKWARDS, "valid_until")
    picture = line.text("picture", longest=100)
    if picture and (picture.startswith(".") or re.search(r"[/\\:\0]", picture)):
        raise line.wrong(StoryFault.BAD_NAME, "picture")
    state = line.one_of("state", OfferState, otherwise=OfferState.DRAFT)
    if state in (OfferState.WITHDRAWN, OfferState.EXPIRED):
        raise line.wrong(StoryFault.NO_WAY_THERE, "state")
    comment = line.text("comment", longest=1000)
    if state in (OfferState.CHANGES_REQUESTED, OfferState.DECLINED) and not comment:
        raise line.wrong(StoryFault.NO_COMMENT, "comment")
    return OfferRow(
        line=line,
        member=line.text("member", longest=120, needed=True),
        title=line.text("title", longest=80, needed=True),
        text=line.text("text", longest=600),
        price_kind=price_kind,
        price=price,
        price_unit=price_unit,
        valid_from=valid_from,
        valid_until=valid_until,
        picture=picture,
        picture_alt=line.text("picture_alt", longest=120),
        focus=_focus(line),
        link=line.link("link", longest=400),
        interests=line.some_of("interests", Interest),
        publics=line.some_of("public", Public),
        access=line.some_of("access", Access),
        booking_phone=line.text("booking_phone", longest=24),
        stock=None if (stock := line.amount("stock")) is None else int(stock),
        price_was=price_was,
        price_lowest=price_lowest,
        title_en=line.text("title_en", longest=80),
        text_en=line.text("text_en", longest=600),
        state=state,
        comment=comment,
    )


def _focus(line: Line) -> tuple[int, int]:
    """Return what must stay in sight of the picture, in hundredths from its left and upper edge; `50|40` if unsaid."""
    said = line.text("focus", longest=7) or "50|40"
    if not (found := re.fullmatch(r"(\d{1,3})\|(\d{1,3})", said)) or max(map(int, found.groups())) > 100:
        raise line.wrong(StoryFault.BAD_FOCUS, "focus")
    return int(found[1]), int(found[2])


def toml_of(text: str, file: str) -> dict[str, Any]:
    """Return what a TOML file holds."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        raise BadLine(file, int(found[1]) if found else text.count("\n") + 1, Fault.NOT_TOML) from None


def list_of(value: object, file: str, name: str) -> Sequence[object]:
    """Return the tables under a name."""
    if not isinstance(value, list):
        raise BadLine(file, 1, Fault.BAD_SHAPE, name)
    return value


def line_of(value: object, text: str, file: str) -> Line:
    """Return a table that stands on one line, and where: where its rarest word is first written."""
    cells = _cells(value, text, file)
    rarest = min(cells.values(), key=text.count, default="")
    return Line(file, _number(text, max(text.find(rarest), 0)), cells)


def section_of(value: object, text: str, file: str, heading: str = "") -> Line:
    """Return a table whose words have a line each, below its heading."""
    cells = _cells(value, text, file)
    start = max(text.find(heading), 0)
    found = {name: re.compile(rf"^\s*{re.escape(name)}\s*=", re.MULTILINE).search(text, start) for name in cells}
    return Line(
        file, _number(text, start), cells, {name: _number(text, key.end()) for name, key in found.items() if key}
    )


def _cells(value: object, text: str, file: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise BadLine(file, 1, Fault.BAD_SHAPE)
    cells = {}
    for name, cell in value.items():
        if isinstance(cell, date):
            cells[name] = cell.isoformat()
        elif isinstance(cell, str):
            cells[name] = cell
        elif not isinstance(cell, list | dict):
            raise BadLine(file, _number(text, max(text.find(name), 0)), Fault.BAD_SHAPE, name)
    return cells


def _number(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
