"""What a DATAtourisme feed says: an index, and a paper of JSON-LD for each object.

Every literal may be one or several, plain or by language, a number or a text; `@type` mixes names with and without
their prefix, and the newer interface leaves the prefixes out altogether.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newsletter.core import listing
from newsletter.core.feed import Archive, BadFeed, BadPaper, Trouble, escapes
from newsletter.core.interests import Category
from newsletter.core.listing import (
    LANGUAGES,
    NAME,
    PHOTOS,
    SUMMARY,
    TEXT,
    TRUSTED,
    Flaw,
    Kind,
    Listing,
    Period,
    Photo,
    Refused,
    Source,
    Translation,
    clean,
    first,
    line,
    literal,
    many,
    within,
)

INDEX = "index.json"
HOME = "https://data.datatourisme.fr/"
PREFIXES = ("", "schema:", "rdfs:", "dc:", "foaf:", "ebucore:")

# The first that fits says what a business does; the board has the last word when it admits a member.
CATEGORIES: Sequence[tuple[Category, frozenset[str]]] = (
    (Category.WINE_ESTATE, frozenset({"Winery", "WineCellar", "WineEstate"})),
    (Category.OLIVE_MILL, frozenset({"OilMill", "OliveMill"})),
    (Category.LODGING, frozenset({"Accommodation", "LodgingBusiness", "AccommodationProduct"})),
    (Category.RESTAURANT, frozenset({"FoodEstablishment", "Restaurant", "BistroOrWineBar", "CafeOrTeahouse"})),
    (Category.CRAFT, frozenset({"CraftsmanShop", "ArtGalleryOrExhibitionGallery"})),
    (Category.PRODUCE, frozenset({"LocalProductsShop", "TastingProvider", "Producer", "Farm"})),
    (Category.GUIDE, frozenset({"TourGuideOrHost", "GuidedTour"})),
    (Category.ACTIVITY, frozenset({"ActivityProvider", "Practice", "Rental", "ServiceProvider", "LeisureComplex"})),
)
PLACES = frozenset({"PlaceOfInterest", "CulturalSite", "NaturalHeritage", "Tour", "Place", "SportsAndLeisurePlace"})


def read(archive: Archive) -> Iterator[Listing | Refused]:
    """Yield every object that the index names, or why it is not taken in; raise BadFeed where there is no index."""
    index = archive.needed(archive.find(INDEX) or INDEX, Trouble.NO_INDEX)
    if not isinstance(index, list):
        raise BadFeed(Trouble.BAD_SHAPE, INDEX)
    for number, entry in enumerate(index, start=1):
        file = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(file, str):
            yield Refused(f"{INDEX} #{number}", Flaw.BAD_SHAPE)
        elif escapes(file):
            yield Refused(line(file, 120), Flaw.BAD_PATH)
        else:
            yield _paper(archive, file)


def objects(found: Sequence[Any]) -> Iterator[Listing | Refused]:
    """Yield the objects of one file that holds them all."""
    for number, told in enumerate(found, start=1):
        yield listing_of(told, f"#{number}")


def listing_of(told: Any, name: str) -> Listing | Refused:
    """Return the object as a listing, or why it cannot be one."""
    if not isinstance(told, dict):
        return Refused(name, Flaw.BAD_SHAPE)
    identifier = line(literal(told.get("@id")) or literal(_of(told, "uuid")), 200)
    if not identifier:
        return Refused(name, Flaw.NO_IDENTIFIER)
    labels = by_language(_of(told, "label"), NAME)
    types = tuple(dict.fromkeys(line(one, 60).rpartition(":")[2] for one in many(told.get("@type")) if one))
    kind, category = kind_of(frozenset(types))
    if not labels.get(TRUSTED):
        return Refused(name, Flaw.NO_NAME, identifier)
    if kind is None:
        return Refused(name, Flaw.NO_KIND, identifier)
    shorts, texts = _texts(told)
    place = first(_of(told, "isLocatedAt"))
    address = first(_of(place, "address"))
    city = first(_of(address, "hasAddressCity"))
    latitude, longitude = listing.point(
        listing.coordinate(_of(first(_of(place, "geo")), "latitude"), 90),
        listing.coordinate(_of(first(_of(place, "geo")), "longitude"), 180),
    )
    contacts = [*many(_of(told, "hasBookingContact")), *many(_of(told, "hasContact"))]
    return Listing(
        source=Source.DATATOURISME,
        identifier=identifier,
        kind=kind,
        name=line(labels[TRUSTED], NAME),
        category=category,
        types=types[:20],
        summary=shorts.get(TRUSTED, ""),
        text=texts.get(TRUSTED, ""),
        translations=_translations(labels, texts, shorts),
        street=line(literal(_of(address, "streetAddress")), 200),
        postcode=line(literal(_of(address, "postalCode")), 10),
        insee=line(literal(_of(city, "insee")), 5),
        commune=line(literal(_of(address, "addressLocality")), 60),
        latitude=latitude,
        longitude=longitude,
        phone=_contact(contacts, "telephone", listing.phone),
        email=_contact(contacts, "email", listing.email),
        website=_contact(contacts, "homepage", listing.link),
        price=_price(told),
        periods=_dates(told) if kind is Kind.EVENT else _opening(place),
        photos=_photos(told),
        publisher=line(literal(_of(first(_of(told, "hasBeenPublishedBy")), "legalName")), 120),
        updated=line(literal(_of(told, "lastUpdateDatatourisme")) or literal(_of(told, "lastUpdate")), 40),
    )


def kind_of(types: frozenset[str]) -> tuple[Kind | None, Category | None]:
    """Return what an object of these types is to us, and what it does for a living."""
    if any(one == "Event" or one == "EntertainmentAndEvent" or one.endswith("Event") for one in types):
        return Kind.EVENT, None
    for category, of_it in CATEGORIES:
        if types & of_it:
            return Kind.BUSINESS, category
    return (Kind.PLACE, None) if types & PLACES else (None, None)


def by_language(value: Any, longest: int) -> dict[str, str]:
    """Return the words by their language; plain ones are the feed's own."""
    found: dict[str, str] = {}
    for one in many(value):
        if isinstance(one, dict) and "@value" in one:
            pairs = {one.get("@language", TRUSTED): one["@value"]}
        else:
            pairs = one if isinstance(one, dict) else {TRUSTED: one}
        for language, said in pairs.items():
            words = clean(literal(said), longest)
            if words and isinstance(language, str):
                found.setdefault(language, words)
    return found


def _paper(archive: Archive, file: str) -> Listing | Refused:
    name = file.rpartition("/")[2]
    listed = HOME + name.removesuffix(".json").replace("-", "/", 1)
    path = archive.find(file) or archive.find(f"objects/{file}") or archive.find(file.removeprefix("objects/"))
    try:
        told = archive.json_of(path or file)
    except BadPaper as wrong:
        return Refused(name, wrong.flaw, listed)
    return listing_of(told, name)


def _of(told: Any, name: str) -> Any:
    """Return what the object says under this name, whatever its prefix."""
    if isinstance(told, dict):
        for prefix in PREFIXES:
            if prefix + name in told:
                return told[prefix + name]
    return None


def _texts(told: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    shorts: dict[str, str] = {}
    texts = by_language(_of(told, "comment"), TEXT)
    longer: dict[str, str] = {}
    for description in many(_of(told, "hasDescription")):
        shorts = by_language(_of(description, "shortDescription"), SUMMARY) | shorts
        longer = by_language(_of(description, "description"), TEXT) | longer
    return shorts, texts | longer


def _translations(*words: Mapping[str, str]) -> tuple[Translation, ...]:
    labels, texts, shorts = words
    others = [one for one in LANGUAGES if one != TRUSTED and any(one in said for said in words)]
    return tuple(
        Translation(one, labels.get(one, ""), texts.get(one) or shorts.get(one, ""), machine=True) for one in others
    )


def _contact(contacts: Sequence[Any], name: str, reading: Any) -> str:
    said = (reading(literal(one)) for contact in contacts for one in many(_of(contact, name)))
    return next((one for one in said if one), "")


def _price(told: Mapping[str, Any]) -> str:
    amounts = []
    for offer in many(_of(told, "offers")):
        for price in many(_of(offer, "priceSpecification")):
            if line(literal(_of(price, "priceCurrency")) or "EUR", 3) == "EUR":
                amounts += [listing.coordinate(one, 1_000_000) for one in many(_of(price, "minPrice"))]
                amounts += [listing.coordinate(one, 1_000_000) for one in many(_of(price, "maxPrice"))]
    known = sorted(one for one in amounts if one is not None and one > 0)
    if not known:
        return ""
    return f"{known[0]:g} €" if known[0] == known[-1] else f"{known[0]:g}–{known[-1]:g} €"


def _dates(told: Mapping[str, Any]) -> tuple[Period, ...]:
    pairs = [(_of(one, "startDate"), _of(one, "endDate")) for one in many(_of(told, "takesPlaceAt"))]
    if not pairs:
        starts, ends = many(_of(told, "startDate")), many(_of(told, "endDate"))
        pairs = [(start, ends[n] if n < len(ends) else start) for n, start in enumerate(starts)]
    return _periods(pairs)


def _opening(place: Any) -> tuple[Period, ...]:
    hours = many(_of(place, "openingHoursSpecification"))
    return _periods([(_of(one, "validFrom"), _of(one, "validThrough")) for one in hours])


def _periods(pairs: Sequence[tuple[Any, Any]]) -> tuple[Period, ...]:
    found = []
    for start, end in pairs:
        begins = listing.day(start)
        ends = listing.day(end) or begins
        if begins and ends and begins <= ends:
            found.append(Period(begins, ends))
    return listing.merged(found)


def _photos(told: Mapping[str, Any]) -> tuple[Photo, ...]:
    shown = [*many(_of(told, "hasMainRepresentation")), *many(_of(told, "hasRepresentation"))]
    found: dict[str, Photo] = {}
    for one in shown:
        note = first(_of(one, "hasAnnotation"))
        for resource in many(_of(one, "hasRelatedResource")):
            url = listing.link(literal(_of(resource, "locator")))
            if url and url not in found:
                found[url] = Photo(
                    url=url,
                    credit=line(literal(_of(note, "credits")), 160),
                    licence=line(literal(_of(note, "isCoveredBy")), 80),
                    caption=by_language(_of(note, "title"), 160).get(TRUSTED, ""),
                )
    return tuple(found.values())[:PHOTOS]


def is_object(told: Any) -> bool:
    """Return whether this looks like an object of this source."""
    return isinstance(told, dict) and ("@type" in told or within(told, "uuid") is not None)
