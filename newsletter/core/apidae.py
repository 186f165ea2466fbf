"""What an Apidae export says, as a packed folder or as one JSON file.

Empty fields are absent, texts are plain, and GeoJSON puts the longitude first. The names follow the published
documentation; no whole export was at hand, so what is not understood is left empty rather than guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from newsletter.core import listing
from newsletter.core.feed import Archive, BadPaper, Trouble
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
    line,
    many,
    within,
)

CHANGED, GONE = "objets_modifies", "objets_supprimes.json"
PHONE, MAIL, WEB = 201, 204, 205

KINDS: Mapping[str, tuple[Kind, Category | None]] = {
    "HOTELLERIE": (Kind.BUSINESS, Category.LODGING),
    "HOTELLERIE_PLEIN_AIR": (Kind.BUSINESS, Category.LODGING),
    "HEBERGEMENT_LOCATIF": (Kind.BUSINESS, Category.LODGING),
    "HEBERGEMENT_COLLECTIF": (Kind.BUSINESS, Category.LODGING),
    "SEJOUR_PACKAGE": (Kind.BUSINESS, Category.LODGING),
    "RESTAURATION": (Kind.BUSINESS, Category.RESTAURANT),
    "DEGUSTATION": (Kind.BUSINESS, Category.PRODUCE),
    "COMMERCE_ET_SERVICE": (Kind.BUSINESS, Category.CRAFT),
    "ACTIVITE": (Kind.BUSINESS, Category.ACTIVITY),
    "EQUIPEMENT": (Kind.PLACE, None),
    "PATRIMOINE_CULTUREL": (Kind.PLACE, None),
    "PATRIMOINE_NATUREL": (Kind.PLACE, None),
    "FETE_ET_MANIFESTATION": (Kind.EVENT, None),
}


def is_export(archive: Archive) -> bool:
    """Return whether the archive is packed as Apidae packs it."""
    return any(_is_changed(name) for name in archive.names) or archive.find(GONE) is not None


def read(archive: Archive) -> Iterator[Listing | Refused]:
    """Yield every object of the export, or why it is not taken in."""
    for name in sorted(filter(_is_changed, archive.names)):
        short = name.rpartition("/")[2]
        try:
            told = archive.json_of(name)
        except BadPaper as wrong:
            number = short.removesuffix(".json").rpartition("-")[2]
            yield Refused(short, wrong.flaw, number if number.isdigit() else "")
            continue
        if isinstance(told, list):
            yield from objects(told, short)
        else:
            yield listing_of(told, short)


def gone(archive: Archive) -> frozenset[str]:
    """Return the identifiers that the export says are no more."""
    name = archive.find(GONE)
    if name is None:
        return frozenset()
    told = archive.needed(name, Trouble.BAD_SHAPE)
    return frozenset(found for one in many(told) if (found := _identifier(one)))


def objects(found: Sequence[Any], name: str = "") -> Iterator[Listing | Refused]:
    """Yield the objects of a packet."""
    for number, told in enumerate(found, start=1):
        yield listing_of(told, f"{name} #{number}".strip())


def listing_of(told: Any, name: str) -> Listing | Refused:
    """Return the object as a listing, or why it cannot be one."""
    if not isinstance(told, dict):
        return Refused(name, Flaw.BAD_SHAPE)
    identifier = _identifier(told)
    if not identifier:
        return Refused(name, Flaw.NO_IDENTIFIER)
    if told.get("state", "PUBLISHED") != "PUBLISHED":
        return Refused(name, Flaw.NOT_PUBLISHED)
    type_ = line(told.get("type"), 60)
    labels = _labels(told.get("nom"), NAME)
    if not labels.get(TRUSTED):
        return Refused(name, Flaw.NO_NAME, identifier)
    if type_ not in KINDS:
        return Refused(name, Flaw.NO_KIND, identifier)
    kind, category = KINDS[type_]
    shorts = _labels(within(told, "presentation", "descriptifCourt"), SUMMARY)
    texts = _labels(within(told, "presentation", "descriptifDetaille"), TEXT)
    latitude, longitude = _point(told)
    openings = many(within(told, "ouverture", "periodesOuvertures"))
    return Listing(
        source=Source.APIDAE,
        identifier=identifier,
        kind=kind,
        name=line(labels[TRUSTED], NAME),
        category=category,
        types=(type_,),
        summary=shorts.get(TRUSTED, ""),
        text=texts.get(TRUSTED, ""),
        translations=_translations(labels, texts, shorts),
        street=line(within(told, "localisation", "adresse", "adresse1"), 200),
        postcode=line(within(told, "localisation", "adresse", "codePostal"), 10),
        insee=line(within(told, "localisation", "adresse", "commune", "code"), 5),
        commune=line(within(told, "localisation", "adresse", "commune", "nom"), 60),
        latitude=latitude,
        longitude=longitude,
        phone=_contact(told, PHONE, listing.phone),
        email=_contact(told, MAIL, listing.email),
        website=_contact(told, WEB, listing.link),
        price=_price(told),
        periods=_periods(openings),
        every_year=any(isinstance(one, dict) and one.get("tousLesAns") is True for one in openings),
        photos=_photos(told),
        publisher=line(within(told, "gestion", "membreProprietaire", "nom"), 120),
        updated=line(within(told, "gestion", "dateModification"), 40),
    )


def is_object(told: Any) -> bool:
    """Return whether this looks like an object of this source."""
    return isinstance(told, dict) and "id" in told and "type" in told and "nom" in told


def _is_changed(name: str) -> bool:
    return name.endswith(".json") and CHANGED in name.split("/")[:-1]


def _identifier(told: Any) -> str:
    said = told.get("id") if isinstance(told, dict) else told
    if isinstance(said, bool) or not isinstance(said, int | str):
        return ""
    # a number of ten thousand digits is refused before it is written out
    text = said if isinstance(said, str) else str(said) if 0 <= said < 10**18 else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 18 else ""


def _labels(value: Any, longest: int) -> dict[str, str]:
    """Return `libelleFr`, `libelleEn` … by language; a bare text is French."""
    if not isinstance(value, dict):
        said = clean(value, longest)
        return {TRUSTED: said} if said else {}
    found = {name[7:].lower(): clean(said, longest) for name, said in value.items() if name.startswith("libelle")}
    return {language: said for language, said in found.items() if said}


def _translations(*words: Mapping[str, str]) -> tuple[Translation, ...]:
    labels, texts, shorts = words
    others = [one for one in LANGUAGES if one != TRUSTED and any(one in said for said in words)]
    return tuple(
        Translation(one, labels.get(one, ""), texts.get(one) or shorts.get(one, ""), machine=True) for one in others
    )


def _point(told: Any) -> tuple[float | None, float | None]:
    """Return latitude and longitude; a place that Apidae itself has not found is none."""
    place = within(told, "localisation", "geolocalisation")
    pair = within(place, "geoJson", "coordinates")
    if within(place, "valide") is False or not isinstance(pair, list) or len(pair) < 2:
        return None, None
    longitude, latitude = pair[:2]
    return listing.point(listing.coordinate(latitude, 90), listing.coordinate(longitude, 180))


def _contact(told: Any, wanted: int, reading: Any) -> str:
    for one in many(within(told, "informations", "moyensCommunication")):
        if within(one, "type", "id") == wanted:
            said = within(one, "coordonnees")
            found = reading(within(said, "fr") if isinstance(said, dict) else said)
            if found:
                return str(found)
    return ""


def _price(told: Any) -> str:
    if within(told, "descriptionTarif", "gratuit") is True:
        return "gratuit"
    return line(_labels(within(told, "descriptionTarif", "tarifsEnClair"), 160).get(TRUSTED), 160)


def _periods(openings: Sequence[Any]) -> tuple[Period, ...]:
    found = []
    for one in openings:
        begins = listing.day(within(one, "dateDebut"))
        ends = listing.day(within(one, "dateFin")) or begins
        if begins and ends and begins <= ends:
            found.append(Period(begins, ends))
    return listing.merged(found)


def _photos(told: Any) -> tuple[Photo, ...]:
    """Return the pictures with their owner; an export names no licence, so none of them is free."""
    found: dict[str, Photo] = {}
    for one in many(within(told, "illustrations")):
        for file in many(within(one, "traductionFichiers")):
            url = listing.link(within(file, "url"))
            if url and within(file, "locale") in (TRUSTED, None):
                credit = line(_labels(within(one, "copyright"), 160).get(TRUSTED), 160)
                caption = line(_labels(within(one, "nom"), 160).get(TRUSTED), 160)
                found.setdefault(url, Photo(url=url, credit=credit, caption=caption))
    return tuple(found.values())[:PHOTOS]
