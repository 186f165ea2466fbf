"""The files of a story: each kind of bad line is refused with its number."""

from datetime import date
from enum import StrEnum

import pytest

from newsletter.core import story
from newsletter.core.interests import Access, Public
from newsletter.core.review import OfferState
from newsletter.core.rows import BadLine, Fault
from newsletter.core.story import StoryFault

TODAY = date(2026, 11, 23)

MEMBER = {"name": "Mas", "category": "lodging", "commune": "Paradou", "joined_on": "2020-01-01"}
OFFER = {"member": "Mas", "title": "Noël"}


def csv(*lines: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for line in lines for name in line))
    rows = [columns, *([line.get(name, "") for name in columns] for line in lines)]
    return "\n".join(",".join(row) for row in rows)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, Fault.EMPTY),
        ({"name": "M" * 121}, Fault.TOO_LONG),
        ({"category": "hotel"}, Fault.UNKNOWN_WORD),
        ({"commune": ""}, Fault.EMPTY),
        ({"joined_on": "hier"}, Fault.BAD_DAY),
        ({"email": "bonjour"}, Fault.BAD_EMAIL),
        ({"website": "mas.example"}, Fault.BAD_LINK),
        ({"person_email": "Hélène"}, Fault.BAD_EMAIL),
        ({"name": "Mas"}, Fault.TWICE),
    ],
)
def test_a_bad_member_is_refused_by_its_line(change: dict[str, str], fault: StrEnum) -> None:
    text = csv(MEMBER, {**MEMBER, "name": "Moulin", **change})

    with pytest.raises(BadLine) as caught:
        list(story.members(text, "members.csv", today=TODAY))

    assert (caught.value.file, caught.value.number, caught.value.fault) == ("members.csv", 3, fault)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"member": ""}, Fault.EMPTY),
        ({"title": ""}, Fault.EMPTY),
        ({"title": "N" * 81}, Fault.TOO_LONG),
        ({"text": "N" * 601}, Fault.TOO_LONG),
        ({"price_kind": "cheap"}, Fault.UNKNOWN_WORD),
        ({"price_kind": "fixed", "price": "vingt"}, Fault.BAD_AMOUNT),
        ({"price_kind": "fixed", "price": "20"}, StoryFault.NO_UNIT),
        ({"price_kind": "fixed", "price": "20", "price_unit": "kilo"}, Fault.UNKNOWN_WORD),
        ({"price_kind": "free", "price": "20", "price_unit": "person"}, StoryFault.PRICE_UNASKED),
        ({"valid_from": "bientôt"}, Fault.BAD_DAY),
        ({"valid_from": "feasts", "valid_until": "feasts-3"}, Fault.BACKWARDS),
        ({"picture": "../../etc/passwd"}, StoryFault.BAD_NAME),
        ({"link": "mas.example"}, Fault.BAD_LINK),
        ({"interests": "table|ski"}, Fault.UNKNOWN_WORD),
        ({"public": "family|cats"}, Fault.UNKNOWN_WORD),
        ({"access": "lift"}, Fault.UNKNOWN_WORD),
        ({"focus": "left"}, StoryFault.BAD_FOCUS),
        ({"focus": "101|20"}, StoryFault.BAD_FOCUS),
        ({"price_kind": "fixed", "price": "20", "price_unit": "person", "price_was": "30"}, StoryFault.STRUCK),
        ({"state": "sent"}, Fault.UNKNOWN_WORD),
        ({"state": "expired"}, StoryFault.NO_WAY_THERE),
        ({"state": "declined"}, StoryFault.NO_COMMENT),
        ({"state": "changes_requested"}, StoryFault.NO_COMMENT),
        ({}, Fault.TWICE),
    ],
)
def test_a_bad_offer_is_refused_by_its_line(change: dict[str, str], fault: StrEnum) -> None:
    text = csv(OFFER, {**OFFER, **change})

    with pytest.raises(BadLine) as caught:
        list(story.offers(text, "offers.csv", today=TODAY))

    assert (caught.value.file, caught.value.number, caught.value.fault) == ("offers.csv", 3, fault)


def test_all_that_the_form_asks_may_be_said_in_a_file() -> None:
    said = {
        "public": "family|couple",
        "access": "parking",
        "focus": "30|70",
        "stock": "12",
        "booking_phone": "04 65 71 00 00",
        "title_en": "Christmas",
    }
    (row,) = story.offers(csv({**OFFER, **said}), "offers.csv", today=TODAY)

    assert (row.publics, row.access) == ((Public.FAMILY, Public.COUPLE), (Access.PARKING,))
    assert (row.focus, row.stock, row.booking_phone, row.title_en) == ((30, 70), 12, "04 65 71 00 00", "Christmas")


def test_as_little_may_be_said_of_a_draft_as_its_member_likes() -> None:
    (row,) = story.offers(csv(OFFER), "offers.csv", today=TODAY)

    assert (row.state, row.price, row.valid_until, row.interests) == (OfferState.DRAFT, None, None, ())


EDITION = """title = "Fêtes"
planned_on = "feasts-30"
offers = [
    { member = "Mas", title = "Noël" },
    { member = "Moulin", title = "Huile" },
]
"""


def test_an_edition_names_its_offers_in_their_order_and_knows_their_lines() -> None:
    read = story.edition(EDITION, "edition.toml", today=TODAY)

    assert [(offer.line.number, offer.member) for offer in read.offers] == [(4, "Mas"), (5, "Moulin")]
    assert (read.planned_on, read.language) == (date(2026, 11, 25), "fr")


def test_a_toml_date_is_a_day_as_well() -> None:
    text = EDITION.replace('"feasts-30"', "2026-12-01")

    assert story.edition(text, "edition.toml", today=TODAY).planned_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("was", "becomes", "number", "fault"),
    [
        ('title = "Fêtes"', 'title = "Fêtes', 1, Fault.NOT_TOML),
        ('title = "Fêtes"', "title = 12", 1, Fault.BAD_SHAPE),
        ('"feasts-30"', '"bientôt"', 2, Fault.BAD_DAY),
        (', title = "Huile"', "", 5, Fault.EMPTY),
        ("offers = [", 'offers = ["Noël",', 1, Fault.BAD_SHAPE),
    ],
)
def test_a_bad_line_of_an_edition_is_refused_where_it_stands(
    was: str, becomes: str, number: int, fault: StrEnum
) -> None:
    with pytest.raises(BadLine) as caught:
        story.edition(EDITION.replace(was, becomes), "edition.toml", today=TODAY)

    assert (caught.value.fault, caught.value.number) == (fault, number)
