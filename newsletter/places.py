"""The communes of France: brought in as rows, and found by what people type."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from newsletter.core.places import Commune, read_communes
from newsletter.models import Place

FILE: Path = settings.BASE_DIR / "data" / "communes" / "communes.csv.gz"
EPCIS: Path = FILE.with_name("epci.csv")

# COPY into a table of the transaction's own, then one upsert that touches only what differs.
STAGE = "CREATE TEMPORARY TABLE staged_place (LIKE newsletter_place) ON COMMIT DROP"
COPY = """
COPY staged_place (insee, name, department, region, epci, postcodes, population, latitude, longitude, exact)
FROM STDIN
"""
UPSERT = """
INSERT INTO newsletter_place AS here SELECT * FROM staged_place
ON CONFLICT (insee) DO UPDATE SET
    (name, department, region, epci, postcodes, population, latitude, longitude, exact)
    = (excluded.name, excluded.department, excluded.region, excluded.epci, excluded.postcodes,
       excluded.population, excluded.latitude, excluded.longitude, excluded.exact)
WHERE here IS DISTINCT FROM excluded
"""

_BOTH = re.compile(r"(?P<name>.*?)\s*\(?(?P<postcode>\d{5})?\)?\s*")
# What people leave out when they type a name in haste.
_LOOSE = {
    "a": "[aàâä]",
    "c": "[cç]",
    "e": "[eéèêë]",
    "i": "[iîï]",
    "o": "[oôöœ]",
    "u": "[uùûü]",
    "y": "[yÿ]",
    "'": "['’]",
    "’": "['’]",
    "-": "[- ]",
    " ": "[- ]",
}
_ACCENTS = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")


@transaction.atomic
def load(path: Path = FILE) -> int:
    """Bring every commune of the file in, changed or new; return how many it holds. Again changes nothing."""
    communes = list(read_communes(path))
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy(COPY) as copy:
            for commune in communes:
                copy.write_row(_row(commune))
        cursor.execute(UPSERT)
        cursor.execute("DROP TABLE staged_place")
    return len(communes)


def search(typed: str, limit: int = 8) -> list[Place]:
    """Return the communes that this may begin to name, the largest first."""
    name, postcode = _read(typed)
    if len(name) < 2 and not postcode:
        return []
    places = Place.objects.at_postcode(postcode) if postcode else Place.objects.order_by("-population")
    return list(places.filter(name__iregex="^" + _pattern(name))[:limit])


def named(typed: str) -> list[Place]:
    """Return the communes that this names outright, the largest first: one, if it is clear."""
    name, postcode = _read(typed)
    if not name and not postcode:
        return []
    places = Place.objects.at_postcode(postcode) if postcode else Place.objects.order_by("-population")
    if name:
        places = places.filter(name__iregex="^" + _pattern(name) + "$")
    return list(places[:20])


def label(place: Place) -> str:
    """Return how a commune is written in a form, so that it is found again: Arles (13200)."""
    return f"{place.name} ({place.postcodes[0]})" if place.postcodes else place.name


@cache
def epci_names() -> Mapping[str, str]:
    """Return what every intercommunality is called, by its SIREN code."""
    with EPCIS.open(encoding="utf-8", newline="") as lines:
        return {row["epci"]: row["name"] for row in csv.DictReader(lines)}


def _row(commune: Commune) -> tuple[object, ...]:
    return (
        *(commune.insee, commune.name, commune.department, commune.region, commune.epci),
        list(commune.postcodes),
        *(commune.population, commune.latitude, commune.longitude, commune.exact),
    )


def _read(typed: str) -> tuple[str, str]:
    found = _BOTH.fullmatch(typed.strip()[:80])
    return (found["name"].lower(), found["postcode"] or "") if found else ("", "")


def _pattern(name: str) -> str:
    plain = name.translate(_ACCENTS).replace("œ", "o")
    return "".join(_LOOSE.get(letter, re.escape(letter)) for letter in plain)
