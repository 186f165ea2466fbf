"""An Apidae export, packed or as one file."""

from datetime import date
from typing import Any

import pytest

from newsletter.core import catalogue
from newsletter.core.interests import Category
from newsletter.core.listing import Flaw, Kind, Listing, Period, Photo, Refused, Reuse, Source, Translation
from tests import feeds


def one(**changes: Any) -> Any:
    [found] = catalogue.read(feeds.export({**feeds.object_(), **changes})).objects
    return found


def test_a_holiday_house_is_told_whole_and_its_longitude_comes_first() -> None:
    assert one() == Listing(
        source=Source.APIDAE,
        identifier="5678",
        kind=Kind.BUSINESS,
        name="Le Cabanon des Baux 5678",
        category=Category.LODGING,
        types=("HEBERGEMENT_LOCATIF",),
        summary="Deux pièces sous les pins.",
        text="Une terrasse vers le soir.\nChiens bienvenus.",
        translations=(Translation("en", name="The Cabin"),),
        street="Route des Baux",
        postcode="13520",
        insee="13011",
        commune="Les Baux-de-Provence",
        latitude=43.744,
        longitude=4.795,
        phone="04 90 00 00 02",
        email="cabanon@baux.example",
        website="https://www.cabanon.example",
        price="La semaine à partir de 420 €.",
        periods=(Period(date(2027, 4, 1), date(2027, 9, 30)),),
        every_year=True,
        photos=(Photo("https://photos.example/cabanon.jpg", "Jeanne Inventée", "", "La terrasse"),),
        publisher="OT inventé",
        updated="2026-05-06T10:00:00.000+0200",
    )


def test_no_photo_of_an_export_is_free_for_it_names_no_licence() -> None:
    assert [photo.reuse for photo in one().photos] == [Reuse.UNKNOWN]


def test_a_packet_holds_several_and_names_the_one_that_is_wrong() -> None:
    packet = [feeds.object_(1), {"id": 2, "type": "HOTELLERIE"}, "?", feeds.object_(3)]
    found = list(catalogue.read(feeds.export(packet)).objects)

    assert [one.identifier for one in found] == ["1", "2", "", "3"]
    assert found[1:3] == [
        Refused("objets_modifies-0.json #2", Flaw.NO_NAME, "2"),
        Refused("objets_modifies-0.json #3", Flaw.BAD_SHAPE),
    ]


def test_the_same_objects_may_come_as_one_file() -> None:
    for told in ([feeds.object_()], {"objetsTouristiques": [feeds.object_()]}, feeds.object_()):
        read = catalogue.read(feeds.single(told))
        assert (read.source, [found.name for found in read.objects]) == (Source.APIDAE, ["Le Cabanon des Baux 5678"])


def test_what_the_export_says_is_no_more_is_told() -> None:
    read = catalogue.read(feeds.export(feeds.object_(), gone=[11, {"id": 12}, "13", None, True, 10**30]))

    assert read.gone == {"11", "12", "13"}


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"id": None}, Flaw.NO_IDENTIFIER),
        ({"id": True}, Flaw.NO_IDENTIFIER),
        ({"id": 10**4000}, Flaw.NO_IDENTIFIER),
        ({"id": "../1"}, Flaw.NO_IDENTIFIER),
        ({"nom": {"libelleEn": "The Cabin"}}, Flaw.NO_NAME),
        ({"type": "STRUCTURE"}, Flaw.NO_KIND),
        ({"type": ["HOTELLERIE"]}, Flaw.NO_KIND),
        ({"state": "HIDDEN"}, Flaw.NOT_PUBLISHED),
    ],
)
def test_what_cannot_be_a_listing_says_why(changes: dict[str, Any], flaw: Flaw) -> None:
    told = {**feeds.object_(), **changes}
    [refused] = catalogue.read(feeds.packed({"objets_modifies/a.json": feeds.json.dumps(told)})).objects

    assert isinstance(refused, Refused)
    assert refused.flaw is flaw


@pytest.mark.parametrize("nonsense", [None, [], {}, "x", 7, True, [[]], [{}], {"libelleFr": {}}, [None]])
def test_nonsense_anywhere_is_no_more_than_silence(nonsense: Any) -> None:
    for name in feeds.object_():
        if name not in ("id", "type", "nom", "state"):
            assert isinstance(one(**{name: nonsense}), Listing), name


def test_a_place_that_was_not_found_is_none() -> None:
    place = {"geolocalisation": {"valide": False, "geoJson": {"coordinates": [4.7, 43.7]}}}

    assert (one(localisation=place).latitude, one(localisation=place).longitude) == (None, None)


def test_a_feast_is_an_event_and_free_is_said() -> None:
    found = one(type="FETE_ET_MANIFESTATION", descriptionTarif={"gratuit": True})

    assert (found.kind, found.category, found.price) == (Kind.EVENT, None, "gratuit")
