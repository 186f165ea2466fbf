"""A line of a file as a reader: what people write in a cell is understood, and what is none is said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from audiences.core import entries
from audiences.core.entries import Gazetteer, Town, moment
from newsletter.core.interests import Interest

PARIS = ZoneInfo("Europe/Paris")
TOWNS = [
    Town("13058", "Maussane-les-Alpilles", "13", ["13520"], 2200),
    Town("13065", "Paradou", "13", ["13520"], 1900),
    Town("01053", "Bourg-en-Bresse", "01", ["01000"], 41000),
    Town("13100", "Saint-Rémy-de-Provence", "13", ["13210"], 9700),
    Town("71475", "Saint-Rémy", "71", ["71100"], 6000),
    Town("24494", "Saint-Rémy", "24", ["24700"], 400),
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("02/03/2025", "2025-03-02T00:00:00+01:00"),
        ("2-3-2025", "2025-03-02T00:00:00+01:00"),
        ("18-06-2024", "2024-06-18T00:00:00+02:00"),
        ("02/03/2025 à 9h05", "2025-03-02T09:05:00+01:00"),
        ("2025-03-02", "2025-03-02T00:00:00+01:00"),
        ("2025-03-02 10:20:30", "2025-03-02T10:20:30+01:00"),
        ("2025-03-02T10:20:30Z", "2025-03-02T10:20:30+00:00"),
        ("2023-01-02 10:11:12.123456 +0000 UTC", "2023-01-02T10:11:12+00:00"),
        ("2023-01-02 10:11:12.5 +0200 CEST", "2023-01-02T10:11:12+02:00"),
    ],
)
def test_a_moment_is_understood_as_people_and_tools_write_it(text: str, told: str) -> None:
    found = moment(text, PARIS)
    assert found is not None
    assert found.isoformat() == told


@pytest.mark.parametrize(
    "text", ["demain", "31/02/2025", "2025", "03/2025", "1/1/25", "2025-03-02 plus tard", "0000-00-00"]
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment(text, PARIS) is None


@pytest.mark.parametrize(
    ("postcode", "commune", "insee"),
    [
        ("13520", "", "13058"),
        ("13520", "paradou", "13065"),
        ("", "13520 Paradou", "13065"),
        ("", "St Remy de Provence", "13100"),
        ("1000", "", "01053"),
        ("13100", "", "13100"),
        ("", "Saint-Rémy", None),
        ("24700", "SAINT REMY", "24494"),
        ("99999", "", None),
        ("", "Atlantide", None),
    ],
)
def test_a_commune_is_found_by_what_a_file_may_call_it(postcode: str, commune: str, insee: str | None) -> None:
    found = Gazetteer(TOWNS).find(postcode, commune)
    assert (found[0] if found else None) == insee


def test_every_interest_has_a_word_and_what_is_unknown_is_noticed() -> None:
    assert entries.interests("|".join(entries._LIKED[one].split("|")[0] for one in Interest)) == (
        tuple(one.value for one in Interest),
        False,
    )
    assert entries.interests("Vin; rugby") == (("wine",), True)
    assert all(entries.interests(one.value) == ((one.value,), False) for one in Interest)


@pytest.mark.parametrize(("text", "code"), [("Français", "fr"), ("en_GB", "en"), ("DE", "de"), ("klingon", None)])
def test_a_language_is_known_by_name_or_code(text: str, code: str | None) -> None:
    assert entries.language(text) == code


def test_a_moment_has_a_zone() -> None:
    assert moment("2025-01-01", UTC) == datetime(2025, 1, 1, tzinfo=UTC)
