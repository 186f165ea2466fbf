"""The story itself: nobody real is in it, its French is set with care, its pictures are light."""

import csv
import io
import re
import runpy
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from newsletter.core import legal, story
from newsletter.core.interests import Category, PriceKind
from newsletter.core.review import OfferState

DEMO = Path(__file__).parent.parent / "data" / "demo"
TODAY = date(2026, 11, 23)
FILES = (
    "association.toml",
    "members.csv",
    "offers.csv",
    "readers.csv",
    "edition.toml",
    "edition-janvier.toml",
    "operation.toml",
)
ALPILLES = {
    *("Saint-Rémy-de-Provence", "Les Baux-de-Provence", "Maussane-les-Alpilles", "Mouriès", "Fontvieille"),
    *("Eygalières", "Paradou", "Aureille", "Saint-Étienne-du-Grès", "Mas-Blanc-des-Alpilles", "Eyguières", "Orgon"),
    *("Tarascon", "Saint-Martin-de-Crau", "Lamanon"),
}


def text(file: str) -> str:
    return (DEMO / file).read_text(encoding="utf-8")


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(file))))


TRADES = {row["name"]: row["category"] for row in csv.DictReader(io.StringIO((DEMO / "members.csv").read_text()))}


def claims(row: story.OfferRow) -> legal.Claims:
    return legal.Claims(category=TRADES[row.member], title=row.title, text=row.text, interests=tuple(row.interests))


OFFERS = list(story.offers(text("offers.csv"), "offers.csv", today=TODAY))


@pytest.mark.parametrize("file", FILES)
def test_every_address_and_every_website_ends_in_example(file: str) -> None:
    addresses = re.findall(r"[^\s\"',;]+@([^\s\"',;]+)", text(file))
    sites = re.findall(r"https?://([^/\s\"',]+)", text(file))

    assert [host for host in [*addresses, *sites] if not host.endswith(".example")] == []


def test_telephones_are_of_the_ranges_kept_for_fiction() -> None:
    phones = [row["phone"] for row in rows("members.csv")]
    phones += re.findall(r"\b0\d(?: \d\d){4}\b", text("offers.csv") + text("operation.toml"))

    assert [phone for phone in phones if not re.fullmatch(r"(04 65 71|06 39 98) \d\d \d\d", phone)] == []


def test_the_members_live_in_the_communes_of_the_alpilles_and_do_everything_there_is_to_do() -> None:
    told = rows("members.csv")

    assert {row["commune"] for row in told} == ALPILLES
    assert {row["category"] for row in told} == set(Category)


@pytest.mark.parametrize("file", ["offers.csv", "edition.toml", "edition-janvier.toml", "operation.toml"])
def test_french_is_typeset(file: str) -> None:
    words = re.sub(r"https?://\S+|^#.*$|^\w+ = ", "", text(file), flags=re.MULTILINE)

    assert re.findall(r".{8}\w'\w.{5}", words) == [], "straight apostrophes"
    assert re.findall(r".{8}[^\u202f\u00a0…!?][;!?](?=\s).{5}", words) == [], "no thin space before ; ! ?"
    assert re.findall(r".{8}[^\u00a0]:\s", words) == [], "no no-break space before :"
    assert re.findall(r"«[^\u00a0].{8}|.{8}[^\u00a0]»", words) == [], "no no-break space in « »"
    assert re.findall(r"\d [€h]\b", words) == []


def test_an_offer_reads_in_a_breath() -> None:
    long = [row.title for row in OFFERS if row.state is OfferState.APPROVED and not 180 <= len(row.text) <= 300]

    assert long == []


def test_what_is_poured_is_poured_with_moderation() -> None:
    said = {row.title: "modération" in row.text for row in OFFERS if "wine" in row.interests}
    borne = {row.title for row in OFFERS if legal.bears_notice(claims(row))}

    assert [title for title, typed in said.items() if not typed and title not in borne] == []
    assert False in said.values(), "one leaves it to the engine"


def test_the_offers_of_the_winter_say_all_that_the_form_asks() -> None:
    approved = [row for row in OFFERS if row.state is OfferState.APPROVED]

    for told in (
        [row.interests for row in approved],
        [row.publics for row in approved],
        [row.access for row in approved],
        [row.booking_phone for row in approved],
        [row.stock for row in approved],
        [row.focus != (50, 40) for row in approved],
        [row.title_en and row.text_en for row in approved],
    ):
        assert sum(map(bool, told)) >= 3
    assert [row.title for row in approved if row.title_en and not row.text_en], "one English text is missing"
    assert [row.price_was for row in approved if row.price_was and row.price_was <= (row.price_lowest or 0)]


def test_something_costs_nothing_and_every_stage_has_its_offer() -> None:
    assert PriceKind.FREE in {row.price_kind for row in OFFERS}
    assert {row.state for row in OFFERS} == {*OfferState} - {OfferState.WITHDRAWN, OfferState.EXPIRED}


@pytest.mark.parametrize(
    "today", [date(2026, 12, 20), date(2026, 12, 31), date(2027, 1, 2), date(2027, 7, 15), date(2028, 2, 29)]
)
def test_no_offer_is_over_before_its_edition_leaves(today: date) -> None:
    offers = {(row.member, row.title): row for row in story.offers(text("offers.csv"), "offers.csv", today=today)}
    for file in ("edition.toml", "edition-janvier.toml"):
        edition = story.edition(text(file), file, today=today)
        for reference in edition.offers:
            last = offers[reference.member, reference.title].valid_until
            assert last is not None
            assert last >= edition.planned_on >= today


def test_each_picture_is_small_drawn_in_one_format_and_described() -> None:
    shown = {row.picture for row in OFFERS if row.picture}
    pictures = {file.name: file for file in (DEMO / "pictures").iterdir()}

    assert shown == set(pictures)
    assert all(row.picture_alt for row in OFFERS if row.picture)
    for file in pictures.values():
        assert file.stat().st_size <= 90_000
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1200, 800))


def test_the_readers_are_the_generators_first_two_thousand() -> None:
    make = runpy.run_path(str(DEMO / "make_readers.py"))

    assert rows("readers.csv") == list(make["readers"](2000))
    assert list(make["readers"](2000)) == list(make["readers"](5000))[:2000]


def test_no_two_readers_are_one_and_all_say_where_their_consent_comes_from() -> None:
    told = rows("readers.csv")

    assert len({row["address"].lower() for row in told}) == 2000
    assert all(row["consent_source"] and row["consent_date"] for row in told)
    assert told[0]["first_name"] == "Jeanne"
    assert 250 <= sum(row["commune"] in ALPILLES for row in told) <= 350
