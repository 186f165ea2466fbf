"""What an offer still lacks before the board can read it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from newsletter.core.interests import PriceKind

PRICED = (PriceKind.FIXED, PriceKind.FROM)


class Missing(StrEnum):
    TITLE = "title"
    TEXT = "text"
    PRICE = "price"
    PRICE_UNIT = "price_unit"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    OVER = "over"
    CONTACT = "contact"
    INTERESTS = "interests"
    IMAGE_ALT = "image_alt"


@dataclass(frozen=True)
class OfferFacts:
    """What the rule asks of an offer."""

    title: str
    text: str
    price_kind: str
    price: Decimal | None
    price_unit: str
    valid_from: date | None
    valid_until: date | None
    link: str
    phone: str
    interests: tuple[str, ...]
    has_image: bool
    image_alt: str


def missing(facts: OfferFacts, *, today: date) -> list[Missing]:
    """Return what is missing, in the order of the form; nothing if the board can read it."""
    priced = facts.price_kind in PRICED
    over = facts.valid_until is not None and facts.valid_until < today
    lacks = {
        Missing.TITLE: not facts.title.strip(),
        Missing.TEXT: not facts.text.strip(),
        Missing.PRICE: priced and facts.price is None,
        Missing.PRICE_UNIT: priced and facts.price is not None and not facts.price_unit,
        Missing.VALID_FROM: facts.valid_from is None,
        Missing.VALID_UNTIL: facts.valid_until is None,
        Missing.OVER: over,
        Missing.IMAGE_ALT: facts.has_image and not facts.image_alt.strip(),
        Missing.CONTACT: not (facts.link or facts.phone),
        Missing.INTERESTS: not facts.interests,
    }
    return [thing for thing, lacking in lacks.items() if lacking]
