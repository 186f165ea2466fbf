"""A ring holds who lives near enough, and the quick way says what the slow way says."""

from math import pi
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core.catchment import MEAN_EARTH_RADIUS_KM, Atlas, distance_km, ring
from newsletter.core.places import Commune, read_communes

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
spots = st.tuples(latitudes, longitudes)
# Near the Alpilles most rings hold some and miss some.
near_spots = st.tuples(st.floats(43, 45), st.floats(4, 6))
radii = st.floats(0, 300) | st.floats(0, 21_000)
codes = st.integers(0, 99_999).map("{:05}".format)


def points(of: st.SearchStrategy[tuple[float, float]]) -> st.SearchStrategy[list[tuple[str, float, float]]]:
    return st.lists(st.tuples(codes, of).map(lambda pair: (pair[0], *pair[1])), max_size=40)


@pytest.fixture(scope="module")
def communes() -> dict[str, Commune]:
    path = Path(__file__).parents[3] / "data" / "communes" / "communes.csv.gz"
    return {commune.name: commune for commune in read_communes(path) if commune.department in {"13", "30", "84"}}


@given(spots, spots)
def test_the_way_back_is_as_long(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert distance_km(*a, *b) == pytest.approx(distance_km(*b, *a))


@given(spots, spots)
def test_no_way_is_negative_or_longer_than_half_the_earth(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert 0 <= distance_km(*a, *b) <= pi * MEAN_EARTH_RADIUS_KM


@given(spots)
def test_a_place_is_nowhere_from_itself(a: tuple[float, float]) -> None:
    assert distance_km(*a, *a) == 0


@given(spots, spots, spots)
def test_a_detour_is_never_shorter(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
    # A metre for rounding: near antipodes the arcsine is steep.
    assert distance_km(*a, *c) <= distance_km(*a, *b) + distance_km(*b, *c) + 0.001


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_km(43, 4.8, 44, 4.8) == pytest.approx(111.195, abs=0.001)


@given(near_spots, points(near_spots), radii, radii)
def test_a_wider_ring_holds_the_narrower(
    centre: tuple[float, float], all_points: list[tuple[str, float, float]], one: float, other: float
) -> None:
    narrow, wide = sorted((one, other))

    assert ring(centre, narrow, all_points) <= ring(centre, wide, all_points)


@given(spots, spots)
def test_the_edge_belongs_to_the_ring(centre: tuple[float, float], edge: tuple[float, float]) -> None:
    radius = distance_km(*centre, *edge)

    assert ring(centre, radius, [("13058", *edge)]) == {"13058"}
    assert Atlas([("13058", *edge)]).ring(centre, radius) == {"13058"}


@given(near_spots, points(near_spots), radii)
def test_the_atlas_says_what_the_plain_ring_says(
    centre: tuple[float, float], all_points: list[tuple[str, float, float]], radius: float
) -> None:
    assert Atlas(all_points).ring(centre, radius) == ring(centre, radius, all_points)


@given(spots, points(spots), radii)
def test_so_it_does_at_the_poles_and_at_the_date_line(
    centre: tuple[float, float], all_points: list[tuple[str, float, float]], radius: float
) -> None:
    assert Atlas(all_points).ring(centre, radius) == ring(centre, radius, all_points)


def test_a_ring_crosses_the_date_line() -> None:
    assert Atlas([("98611", -14.3, -179.9)]).ring((-14.3, 179.9), 30) == {"98611"}


def test_a_ring_of_less_than_nothing_is_empty() -> None:
    assert Atlas([("13058", 43.7, 4.8)]).ring((43.7, 4.8), -1) == frozenset()


@pytest.mark.parametrize(
    ("here", "there", "kilometres"),
    [
        ("Saint-Rémy-de-Provence", "Les Baux-de-Provence", 5.8),
        ("Maussane-les-Alpilles", "Arles", 15.1),
        ("Maussane-les-Alpilles", "Avignon", 25.3),
        ("Arles", "Nîmes", 28.0),
        ("Avignon", "Marseille", 86.0),
    ],
)
def test_ways_known_by_heart(communes: dict[str, Commune], here: str, there: str, kilometres: float) -> None:
    a, b = communes[here], communes[there]

    assert distance_km(a.latitude, a.longitude, b.latitude, b.longitude) == pytest.approx(kilometres, rel=0.05)


def test_twenty_kilometres_around_maussane(communes: dict[str, Commune]) -> None:
    maussane = communes["Maussane-les-Alpilles"]
    atlas = Atlas((c.insee, c.latitude, c.longitude) for c in communes.values())

    held = atlas.ring((maussane.latitude, maussane.longitude), 20)

    inside = {
        "Maussane-les-Alpilles",
        "Les Baux-de-Provence",
        "Saint-Rémy-de-Provence",
        "Arles",
        "Tarascon",
        "Mouriès",
    }
    outside = {"Avignon", "Salon-de-Provence", "Cavaillon", "Nîmes", "Marseille"}
    assert {communes[name].insee for name in inside} <= held
    assert held.isdisjoint(communes[name].insee for name in outside)
