"""The communes in `data/communes/` are all there, once, and stand where they stand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from newsletter.core.places import Commune, read_communes

FOLDER = Path(__file__).parents[3] / "data" / "communes"

VALLEE_DES_BAUX = {
    "13006": "Aureille",
    "13011": "Les Baux-de-Provence",
    "13034": "Eygalières",
    "13038": "Fontvieille",
    "13057": "Mas-Blanc-des-Alpilles",
    "13058": "Maussane-les-Alpilles",
    "13065": "Mouriès",
    "13068": "Paradou",
    "13094": "Saint-Étienne-du-Grès",
    "13100": "Saint-Rémy-de-Provence",
}
REGIONAL_PARK = VALLEE_DES_BAUX | {
    "13035": "Eyguières",
    "13049": "Lamanon",
    "13067": "Orgon",
    "13097": "Saint-Martin-de-Crau",
    "13105": "Sénas",
    "13108": "Tarascon",
}
AROUND = {
    "13001": "Aix-en-Provence",
    "13003": "Alleins",
    "13004": "Arles",
    "13010": "Barbentane",
    "13017": "Boulbon",
    "13018": "Cabannes",
    "13027": "Châteaurenard",
    "13036": "Eyragues",
    "13044": "Grans",
    "13045": "Graveson",
    "13047": "Istres",
    "13052": "Maillane",
    "13053": "Mallemort",
    "13055": "Marseille",
    "13061": "Saint-Pierre-de-Mézoargues",
    "13063": "Miramas",
    "13064": "Mollégès",
    "13066": "Noves",
    "13076": "Plan-d'Orgon",
    "13083": "Rognonas",
    "13089": "Saint-Andiol",
    "13103": "Salon-de-Provence",
    "13116": "Verquières",
    "30032": "Beaucaire",
    "84007": "Avignon",
    "84035": "Cavaillon",
}
# Typed apart from the file and its sources, in whole minutes as maps print them.
ON_THE_MAP = {
    "13004": (43 + 41 / 60, 4 + 38 / 60),
    "13011": (43 + 45 / 60, 4 + 48 / 60),
    "13034": (43 + 46 / 60, 4 + 57 / 60),
    "13057": (43 + 47 / 60, 4 + 45 / 60),
    "13058": (43 + 43 / 60, 4 + 48 / 60),
    "13065": (43 + 41 / 60, 4 + 52 / 60),
    "13094": (43 + 47 / 60, 4 + 43 / 60),
    "13100": (43 + 47 / 60, 4 + 50 / 60),
    "13103": (43 + 38 / 60, 5 + 6 / 60),
    "84007": (43 + 57 / 60, 4 + 49 / 60),
}
# South, north, west, east.
BOXES = {
    "971": (15.7, 16.6, -61.9, -60.9),
    "972": (14.3, 15.0, -61.3, -60.7),
    "973": (2.0, 6.0, -54.7, -51.5),
    "974": (-21.5, -20.8, 55.1, 55.9),
    "975": (46.7, 47.2, -56.5, -56.1),
    "976": (-13.1, -12.5, 44.9, 45.4),
    "977": (17.8, 18.0, -63.0, -62.7),
    "978": (18.0, 18.2, -63.2, -62.9),
    "986": (-14.5, -13.1, -178.3, -176.0),
    "987": (-28.0, -7.5, -155.0, -134.0),
    "988": (-23.0, -19.0, 163.0, 169.0),
}
MAINLAND_AND_CORSICA = (41.3, 51.2, -5.2, 9.7)


@pytest.fixture(scope="module")
def communes() -> dict[str, Commune]:
    return {commune.insee: commune for commune in read_communes(FOLDER / "communes.csv.gz")}


def test_a_commune_is_read_whole(communes: dict[str, Commune]) -> None:
    assert communes["13058"] == Commune(
        insee="13058",
        name="Maussane-les-Alpilles",
        department="13",
        region="93",
        epci="241300375",
        postcodes=("13520",),
        population=2347,
        latitude=43.7214,
        longitude=4.8047,
        exact=True,
    )


def test_every_commune_of_france_is_there_once_and_in_order() -> None:
    codes = [commune.insee for commune in read_communes(FOLDER / "communes.csv.gz")]

    assert 34_900 < len(codes) < 35_000
    assert codes == sorted(set(codes))


def test_every_commune_stands_in_its_part_of_france(communes: dict[str, Commune]) -> None:
    def astray(commune: Commune) -> bool:
        south, north, west, east = BOXES.get(commune.department, MAINLAND_AND_CORSICA)
        return not (south < commune.latitude < north and west < commune.longitude < east)

    assert [commune for commune in communes.values() if astray(commune)] == []


def test_every_commune_of_the_alpilles_and_around_is_exact(communes: dict[str, Commune]) -> None:
    expected = REGIONAL_PARK | AROUND

    assert {code: communes[code].name for code in expected} == expected
    assert [communes[code].name for code in expected if not communes[code].exact] == []


def test_no_commune_of_the_vallee_des_baux_was_forgotten(communes: dict[str, Commune]) -> None:
    assert {c.insee: c.name for c in communes.values() if c.epci == "241300375"} == VALLEE_DES_BAUX


@pytest.mark.parametrize("code", ON_THE_MAP)
def test_the_towns_stand_where_a_map_shows_them(communes: dict[str, Commune], code: str) -> None:
    commune = communes[code]

    assert (commune.latitude, commune.longitude) == pytest.approx(ON_THE_MAP[code], abs=0.02)


def test_the_known_coordinates_have_the_last_word(communes: dict[str, Commune]) -> None:
    with (FOLDER / "known_coordinates.csv").open(encoding="utf-8", newline="") as lines:
        known = list(csv.DictReader(lines))

    assert [(row["insee"], row["name"], float(row["latitude"]), float(row["longitude"]), True) for row in known] == [
        (c.insee, c.name, c.latitude, c.longitude, c.exact) for c in (communes[row["insee"]] for row in known)
    ]


def test_a_postcode_may_serve_several_communes(communes: dict[str, Commune]) -> None:
    assert {c.name for c in communes.values() if "13520" in c.postcodes} == {
        "Les Baux-de-Provence",
        "Maussane-les-Alpilles",
        "Paradou",
    }


@pytest.mark.parametrize(("code", "postcode"), [("13055", "13008"), ("69123", "69005"), ("75056", "75018")])
def test_a_district_of_a_great_city_is_a_postcode_of_it(communes: dict[str, Commune], code: str, postcode: str) -> None:
    assert [c.insee for c in communes.values() if postcode in c.postcodes] == [code]


def test_nine_people_in_ten_live_in_an_exact_commune(communes: dict[str, Commune]) -> None:
    people: Counter[bool] = Counter()
    for commune in communes.values():
        people[commune.exact] += commune.population

    assert people[True] / people.total() > 0.89


def test_a_plain_file_is_read_as_a_packed_one(tmp_path: Path) -> None:
    plain = tmp_path / "communes.csv"
    plain.write_text(
        "insee,name,department,region,epci,postcodes,population,latitude,longitude,exact\n"
        "29155,Ouessant,29,53,,29242,860,48.4569,-5.0958,0\n",
        encoding="utf-8",
    )

    (ouessant,) = read_communes(plain)

    assert (ouessant.epci, ouessant.postcodes, ouessant.exact) == ("", ("29242",), False)


@pytest.mark.parametrize(
    "line",
    [
        "29155,Ouessant",
        "29155,Ouessant,29,53,,29242,many,48.4569,-5.0958,0",
        "29155,Ouessant,29,53,,29242,860,48.4569,-5.0958,perhaps",
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    bad = tmp_path / "communes.csv"
    bad.write_text(
        "insee,name,department,region,epci,postcodes,population,latitude,longitude,exact\n"
        f"13058,Maussane-les-Alpilles,13,93,241300375,13520,2347,43.7214,4.8047,1\n{line}\n",
        encoding="utf-8",
    )

    with pytest.raises(ValueError, match=r"communes\.csv, line 3"):
        list(read_communes(bad))
