"""What search engines are told of a member."""

from datetime import date
from decimal import Decimal

from newsletter.core import schema
from newsletter.core.interests import Category
from newsletter.core.schema import Deal


def test_a_member_is_a_business_with_its_offers_and_nothing_empty() -> None:
    told = schema.business(
        name="Mas",
        category=Category.LODGING,
        url="https://x.example/membres/mas/",
        commune="Arles",
        latitude=43.6,
        longitude=4.6,
        phone="",
        website="",
        deals=[
            Deal("Deux nuits", Decimal("90.00"), date(2026, 12, 1), date(2027, 1, 6)),
            Deal("Thé", None, None, None),
        ],
    )

    assert told["@type"] == "LodgingBusiness"
    assert "telephone" not in told
    assert told["makesOffer"] == [
        {
            "@type": "Offer",
            "name": "Deux nuits",
            "price": "90.00",
            "priceCurrency": "EUR",
            "validFrom": "2026-12-01",
            "validThrough": "2027-01-06",
        },
        {"@type": "Offer", "name": "Thé"},
    ]
