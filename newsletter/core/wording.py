"""Prices and dates in words, with the spaces that French printers put between them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from newsletter.core.interests import Access, Category, PriceKind, PriceUnit

NBSP = "\u00a0"
NARROW = "\u202f"

_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_UNITS: Mapping[str, Mapping[PriceUnit, str]] = {
    "fr": {
        PriceUnit.PERSON: "par personne",
        PriceUnit.NIGHT: "par nuit",
        PriceUnit.COUPLE: "pour deux",
        PriceUnit.GROUP: "par groupe",
        PriceUnit.STAY: "le séjour",
        PriceUnit.ITEM: "la pièce",
        PriceUnit.MENU: "le menu",
    },
    "en": {
        PriceUnit.PERSON: "per person",
        PriceUnit.NIGHT: "per night",
        PriceUnit.COUPLE: "for two",
        PriceUnit.GROUP: "per group",
        PriceUnit.STAY: "per stay",
        PriceUnit.ITEM: "each",
        PriceUnit.MENU: "the menu",
    },
}
_CATEGORIES: Mapping[str, Mapping[Category, str]] = {
    "fr": {
        Category.LODGING: "Hébergement",
        Category.RESTAURANT: "Restaurant",
        Category.WINE_ESTATE: "Domaine viticole",
        Category.OLIVE_MILL: "Moulin à huile",
        Category.CRAFT: "Artisan",
        Category.GUIDE: "Guide",
        Category.ACTIVITY: "Activité",
        Category.PRODUCE: "Produits du terroir",
    },
    "en": {
        Category.LODGING: "Place to stay",
        Category.RESTAURANT: "Restaurant",
        Category.WINE_ESTATE: "Wine estate",
        Category.OLIVE_MILL: "Olive mill",
        Category.CRAFT: "Craft",
        Category.GUIDE: "Guide",
        Category.ACTIVITY: "Activity",
        Category.PRODUCE: "Local produce",
    },
}

_ACCESS: Mapping[str, Mapping[Access, str]] = {
    "fr": {
        Access.STEP_FREE: "de plain-pied",
        Access.TOILETS: "toilettes adaptées",
        Access.PARKING: "stationnement réservé",
        Access.HEARING: "accueil des personnes sourdes ou malentendantes",
        Access.SIGHT: "accueil des personnes aveugles ou malvoyantes",
    },
    "en": {
        Access.STEP_FREE: "step-free",
        Access.TOILETS: "accessible toilets",
        Access.PARKING: "reserved parking",
        Access.HEARING: "deaf and hard-of-hearing visitors welcome",
        Access.SIGHT: "blind and partially sighted visitors welcome",
    },
}


def word_access(codes: Iterable[Access | str], language: str = "fr") -> str:
    """Return what makes the place easy to come to, in one line; empty where nothing is said of it."""
    said = {Access(code) for code in codes}
    return ", ".join(words for access, words in _ACCESS[_known(language)].items() if access in said)


def word_money(amount: Decimal, language: str = "fr") -> str:
    """Return an amount of euros as it is written, cents only when there are some."""
    digits = f"{amount:,.2f}".removesuffix(".00")
    french = _known(language) == "fr"
    return digits.replace(",", NARROW).replace(".", ",") + NBSP + "€" if french else "€" + digits


def word_category(category: Category | str, language: str = "fr") -> str:
    """Return what a member does for a living, in words."""
    return _CATEGORIES[_known(language)][Category(category)]


def word_date(day: date, language: str = "fr", *, year: bool = True, month: bool = True) -> str:
    """Return a day as it is written, in one piece that no line end cuts."""
    language = _known(language)
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    parts = [number]
    if month:
        parts.append(_MONTHS[language][day.month - 1])
    if month and year:
        parts.append(str(day.year))
    return NBSP.join(parts)


def word_dates(first: date | None, last: date | None, language: str = "fr") -> str:
    """Return from when to when, saying the month and the year once if they are the same."""
    french = _known(language) == "fr"
    if first and last and first < last:
        same_year = first.year == last.year
        start = word_date(first, language, year=not same_year, month=not (same_year and first.month == last.month))
        end = word_date(last, language)
        return f"du {start} au {end}" if french else f"from {start} to {end}"
    if first and last:
        return f"{'le' if french else 'on'} {word_date(last, language)}"
    if last:
        return f"{'jusqu’au' if french else 'until'} {word_date(last, language)}"
    if first:
        return f"{'à partir du' if french else 'from'} {word_date(first, language)}"
    return ""


def word_price(kind: PriceKind | str, amount: Decimal | None, unit: PriceUnit | str = "", language: str = "fr") -> str:
    """Return a price as it is written, cents only when there are some."""
    language = _known(language)
    french = language == "fr"
    kind = PriceKind(kind)
    if kind is PriceKind.FREE or amount == 0:
        return "gratuit" if french else "free"
    if kind is PriceKind.ON_REQUEST or amount is None:
        return "prix sur demande" if french else "price on request"
    words = [word_money(amount, language)]
    if kind is PriceKind.FROM:
        words.insert(0, "à partir de" if french else "from")
    if unit:
        words.append(_UNITS[language][PriceUnit(unit)])
    return " ".join(words)


def typeset(text: str, language: str = "fr") -> str:
    """Return French text with its spaces before ; : ! ? » € and after « made unbreakable; it adds none."""
    if _known(language) != "fr":
        return text
    text = re.sub(r" (?=[;!?])", NARROW, text)
    text = re.sub(r" (?=[:»€%](?:\W|$))|(?<=«) ", NBSP, text)
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", NARROW, text)


def _known(language: str) -> str:
    short = language.lower().partition("-")[0]
    return short if short in _MONTHS else "fr"
