"""Every department has one calendar for its schools, and only one."""

import pytest
from django.conf import settings

from newsletter.core.calendar.zones import ACADEMIES, BY_DEPARTMENT, SchoolZone, academy_of, zone_of
from newsletter.core.places import read_communes

COMMUNES = settings.BASE_DIR / "data" / "communes" / "communes.csv.gz"


def test_every_department_that_has_a_commune_has_its_zone() -> None:
    assert {commune.department for commune in read_communes(COMMUNES)} == set(BY_DEPARTMENT)


def test_the_96_departments_of_the_mainland_and_corsica_are_all_there_and_the_overseas_too() -> None:
    by_zone = {zone: [d for d, found in BY_DEPARTMENT.items() if found is zone] for zone in SchoolZone}

    assert {zone: len(found) for zone, found in by_zone.items()} == {
        SchoolZone.A: 32,
        SchoolZone.B: 41,
        SchoolZone.C: 21,
        SchoolZone.CORSICA: 2,
        SchoolZone.OVERSEAS: 11,
    }
    assert sum(len(found) for zone in by_zone for found in ACADEMIES[zone].values()) == 107, "none stands there twice"


@pytest.mark.parametrize(
    ("department", "zone", "academy"),
    [
        ("13", SchoolZone.B, "Aix-Marseille"),
        ("84", SchoolZone.B, "Aix-Marseille"),
        ("30", SchoolZone.C, "Montpellier"),  # the neighbours across the Rhône leave at another time
        ("07", SchoolZone.A, "Grenoble"),
        ("26", SchoolZone.A, "Grenoble"),
        ("69", SchoolZone.A, "Lyon"),
        ("75", SchoolZone.C, "Paris"),
        ("31", SchoolZone.C, "Toulouse"),
        ("06", SchoolZone.B, "Nice"),
        ("2A", SchoolZone.CORSICA, "Corse"),
        (" 2b ", SchoolZone.CORSICA, "Corse"),
        ("974", SchoolZone.OVERSEAS, "La Réunion"),
        ("977", SchoolZone.OVERSEAS, "Guadeloupe"),
        ("988", SchoolZone.OVERSEAS, "Nouvelle-Calédonie"),
    ],
)
def test_a_department_leaves_with_its_academy(department: str, zone: SchoolZone, academy: str) -> None:
    assert (zone_of(department), academy_of(department)) == (zone, academy)


@pytest.mark.parametrize("nowhere", ["", "20", "96", "99", "1", "13000", "Gard"])
def test_what_is_no_department_has_no_zone(nowhere: str) -> None:
    assert (zone_of(nowhere), academy_of(nowhere)) == (None, None)
