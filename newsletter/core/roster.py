"""Members in a file as volunteers keep it: French headings or English, `;` or `,`, UTF-8 or Windows.

Each line stands by itself: one that is wrong says why, and the others are read all the same.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.core import listing
from newsletter.core.interests import Category
from newsletter.core.rows import BadLine, Fault, Line
from newsletter.core.wording import word_category

LINES = 1000

# How people name the columns; compared without accents, case and signs.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("nom", "etablissement", "membre", "adherent", "nom de l etablissement", "name"),
    "category": ("metier", "categorie", "activite", "category"),
    "commune": ("commune", "ville"),
    "postcode": ("code postal", "cp", "postcode"),
    "email": ("e mail", "email", "mail", "courriel", "adresse e mail"),
    "phone": ("telephone", "tel", "phone"),
    "website": ("site", "site web", "site internet", "website"),
    "contact": ("contact", "personne", "nom du contact", "person"),
    "year": ("cotisation", "annee", "annee payee", "year"),
}
NEEDED = ("name", "category", "commune")

# Other words for the same trades.
TRADES: Mapping[str, Category] = {
    "hotel": Category.LODGING,
    "gite": Category.LODGING,
    "chambre d hotes": Category.LODGING,
    "chambres d hotes": Category.LODGING,
    "camping": Category.LODGING,
    "restauration": Category.RESTAURANT,
    "table": Category.RESTAURANT,
    "domaine": Category.WINE_ESTATE,
    "vigneron": Category.WINE_ESTATE,
    "moulin": Category.OLIVE_MILL,
    "artisanat": Category.CRAFT,
    "activites": Category.ACTIVITY,
    "producteur": Category.PRODUCE,
}


class RosterFault(StrEnum):
    """What only a list of members can have wrong; the sentences stand in newsletter/story_words.py."""

    NOT_TEXT = "not_text"
    TOO_MANY_LINES = "too_many_lines"
    NO_LINES = "no_lines"
    BAD_YEAR = "bad_year"


@dataclass(frozen=True)
class Row:
    """One member as a line of the file tells it; the commune is as it was typed."""

    line: Line
    name: str
    category: Category
    commune: str
    email: str
    phone: str
    website: str
    contact: str
    year: int | None


def decode(raw: bytes, file: str) -> str:
    """Return the text as its spreadsheet meant it: UTF-8, else UTF-16 that says so, else Windows-1252."""
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for one in (encoding, "cp1252"):
        try:
            text = raw.decode(one)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadLine(file, 1, RosterFault.NOT_TEXT)


def read(text: str, file: str) -> Iterator[Row | BadLine]:
    """Yield each line as a member or as what is wrong with it; a wrong heading ends it at once."""
    records = _records(text, file)
    columns: list[str] = []
    typed: dict[str, str] = {}
    names: set[str] = set()
    count = 0
    for number, cells in records:
        if isinstance(cells, BadLine):
            yield cells
            return
        if not columns:
            try:
                columns, typed = _columns(cells, file, number)
            except BadLine as wrong:
                yield wrong
                return
            continue
        count += 1
        if count > LINES:
            yield BadLine(file, number, RosterFault.TOO_MANY_LINES, value=str(LINES))
            return
        try:
            row = _row(cells, columns, file, number)
            if plain(row.name) in names:
                raise row.line.wrong(Fault.TWICE, "name")
        except BadLine as wrong:
            wrong.column = typed.get(wrong.column, wrong.column)
            yield wrong
        else:
            names.add(plain(row.name))
            yield row
    if count == 0:
        yield BadLine(file, 1, RosterFault.NO_LINES)


def plain(words: str) -> str:
    """Return the words without accents, case and signs: how headings and names are compared."""
    bare = unicodedata.normalize("NFKD", words.replace("œ", "oe"))
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign)).lower()
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def trade(typed: str) -> Category | None:
    """Return the category that this names: by our word in either language, or another word for the trade."""
    return _TRADES.get(plain(typed))


def _records(text: str, file: str) -> Iterator[tuple[int, list[str] | BadLine]]:
    """Yield the records that say anything, each with the number of its first line."""
    heading = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(";,\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error:
        yield begins, BadLine(file, begins, Fault.NOT_CSV)


def _columns(cells: list[str], file: str, number: int) -> tuple[list[str], dict[str, str]]:
    columns: list[str] = []
    typed: dict[str, str] = {}
    for cell in cells:
        name = _COLUMNS.get(plain(cell), "")
        # a column with a typing error would be lost in silence
        if not name and cell.strip():
            raise BadLine(file, number, Fault.COLUMN_UNKNOWN, cell.strip()[:60])
        if name and name in columns:
            raise BadLine(file, number, Fault.TWICE, value=cell.strip()[:60])
        columns.append(name)
        typed[name] = cell.strip()
    for name in NEEDED:
        if name not in columns:
            raise BadLine(file, number, Fault.COLUMN_MISSING, HEADINGS[name][0])
    return columns, typed


def _row(cells: list[str], columns: list[str], file: str, number: int) -> Row:
    extra = cells[len(columns) :]
    if any(cell.strip() for cell in extra):
        raise BadLine(file, number, Fault.TOO_MANY_CELLS, value=f"{len(cells)} / {len(columns)}")
    padded = [*cells, *([""] * (len(columns) - len(cells)))]
    said = {name: cell for name, cell in zip(columns, padded, strict=False) if name}
    # what no database and no mail can carry
    line = Line(file, number, {name: listing.line(cell, 1000) for name, cell in said.items()})
    name = line.text("name", longest=120, needed=True)
    category = trade(line.text("category", longest=60, needed=True))
    if category is None:
        raise line.wrong(Fault.UNKNOWN_WORD, "category")
    commune = line.text("commune", longest=80, needed=True)
    postcode = line.text("postcode", longest=5)
    return Row(
        line=line,
        name=name,
        category=category,
        commune=f"{commune} {postcode.zfill(5)}" if postcode else commune,
        email=line.email("email"),
        phone=line.text("phone", longest=24),
        website=_website(line),
        contact=line.text("contact", longest=120),
        year=_year(line),
    )


def _website(line: Line) -> str:
    typed = line.text("website", longest=200)
    if not typed or "://" in typed:
        return line.link("website")
    return Line(line.file, line.number, {**line.cells, "website": f"https://{typed}"}).link("website")


def _year(line: Line) -> int | None:
    typed = line.text("year", longest=12)
    if not typed:
        return None
    if not re.fullmatch(r"(19[9]\d|20\d\d)", typed):
        raise line.wrong(RosterFault.BAD_YEAR, "year")
    return int(typed)


_COLUMNS = {heading: name for name, headings in HEADINGS.items() for heading in headings}
_TRADES = {
    **{category.value.replace("_", " "): category for category in Category},
    **{plain(word_category(category, language)): category for category in Category for language in ("fr", "en")},
    **TRADES,
}
