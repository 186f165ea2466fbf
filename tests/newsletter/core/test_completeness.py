"""What the board would miss, said once for each thing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from newsletter.core.completeness import Missing, OfferFacts, missing

TODAY = date(2026, 11, 23)
WHOLE = OfferFacts(
    title="Trois nuits au coin du feu",
    text="Une chambre et un feu de bois.",
    price_kind="from",
    price=Decimal("240"),
    price_unit="couple",
    valid_from=date(2026, 12, 1),
    valid_until=date(2027, 1, 6),
    link="https://mas.example/noel",
    phone="",
    interests=("stay",),
    has_image=True,
    image_alt="Un feu de bois",
    image_rights=True,
)


def test_a_whole_offer_lacks_nothing() -> None:
    assert missing(WHOLE, today=TODAY) == []


@pytest.mark.parametrize(
    ("without", "lacking"),
    [
        ({"title": "  "}, [Missing.TITLE]),
        ({"text": "\n"}, [Missing.TEXT]),
        ({"price": None}, [Missing.PRICE]),
        ({"price_unit": ""}, [Missing.PRICE_UNIT]),
        ({"price_kind": "free", "price": None, "price_unit": ""}, []),
        ({"price_kind": "on_request", "price": None, "price_unit": ""}, []),
        ({"valid_from": None}, [Missing.VALID_FROM]),
        ({"valid_until": None}, [Missing.VALID_UNTIL]),
        ({"valid_until": date(2026, 11, 22)}, [Missing.OVER]),
        ({"valid_until": TODAY}, []),
        ({"link": ""}, [Missing.CONTACT]),
        ({"link": "", "phone": "04 90 00 00 00"}, []),
        ({"interests": ()}, [Missing.INTERESTS]),
        ({"image_alt": " "}, [Missing.IMAGE_ALT]),
        ({"image_alt": "", "image_rights": False, "has_image": False}, []),
        ({"image_rights": False}, [Missing.IMAGE_RIGHTS]),
        ({"title": "🎄🎁✨"}, [Missing.TITLE]),
        ({"title": "2 € 🎄"}, []),
        ({"price_was": Decimal(300)}, [Missing.STRUCK_ALONE]),
        ({"price_was": Decimal(300), "price_lowest": Decimal("299.99")}, [Missing.STRUCK_TOO_HIGH]),
        ({"price_was": Decimal(240), "price_lowest": Decimal(240)}, [Missing.STRUCK_NO_REDUCTION]),
        ({"price_was": Decimal(300), "price_lowest": Decimal(300)}, []),
    ],
)
def test_each_thing_that_is_missing_is_named(without: dict[str, Any], lacking: list[Missing]) -> None:
    assert missing(replace(WHOLE, **without), today=TODAY) == lacking
