"""What an offer still lacks before the board can read it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from newsletter.core.legal import PRICED, StruckFault, struck_fault

# Whoever plans further ahead has mistyped a year.
LONGEST = timedelta(days=2 * 366)


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
    IMAGE_RIGHTS = "image_rights"
    STRUCK_ALONE = StruckFault.ALONE.value
    STRUCK_TOO_HIGH = StruckFault.TOO_HIGH.value
    STRUCK_NO_REDUCTION = StruckFault.NO_REDUCTION.value


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
    image_rights: bool
    price_was: Decimal | None = None
    price_lowest: Decimal | None = None


def missing(facts: OfferFacts, *, today: date) -> list[Missing]:
    """Return what is missing, in the order of the form; nothing if the board can read it."""
    priced = facts.price_kind in PRICED
    over = facts.valid_until is not None and facts.valid_until < today
    struck = struck_fault(facts.price_kind, facts.price, facts.price_was, facts.price_lowest)
    lacks = {
        # a title of signs alone is read to nobody
        Missing.TITLE: not any(sign.isalnum() for sign in facts.title),
        Missing.TEXT: not facts.text.strip(),
        Missing.PRICE: priced and facts.price is None,
        Missing.PRICE_UNIT: priced and facts.price is not None and not facts.price_unit,
        Missing.VALID_FROM: facts.valid_from is None,
        Missing.VALID_UNTIL: facts.valid_until is None,
        Missing.OVER: over,
        Missing.CONTACT: not (facts.link or facts.phone),
        Missing.IMAGE_ALT: facts.has_image and not facts.image_alt.strip(),
        Missing.IMAGE_RIGHTS: facts.has_image and not facts.image_rights,
        Missing.INTERESTS: not facts.interests,
        **{Missing(fault.value): struck is fault for fault in StruckFault},
    }
    return [thing for thing, lacking in lacks.items() if lacking]
