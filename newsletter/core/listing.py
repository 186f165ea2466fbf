"""A listing of a tourism catalogue: one value, whatever feed told it."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from newsletter.core.interests import Category
from newsletter.core.richtext import printable

# A feed's own language; in any other its texts are often a machine's.
TRUSTED = "fr"
LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ru", "zh", "ja")
NAME, SUMMARY, TEXT = 200, 600, 6000
PERIODS, PHOTOS = 200, 12


class Source(StrEnum):
    DATATOURISME = "datatourisme"
    APIDAE = "apidae"


class Kind(StrEnum):
    """What a listing may become: a member, or content of a letter."""

    BUSINESS = "business"
    PLACE = "place"
    EVENT = "event"


class Reuse(StrEnum):
    """Whether a photo may be shown by others than its owner."""

    FREE = "free"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Flaw(StrEnum):
    """Why one object of a feed is not taken in; the sentences stand in newsletter/catalogue_words.py."""

    NOT_THERE = "not_there"
    BAD_PATH = "bad_path"
    BAD_ENCODING = "bad_encoding"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    BAD_SHAPE = "bad_shape"
    NO_IDENTIFIER = "no_identifier"
    NO_NAME = "no_name"
    NO_KIND = "no_kind"
    NOT_PUBLISHED = "not_published"
    TWICE = "twice"


@dataclass(frozen=True)
class Refused:
    """An object that was not taken in: which, and why; its identifier, where its publisher still lists it."""

    name: str
    flaw: Flaw
    identifier: str = ""


@dataclass(frozen=True)
class Period:
    """From its first day to its last, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Photo:
    """Where a photo lies, whose it is, and under which licence its owner lets others show it."""

    url: str
    credit: str = ""
    licence: str = ""
    caption: str = ""

    @property
    def reuse(self) -> Reuse:
        """Return whether we may show it; silence is no permission."""
        return reuse_of(self.licence)


@dataclass(frozen=True)
class Translation:
    """The words in another language; `machine` says that nobody vouches for them."""

    language: str
    name: str = ""
    text: str = ""
    machine: bool = True


@dataclass(frozen=True)
class Listing:
    """An establishment, a place or an event as its publisher tells it."""

    source: Source
    identifier: str
    kind: Kind
    name: str
    category: Category | None = None
    types: tuple[str, ...] = ()
    summary: str = ""
    text: str = ""
    translations: tuple[Translation, ...] = ()
    street: str = ""
    postcode: str = ""
    insee: str = ""
    commune: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    email: str = ""
    website: str = ""
    price: str = ""
    periods: tuple[Period, ...] = ()
    every_year: bool = False
    photos: tuple[Photo, ...] = ()
    publisher: str = ""
    updated: str = ""

    def fingerprint(self) -> str:
        """Return the same digest for the same words; when the feed was made anew does not count."""
        told = to_json(self)
        del told["updated"]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def to_json(told: Listing) -> dict[str, Any]:
    """Return the listing as JSON can keep it."""
    as_text: dict[str, Any] = json.loads(json.dumps(asdict(told), default=date.isoformat))
    return as_text


def from_json(kept: Mapping[str, Any]) -> Listing:
    """Return the listing that `to_json` wrote down; what an older version did not know stays at its default."""
    known = {field.name: kept[field.name] for field in fields(Listing) if field.name in kept}
    known["source"], known["kind"] = Source(known["source"]), Kind(known["kind"])
    known["category"] = Category(known["category"]) if known.get("category") else None
    known["types"] = tuple(known.get("types", ()))
    known["translations"] = tuple(Translation(**one) for one in known.get("translations", ()))
    known["photos"] = tuple(Photo(**one) for one in known.get("photos", ()))
    known["periods"] = tuple(
        Period(date.fromisoformat(one["first"]), date.fromisoformat(one["last"])) for one in known.get("periods", ())
    )
    return Listing(**known)


def reuse_of(licence: str) -> Reuse:
    """Read a licence as its owner wrote it: what forbids to change or to sell is not for us, silence neither."""
    said = re.sub(r"[\s_–-]+", "-", licence.strip().lower())
    if not said:
        return Reuse.UNKNOWN
    if re.search(r"\b(nd|nc)\b|no-?deriv|non-?commercial|pas-de-modif|tous-droits|all-rights|©|copyright", said):
        return Reuse.FORBIDDEN
    if re.search(r"\b(cc-?0|cc-by|by|public-domain|domaine-public|licence-ouverte|open-licence|etalab|lo-2)\b", said):
        return Reuse.FREE
    return Reuse.UNKNOWN


def clean(said: object, longest: int) -> str:
    """Return a literal as one text that a database, a page and a mail can carry, cut at a word."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    plain = unicodedata.normalize("NFC", printable(str(said)))
    lines = (re.sub(r"[^\S\n]+", " ", one).strip() for one in re.split(r"\r\n?|[\n\u2028\u2029]", plain))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rsplit(None, 1)[0] if re.search(r"\s", cut[longest // 2 :]) else cut) + "…"


def line(said: object, longest: int) -> str:
    """Return a literal on one line."""
    return clean(" ".join(said.split()) if isinstance(said, str) else said, longest)


def many(value: object) -> Sequence[Any]:
    """Return what may be one, several or nothing, as several."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def first(value: object) -> Any:
    """Return the first of what may be one, several or nothing."""
    return next(iter(many(value)), None)


def within(value: object, *path: str) -> Any:
    """Follow the names, taking the first of several at each step; None where the way ends."""
    for name in path:
        value = first(value)
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def literal(value: object) -> Any:
    """Return what a literal says: a plain one, the first of several, or a typed one by its value."""
    said = first(value)
    return said.get("@value") if isinstance(said, dict) else said


def coordinate(value: object, limit: float) -> float | None:
    """Return a latitude (limit 90) or longitude (180) written as a number or as text; None if it is neither."""
    said = literal(value)
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        number = float(str(said).strip().replace(",", ".")[:32])
    except ValueError:
        return None
    return round(number, 6) if math.isfinite(number) and abs(number) <= limit else None


def point(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """Return the point, or none: half a point is no place, and nobody stands at 0, 0."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def link(said: object) -> str:
    """Return an address of the web, or nothing; one without its scheme is completed."""
    text = line(said, 400)
    if re.match(r"(www\.)?[\w-]+(\.[\w-]+)+(/|$)", text) and "@" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return ""
    return text if sound and not re.search(r"[\s<>\"…]", text) else ""


def email(said: object) -> str:
    """Return a mail address, or nothing."""
    text = line(said, 254).removeprefix("mailto:")
    return text if re.fullmatch(r"[^@\s<>\"']{1,64}@[^@\s<>.]+(\.[^@\s<>.]+)+", text) else ""


def phone(said: object) -> str:
    """Return a phone number as it is written, or nothing."""
    text = line(said, 24)
    return text if len(re.sub(r"\D", "", text)) >= 6 and re.fullmatch(r"[\d\s().+/–-]+", text) else ""


def day(said: object) -> date | None:
    """Return the day of `2027-07-14` or `2027-07-14T10:00:00`; None where it is none of this calendar."""
    text = literal(said)
    try:
        found = date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
    # a feed's own way to say "always"
    return found if found and 1990 <= found.year <= 2100 else None


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the periods in order, those that touch or overlap as one: five hundred single days are few."""
    joined: list[Period] = []
    for period in sorted(periods, key=lambda one: (one.first, one.last)):
        if joined and period.first <= joined[-1].last + timedelta(days=1):
            joined[-1] = Period(joined[-1].first, max(joined[-1].last, period.last))
        else:
            joined.append(period)
    return tuple(joined[:PERIODS])
