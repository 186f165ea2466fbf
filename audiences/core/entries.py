"""One line of a file becomes one reader, or one reason why not: pure, and quick enough for a million."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from audiences.core import profile
from audiences.core.address import Address, BadAddress, parse
from audiences.core.consent import CustomerKind
from audiences.core.guessing import MEANINGS, Column
from audiences.core.tools import Sayings
from newsletter.core.interests import Interest
from newsletter.core.roster import plain

CACHED = 4096


class LineFault(StrEnum):
    """Why a line brings nobody, beside what is wrong with an address."""

    LINE_TOO_LONG = "line_too_long"
    QUOTE = "quote"
    ENCODING = "encoding"
    HEADING = "heading_again"
    LANGUAGE = "bad_language"
    NO_CONSENT_DATE = "no_consent_date"
    BAD_DAY = "bad_day"
    CONSENT_IN_FUTURE = "consent_in_future"
    # what only the database knows
    REPEATED = "repeated"
    SUPPRESSED = "suppressed"
    WITHDRAWN = "withdrawn"


class Note(StrEnum):
    """What a line says and we could not use; its reader comes in without it."""

    NAME = "name"
    PLACE = "place"
    INTEREST = "interest"
    KIND = "kind"


class Refused(NamedTuple):
    """Why a line brings nobody, and in which column that stands."""

    code: str
    column: Column | None = None


class Entry(NamedTuple):
    """One line that can be taken: a reader with a consent, or somebody who must not be written to."""

    address: Address
    first_name: str
    language: str
    commune: str
    department: str
    interests: tuple[str, ...]
    kind: str
    tracking: bool
    given_at: datetime | None
    stop: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """What the board says of a whole file: where the consents come from, and what is attested."""

    language: str
    kind: CustomerKind
    # when people agreed, where a line does not say it
    given_at: datetime | None
    # evidence is attested for being measured (DUTIES L9); without it nobody is
    tracking: bool
    zone: tzinfo


class Town(NamedTuple):
    insee: str
    name: str
    department: str
    postcodes: Sequence[str]
    population: int


class Gazetteer:
    """Communes by what a file may call them; a postcode that several share is the largest one's."""

    def __init__(self, towns: Iterable[Town]) -> None:
        self._known: dict[tuple[str, str], tuple[str, str]] = {}
        names: dict[str, list[Town]] = {}
        for town in sorted(towns, key=lambda town: -town.population):
            told = town.insee, town.department
            name = _name(town.name)
            names.setdefault(name, []).append(town)
            self._known.setdefault((town.insee, ""), told)
            for postcode in town.postcodes:
                self._known.setdefault((postcode, ""), told)
                self._known.setdefault((postcode, name), told)
        for name, alike in names.items():
            if len(alike) == 1:  # a name that several bear says nothing alone
                self._known.setdefault(("", name), (alike[0].insee, alike[0].department))
        self.find = lru_cache(CACHED)(self._find)

    def _find(self, postcode: str, commune: str) -> tuple[str, str] | None:
        code = re.search(r"\b(?:\d{4,5}|2[ABab]\d{3})\b", f"{postcode} {commune}")
        number = code[0].upper().zfill(5) if code else ""  # spreadsheets eat the nought of 01000
        name = _name(re.sub(r"\b\d{4,5}\b|\(.*?\)", " ", commune))
        return self._known.get((number, name)) or self._known.get((number, "") if number else ("", name))


class Reading:
    """Reads the lines of one file."""

    def __init__(
        self,
        columns: Mapping[Column, int],
        heading: Sequence[str],
        said: Said,
        gazetteer: Gazetteer,
        *,
        now: datetime,
        sayings: Sayings | None = None,
    ) -> None:
        self._said, self._gazetteer, self._now, self._sayings = said, gazetteer, now, sayings
        self._columns, self._heading = dict(columns), [cell.strip() for cell in heading]
        self._at = columns[Column.ADDRESS]
        self.notes: Counter[Note] = Counter()
        self._day = lru_cache(CACHED)(lambda text: moment(text, said.zone))

    def entry(self, cells: Sequence[str]) -> Entry | Refused:
        """Return the reader of a line, or why there is none."""
        typed = cells[self._at] if len(cells) > self._at else ""
        if "\ufffd" in typed:
            return Refused(LineFault.ENCODING, Column.ADDRESS)
        try:
            address = parse(typed)
        except BadAddress as wrong:
            if self._heading and [cell.strip() for cell in cells] == self._heading:
                return Refused(LineFault.HEADING)
            return Refused(wrong.code.value, Column.ADDRESS)
        more: dict[str, str] = {}
        stop, agreed = "", self._cell(cells, Column.CONSENT_DATE)
        if self._sayings is not None:
            line = self._sayings.line(cells)
            stop, agreed = self._sayings.stop(line), self._sayings.agreed(line) or agreed
            more = self._sayings.attributes(line)
            if stop:
                ended = min(self._day(self._sayings.ended(line)) or self._now, self._now)
                return Entry(address, "", "fr", "", "", (), CustomerKind.DIRECT.value, False, None, stop, ended)
        given = self._given(agreed)
        if isinstance(given, Refused):
            return given
        language = self._language(cells, more)
        if language is None:
            return Refused(LineFault.LANGUAGE, Column.LANGUAGE)
        commune, department = self._place(cells, more)
        return Entry(
            address,
            self._first_name(self._cell(cells, Column.FIRST_NAME, more)),
            language,
            commune,
            department,
            self._interests(self._cell(cells, Column.INTERESTS, more)),
            self._kind(self._cell(cells, Column.KIND, more)),
            self._said.tracking and _yes(self._cell(cells, Column.TRACKING, more)),
            given,
        )

    def _cell(self, cells: Sequence[str], column: Column, more: Mapping[str, str] | None = None) -> str:
        at = self._columns.get(column, -1)
        text = cells[at].strip() if 0 <= at < len(cells) else ""
        if not text and more:
            text = next((value for name, value in more.items() if value and MEANINGS.get(name) is column), "")
        return text

    def _given(self, agreed: str) -> datetime | Refused:
        if not agreed:
            return self._said.given_at or Refused(LineFault.NO_CONSENT_DATE, Column.CONSENT_DATE)
        given = self._day(agreed)
        if given is None:
            return Refused(LineFault.BAD_DAY, Column.CONSENT_DATE)
        return given if given <= self._now else Refused(LineFault.CONSENT_IN_FUTURE, Column.CONSENT_DATE)

    def _language(self, cells: Sequence[str], more: Mapping[str, str]) -> str | None:
        text = self._cell(cells, Column.LANGUAGE, more)
        return language(text) if text else self._said.language

    def _place(self, cells: Sequence[str], more: Mapping[str, str]) -> tuple[str, str]:
        postcode, commune = self._cell(cells, Column.POSTCODE, more), self._cell(cells, Column.COMMUNE, more)
        if not postcode and not commune:
            return "", ""
        found = self._gazetteer.find(postcode[:80], commune[:80])
        if found is None:
            self.notes[Note.PLACE] += 1
        return found or ("", "")

    def _first_name(self, text: str) -> str:
        if not text:
            return ""
        if not is_name(text):
            self.notes[Note.NAME] += 1
            return ""
        return text if text.isprintable() and len(text) <= profile.NAME_LENGTH else profile.first_name(text)

    def _interests(self, text: str) -> tuple[str, ...]:
        found, unknown = interests(text)
        if unknown:
            self.notes[Note.INTEREST] += 1
        return found

    def _kind(self, text: str) -> str:
        found = kind(text) if text else self._said.kind
        if found is None:
            self.notes[Note.KIND] += 1
        return (found or self._said.kind).value


_NOT_IN_A_NAME = re.compile(r"[\d<>@:/\\{}\[\]\ufffd=|]")


def is_name(text: str) -> bool:
    """Return whether this is a first name: it goes into mails, so it is no link, and no formula of a spreadsheet."""
    return not _NOT_IN_A_NAME.search(text) and text[0] not in "+-@"


_LANGUAGES = {
    **dict.fromkeys(("francais", "french", "fra", "fre", "france"), "fr"),
    **dict.fromkeys(("anglais", "english", "eng"), "en"),
    **dict.fromkeys(("allemand", "german", "deutsch", "deu", "ger"), "de"),
    **dict.fromkeys(("neerlandais", "dutch", "nederlands", "nld", "dut"), "nl"),
    **dict.fromkeys(("italien", "italian", "italiano", "ita"), "it"),
    **dict.fromkeys(("espagnol", "spanish", "espanol", "spa"), "es"),
}


@lru_cache(CACHED)
def language(text: str) -> str | None:
    """Return the two letters of a language, or None for what is none."""
    said = plain(text)
    return _LANGUAGES.get(said) or (said[:2] if re.fullmatch(r"[a-z]{2}( [a-z]{2,4})?", said) else None)


_KINDS = {
    **dict.fromkeys(("direct", "particulier", "particuliers", "client", "b2c", "individual"), CustomerKind.DIRECT),
    **dict.fromkeys(("trade", "pro", "professionnel", "professionnels", "professional", "b2b"), CustomerKind.TRADE),
    **dict.fromkeys(("press", "presse", "journaliste", "media", "medias", "journalist"), CustomerKind.PRESS),
}


@lru_cache(CACHED)
def kind(text: str) -> CustomerKind | None:
    """Return the kind of customer that this names."""
    return _KINDS.get(plain(text))


_LIKED: dict[Interest, str] = {
    Interest.TABLE: "a table|table|restaurants|restaurant|gastronomie|cuisine|food",
    Interest.WINE: "vin|vins|vin et domaines|wine|wines|wine and estates|domaines",
    Interest.OLIVE: "olive|olives|huile|huile et olives|huile d olive|olive oil|oil and olives",
    Interest.STAY: "sejour|sejours|stay|stays|hebergement|lodging",
    Interest.FAMILY: "famille|en famille|family|with the family|enfants|children",
    Interest.NATURE: "nature|balades|nature et balades|randonnee|nature and walks|walks|hiking",
    Interest.HERITAGE: "patrimoine|heritage|culture",
    Interest.CRAFT: "artisanat|craft|crafts|artisans",
    Interest.WELLBEING: "bien etre|wellbeing|well being|wellness|spa",
    Interest.FEASTS: "fetes|fetes et marches|marches|feasts|markets|feasts and markets|events|evenements",
}
_INTERESTS = {word: interest for interest, words in _LIKED.items() for word in words.split("|")}


@lru_cache(CACHED)
def interests(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the interests named in a cell, in their order, and whether something else stands there too."""
    said = [word for piece in re.split(r"[|,;/\n\"]+", text) if (word := plain(piece))]
    known = {_INTERESTS[word] for word in said if word in _INTERESTS}
    return tuple(one.value for one in Interest if one in known), any(word not in _INTERESTS for word in said)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?)?")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ,à]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")
_OFFSET = re.compile(r"\s*(?:Z|UTC|([+-]\d{2}):?(\d{2})(?: [A-Z]{3,4})?)", re.IGNORECASE)


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment that a cell tells, a day as its beginning; None for what is none."""
    text = text.strip()
    found, order = _ISO.match(text), (1, 2, 3)
    if found is None:
        found, order = _FRENCH.match(text), (3, 2, 1)
    if found is None:
        return None
    year, month, day = (int(found[part]) for part in order)
    rest = text[found.end() :]
    offset = _OFFSET.fullmatch(rest)
    if rest.strip() and offset is None:
        return None
    shift = f"{offset[1] or '+00'}:{offset[2] or '00'}" if offset and rest.strip() else ""
    try:
        at = datetime(year, month, day, int(found[4] or 0), int(found[5] or 0), int(found[6] or 0), tzinfo=zone)
        at = datetime.fromisoformat(at.replace(tzinfo=None).isoformat() + shift) if shift else at
        at.astimezone(zone)  # the year 1 has no earlier zone
    except (ValueError, OverflowError):
        return None
    return at


def _yes(text: str) -> bool:
    return plain(text) in ("yes", "oui", "1", "true", "vrai", "x", "y", "o")


def _name(text: str) -> str:
    return re.sub(r"\bst(e?)\b", r"saint\1", plain(text))
