"""The communes of France, as a file tells them; `data/communes/README.md` says where it comes from."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune and the point that stands for it on the map."""

    insee: str
    name: str
    department: str
    region: str
    epci: str  # empty where there is none: a few islands and the overseas collectivities
    postcodes: tuple[str, ...]
    population: int
    latitude: float
    longitude: float
    exact: bool  # False: the point is among its neighbours, some kilometres off


def read_communes(path: Path) -> Iterator[Commune]:
    """Yield the communes of a CSV file, packed or not, in its order; a bad line stops it, by its number."""
    with (
        gzip.open(path, "rt", encoding="utf-8", newline="")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8", newline="")
    ) as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                yield _commune(row)
            except (KeyError, TypeError, ValueError, AttributeError) as wrong:
                raise ValueError(f"{path.name}, line {reader.line_num}: not a commune ({wrong})") from wrong


def _commune(row: dict[str, str]) -> Commune:
    return Commune(
        insee=row["insee"],
        name=row["name"],
        department=row["department"],
        region=row["region"],
        epci=row["epci"],
        postcodes=tuple(row["postcodes"].split()),
        population=int(row["population"]),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        exact={"1": True, "0": False}[row["exact"]],
    )
