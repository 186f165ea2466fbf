"""What a question would find, before it is kept: how many, a few of them, where they live, whom another also finds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sqrt

from django.db.models import Count, Q

from audiences import segments
from audiences.core.address import mask
from audiences.core.segment import All, Segment
from newsletter.models import Newsletter, Place

SAMPLE = 10
# What the planner thinks is dearer than this is counted in a second step; below it takes some hundredths of a second.
DEAR = 5_000.0
# Drawn at most: what is smaller would hide what is larger.
DOTS, BACKDROP, TOWNS = 500, 900, 7
WIDTH, HEIGHT, MARGIN = 400.0, 340.0, 16.0
# France with Corsica; who lives overseas is counted beside the map.
FRANCE = (41.2, 51.2, -5.3, 9.8)


@dataclass(frozen=True)
class Estimate:
    """How many readers the database expects to find, and what it expects finding them to cost."""

    readers: int
    cost: float

    @property
    def is_cheap(self) -> bool:
        return self.cost < DEAR


@dataclass(frozen=True)
class One:
    """A reader as the builder shows one: nobody is named."""

    masked: str
    place: str
    language: str


@dataclass(frozen=True)
class Overlap:
    """Two audiences side by side."""

    both: int
    only_first: int
    only_second: int


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    r: float
    name: str
    readers: int


@dataclass(frozen=True)
class Chart:
    """Where the readers live: circles as large as they are many, over the communes around."""

    dots: Sequence[Dot]
    backdrop: Sequence[tuple[float, float]]
    towns: Sequence[tuple[float, float, str]]
    largest: Sequence[Dot]
    # Those who told no commune, and those beyond the sea.
    unplaced: int
    elsewhere: int
    box: str = f"0 0 {WIDTH:g} {HEIGHT:g}"


def estimate(newsletter: Newsletter, tree: Segment, *, now: datetime) -> Estimate:
    """Return what the planner thinks, in some milliseconds however many readers there are."""
    said = segments.audience(newsletter, tree, now=now).order_by().explain(format="json")
    plan = json.loads(said)[0]["Plan"]
    return Estimate(int(plan["Plan Rows"]), float(plan["Total Cost"]))


def sample(newsletter: Newsletter, tree: Segment, *, now: datetime) -> list[One]:
    """Return ten of these readers, always the same ones, their addresses masked."""
    readers = segments.sample(newsletter, tree, now=now, size=SAMPLE)
    names = dict(Place.objects.filter(insee__in={one.commune for one in readers}).values_list("insee", "name"))
    return [One(mask(one.address), names.get(one.commune, ""), one.language) for one in readers]


def overlap(newsletter: Newsletter, first: Segment, second: Segment, *, readers: int, now: datetime) -> Overlap:
    """Return whom both mean, and whom only one of them does; `readers` is how many the first one means."""
    both = segments.count(newsletter, All((first, second)), now=now)
    return Overlap(both, readers - both, segments.count(newsletter, second, now=now) - both)


def chart(newsletter: Newsletter, tree: Segment, *, now: datetime) -> Chart | None:
    """Return where these readers live, nearer where most of them are near each other; None where nobody is placed."""
    rows = segments.audience(newsletter, tree, now=now).order_by().values_list("commune").annotate(n=Count("pk"))
    by_commune: dict[str, int] = dict(rows)
    homes = Place.objects.in_bulk([code for code in by_commune if code])
    south, north, west, east = FRANCE
    here = [
        (home, by_commune[code])
        for code, home in homes.items()
        if south <= home.latitude <= north and west <= home.longitude <= east
    ]
    if not here:
        return None
    placed = sum(readers for _, readers in here)
    abroad = sum(by_commune[code] for code in homes) - placed
    frame = _Frame.around(here)
    inside = sorted((pair for pair in here if frame.holds(pair[0])), key=lambda pair: (-pair[1], pair[0].insee))
    most = inside[0][1]
    dots = [
        Dot(*frame.spot(home), round(2 + 12 * sqrt(readers / most), 1), home.name, readers)
        for home, readers in inside[:DOTS]
    ]
    around = list(frame.communes()[:BACKDROP])
    return Chart(
        dots=dots,
        backdrop=[frame.spot(place) for place in around],
        towns=[(*frame.spot(place), place.name) for place in _apart(around, frame)],
        largest=dots[:5],
        unplaced=sum(by_commune.values()) - placed - abroad,
        elsewhere=abroad + placed - sum(readers for _, readers in inside),
    )


@dataclass(frozen=True)
class _Frame:
    """A part of the map, as wide as it is tall on paper."""

    latitude: float
    longitude: float
    scale: float  # of paper, a degree of latitude
    squeeze: float

    @classmethod
    def around(cls, here: Sequence[tuple[Place, int]]) -> "_Frame":
        """Return the frame that holds nine readers in ten, each side cut by one in twenty at most."""
        north, south = _cut([(home.latitude, readers) for home, readers in here])
        east, west = _cut([(home.longitude, readers) for home, readers in here])
        middle, squeeze = (north + south) / 2, cos(radians((north + south) / 2))
        # never nearer than some forty kilometres: a village alone says nothing about where it is
        tall, wide = max(north - south, 0.4), max((east - west) * squeeze, 0.4)
        scale = min((HEIGHT - 2 * MARGIN) / tall, (WIDTH - 2 * MARGIN) / wide)
        return cls(middle, (east + west) / 2, scale, squeeze)

    def spot(self, place: Place) -> tuple[float, float]:
        x = WIDTH / 2 + (place.longitude - self.longitude) * self.squeeze * self.scale
        y = HEIGHT / 2 - (place.latitude - self.latitude) * self.scale
        return round(x, 1), round(y, 1)

    def holds(self, place: Place) -> bool:
        x, y = self.spot(place)
        return 0 <= x <= WIDTH and 0 <= y <= HEIGHT

    def communes(self) -> list[Place]:
        """Return the communes of this part, the largest first."""
        tall, wide = HEIGHT / 2 / self.scale, WIDTH / 2 / self.scale / self.squeeze
        inside = Q(
            latitude__range=(self.latitude - tall, self.latitude + tall),
            longitude__range=(self.longitude - wide, self.longitude + wide),
        )
        return list(Place.objects.filter(inside).order_by("-population", "insee")[:BACKDROP])


def _cut(values: list[tuple[float, int]]) -> tuple[float, float]:
    """Return the highest and the lowest value without the outermost twentieth of the readers on either side."""
    values = sorted(values)
    spare = sum(readers for _, readers in values) // 20
    ends = []
    for line in (reversed(values), iter(values)):
        passed = 0
        for value, readers in line:
            passed += readers
            if passed > spare:
                ends.append(value)
                break
    return ends[0], ends[1]


def _apart(places: Sequence[Place], frame: _Frame) -> list[Place]:
    """Return the largest towns whose names do not run into each other."""
    kept: list[Place] = []
    for place in places:
        x, y = frame.spot(place)
        if x > WIDTH - 70 or y < 14:
            continue
        if all(abs(x - a) > 95 or abs(y - b) > 22 for a, b in map(frame.spot, kept)):
            kept.append(place)
        if len(kept) == TOWNS:
            break
    return kept
