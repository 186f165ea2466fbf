"""The table of regions is the one that the communes tell."""

from newsletter.core.places import read_communes
from newsletter.core.regions import REGIONS, departments_of
from newsletter.places import EPCIS, FILE, epci_names


def test_the_regions_are_those_of_the_communes() -> None:
    told: dict[str, set[str]] = {}
    for commune in read_communes(FILE):
        told.setdefault(commune.region, set()).add(commune.department)

    assert {code: set(region.departments) for code, region in REGIONS.items()} == told


def test_what_is_no_region_has_no_departments() -> None:
    assert departments_of("99") == ()


def test_every_intercommunality_of_a_commune_has_its_name() -> None:
    assert {commune.epci for commune in read_communes(FILE) if commune.epci} == set(epci_names())
    assert EPCIS.name == "epci.csv"
    assert epci_names()["241300375"] == "CC Vallée des Baux-Alpilles (CC VBA)"
