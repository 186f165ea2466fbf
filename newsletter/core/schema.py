"""What search engines are told of a member, in the words of schema.org."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from newsletter.core.interests import Category

TYPES = {
    Category.LODGING: "LodgingBusiness",
    Category.RESTAURANT: "Restaurant",
    Category.WINE_ESTATE: "Winery",
    Category.CRAFT: "Store",
    Category.PRODUCE: "Store",
}


@dataclass(frozen=True)
class Deal:
    """An offer as a search engine may know it."""

    title: str
    price: Decimal | None
    first: date | None
    last: date | None


def business(
    *,
    name: str,
    category: Category,
    url: str,
    commune: str,
    latitude: float,
    longitude: float,
    phone: str,
    website: str,
    deals: Sequence[Deal],
) -> dict[str, Any]:
    """Return the member as a LocalBusiness with its offers; what is empty is left out."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": TYPES.get(category, "LocalBusiness"),
        "name": name,
        "url": url,
        "address": {"@type": "PostalAddress", "addressLocality": commune, "addressCountry": "FR"},
        # the commune's own point: a house stands near it
        "areaServed": {"@type": "Place", "geo": _point(latitude, longitude)},
        "telephone": phone,
        "sameAs": website,
        "makesOffer": [_offer(deal) for deal in deals],
    }
    return {key: value for key, value in told.items() if value}


def _point(latitude: float, longitude: float) -> dict[str, Any]:
    return {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}


def _offer(deal: Deal) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Offer", "name": deal.title}
    if deal.price is not None:
        told |= {"price": str(deal.price), "priceCurrency": "EUR"}
    if deal.first:
        told["validFrom"] = deal.first.isoformat()
    if deal.last:
        told["validThrough"] = deal.last.isoformat()
    return told
