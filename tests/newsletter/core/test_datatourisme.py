"""A DATAtourisme feed, in all the ways its literals are written."""

from datetime import date, timedelta
from typing import Any

import pytest

from newsletter.core import catalogue
from newsletter.core.interests import Category
from newsletter.core.listing import Flaw, Kind, Listing, Period, Photo, Refused, Reuse, Source, Translation
from tests import feeds


def read(*told: dict[str, Any], **options: Any) -> list[Listing | Refused]:
    return list(catalogue.read(feeds.flux(*told, **options)).objects)


def one(**changes: Any) -> Any:
    [found] = read(feeds.poi(**changes))
    return found


def test_an_inn_is_told_whole() -> None:
    assert one() == Listing(
        source=Source.DATATOURISME,
        identifier="https://data.datatourisme.fr/13/0001aaaa-inn",
        kind=Kind.BUSINESS,
        name="Auberge du Cyprès 1",
        category=Category.LODGING,
        types=("LodgingBusiness", "Accommodation", "PlaceOfInterest", "PointOfInterest"),
        summary="Huit chambres au pied des Alpilles.",
        text="Un jardin, une table d’hôtes le jeudi.",
        translations=(Translation("en", name="Cypress inn"), Translation("de", text="Acht Zimmer.")),
        street="3 chemin du Cyprès",
        postcode="13520",
        insee="13058",
        commune="Maussane-les-Alpilles",
        latitude=43.7215,
        longitude=4.799,
        phone="+33 4 90 00 00 01",
        email="bonjour@cypres.example",
        website="https://www.cypres.example",
        price="95 €",
        periods=(Period(date(2027, 4, 1), date(2027, 9, 30)),),
        photos=(Photo("https://photos.example/cypres.jpg", "Studio Mistral", "CC BY 4.0"),),
        publisher="Office inventé des Alpilles",
        updated="2026-05-06T04:06:26.155Z",
    )


def test_only_french_is_trusted_and_the_rest_is_marked() -> None:
    assert all(other.machine for other in one().translations)
    assert one(**{"rdfs:label": {"en": ["Cypress inn"]}}) == Refused(
        "13-0001aaaa-inn.json", Flaw.NO_NAME, "https://data.datatourisme.fr/13/0001aaaa-inn"
    )


@pytest.mark.parametrize(
    "label",
    [
        "Auberge",
        ["Auberge"],
        {"fr": "Auberge"},
        {"fr": ["Auberge", "Hostellerie"]},
        [{"@language": "fr", "@value": "Auberge"}, {"@language": "en", "@value": "Inn"}],
        [{"en": "Inn"}, {"fr": "Auberge"}],
        {"@value": "Auberge"},
    ],
)
def test_a_literal_may_be_one_or_several_plain_or_by_language(label: Any) -> None:
    assert one(**{"rdfs:label": label}).name == "Auberge"


def test_the_newer_interface_leaves_the_prefixes_out() -> None:
    told = {
        "uuid": "u-1",
        "label": {"fr": "Auberge"},
        "@type": ["Restaurant"],
        "hasContact": {"telephone": "0490000001"},
    }
    [found] = catalogue.read(feeds.single({"objects": [told], "meta": {"total": 1}})).objects

    assert isinstance(found, Listing)
    assert (found.identifier, found.name, found.category, found.phone) == (
        "u-1",
        "Auberge",
        Category.RESTAURANT,
        "0490000001",
    )


@pytest.mark.parametrize(("above", "folder"), [("", "objects/"), ("", ""), ("flux-13/", "objects/")])
@pytest.mark.parametrize("named", ["", "objects/"])
def test_the_paths_of_the_index_are_found_with_and_without_their_folder(above: str, folder: str, named: str) -> None:
    told = feeds.poi()
    index = f'[{{"file": "{named}{feeds.file_of(told)}"}}]'
    paper = feeds.single(told).getvalue()
    packed = feeds.packed({f"{above}index.json": index, f"{above}{folder}{feeds.file_of(told)}": paper})

    assert [type(found) for found in catalogue.read(packed).objects] == [Listing]


def test_five_hundred_single_days_are_one_stretch_and_a_gap_is_kept() -> None:
    start = date(2027, 1, 1)
    days = [start + timedelta(days=n) for n in range(520) if n != 300]
    told = feeds.market(
        takesPlaceAt=[{"startDate": day.isoformat(), "endDate": day.isoformat()} for day in reversed(days)]
    )
    [found] = read(told)

    assert isinstance(found, Listing)
    assert found.kind is Kind.EVENT
    assert found.periods == (
        Period(start, start + timedelta(days=299)),
        Period(start + timedelta(days=301), start + timedelta(days=519)),
    )


def test_days_may_stand_in_two_lists_and_what_is_no_day_is_left_out() -> None:
    told = feeds.market(takesPlaceAt=None) | {
        "schema:startDate": ["2027-07-14", "31/12/2027", "2027-08-01", "0001-01-01"],
        "schema:endDate": ["2027-07-15"],
    }
    del told["takesPlaceAt"]
    [found] = read(told)

    assert isinstance(found, Listing)
    assert found.periods == (
        Period(date(2027, 7, 14), date(2027, 7, 15)),
        Period(date(2027, 8, 1), date(2027, 8, 1)),
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        ("43.72", "4.79", (43.72, 4.79)),
        (["43.72"], [4.79], (43.72, 4.79)),
        ({"@value": "43.72"}, {"@value": "4.79"}, (43.72, 4.79)),
        ("43,72", "4,79", (43.72, 4.79)),
        ("0", "0", (None, None)),
        ("nan", "4.79", (None, None)),
        ("1e400", "4.79", (None, None)),
        ("91", "4.79", (None, None)),
        (True, "4.79", (None, None)),
        (None, "4.79", (None, None)),
    ],
)
def test_a_point_is_a_point_or_none(latitude: Any, longitude: Any, point: Any) -> None:
    place = {"schema:geo": {"schema:latitude": latitude, "schema:longitude": longitude}}
    found = one(isLocatedAt=[place])

    assert (found.latitude, found.longitude) == point


@pytest.mark.parametrize(
    ("licence", "reuse"),
    [
        ("CC BY 4.0", Reuse.FREE),
        ("CC-BY-SA", Reuse.FREE),
        ("CC BY 2.5", Reuse.FREE),
        ("Licence Ouverte 2.0", Reuse.FREE),
        ("By-NC-ND 4.0", Reuse.FORBIDDEN),
        ("CC BY-NC", Reuse.FORBIDDEN),
        ("cc_by_nd", Reuse.FORBIDDEN),
        ("Tous droits réservés", Reuse.FORBIDDEN),
        ("© Studio Mistral", Reuse.FORBIDDEN),
        ("", Reuse.UNKNOWN),
        ("demander au photographe", Reuse.UNKNOWN),
    ],
)
def test_a_photo_keeps_its_licence_and_silence_is_no_permission(licence: str, reuse: Reuse) -> None:
    shown = {
        "ebucore:hasRelatedResource": [{"ebucore:locator": ["https://photos.example/1.jpg"]}],
        "ebucore:hasAnnotation": [{"credits": ["Studio Mistral"], "ebucore:isCoveredBy": licence}],
    }
    [photo] = one(hasMainRepresentation=[shown, shown]).photos

    assert (photo.credit, photo.licence, photo.reuse) == ("Studio Mistral", licence, reuse)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"@id": ""}, Flaw.NO_IDENTIFIER),
        ({"@id": {"x": []}}, Flaw.NO_IDENTIFIER),
        ({"rdfs:label": {"fr": ["\u0000\ud800 "]}}, Flaw.NO_NAME),
        ({"rdfs:label": None}, Flaw.NO_NAME),
        ({"@type": ["PointOfInterest"]}, Flaw.NO_KIND),
        ({"@type": None}, Flaw.NO_KIND),
    ],
)
def test_what_cannot_be_a_listing_says_why(changes: dict[str, Any], flaw: Flaw) -> None:
    found = read({**feeds.poi(), "@id": feeds.poi()["@id"]})
    assert isinstance(found[0], Listing)
    told = feeds.poi() | changes
    packed = feeds.packed({"index.json": '[{"file": "a.json"}]', "objects/a.json": feeds.json.dumps(told)})
    [refused] = catalogue.read(packed).objects

    assert isinstance(refused, Refused)
    assert refused.flaw is flaw


@pytest.mark.parametrize("nonsense", [None, [], {}, "x", 7, True, [[]], [{}], {"fr": {}}, {"fr": [[]]}, [None]])
def test_nonsense_anywhere_is_no_more_than_silence(nonsense: Any) -> None:
    whole = feeds.poi()
    for name in whole:
        if name not in ("@id", "@type", "rdfs:label"):
            assert isinstance(one(**{name: nonsense}), Listing), name
    place = {"schema:address": nonsense, "schema:geo": nonsense, "schema:openingHoursSpecification": nonsense}
    assert isinstance(one(isLocatedAt=[place]), Listing)


def test_whatever_a_text_holds_can_be_kept_shown_and_mailed() -> None:
    evil = "a\u0000b\ud800c\u2028d\u0007</mj-text>{{ x }}"
    found = one(hasDescription=[{"dc:description": {"fr": [evil + "é" * 9000]}}], **{"rdfs:label": {"fr": evil}})

    assert found.name == "abc d</mj-text>{{ x }}"
    assert found.text.startswith("abc\nd</mj-text>{{ x }}é")
    assert len(found.text) <= 6000
    found.text.encode()


def test_the_same_identifier_twice_is_taken_once() -> None:
    again = feeds.poi() | {"rdfs:label": {"fr": "Autre"}}
    first, second = catalogue.read(feeds.single([feeds.poi(), again])).objects

    assert isinstance(first, Listing)
    assert isinstance(second, Refused)
    assert second.flaw is Flaw.TWICE
