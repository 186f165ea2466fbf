"""The clicks drawn on the letter: a mark beside every link, and no few people on it."""

import re

import pytest
from lxml import html

from campaigns import letter_map, letter_reports
from campaigns.models import Campaign, Link
from newsletter.models import Offer
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db
EVIL = '<script>alert(1)</script> "&'


@pytest.fixture
def offers() -> list[Offer]:
    titles = ("Huile", "Savon", EVIL)
    return [make.approved(title=title, link=f"https://site{n}.example/?a=1&b=2") for n, title in enumerate(titles)]


@pytest.fixture
def letter(offers: list[Offer]) -> Campaign:
    """A letter of three offers and a word of the board, to twenty readers who agree."""
    make.newsletter()
    for _ in range(20):
        make.consenting()
    editorial = "Voici [l’agenda](https://agenda.example/fetes)."
    return reported.sent(make.locked_edition(*offers, editorial=editorial))


def drawn(letter: Campaign) -> html.HtmlElement:
    row = Campaign.objects.select_related("edition__newsletter__association").get(pk=letter.pk)
    return html.document_fromstring(letter_map.drawn(letter_reports.of_letter(row)))


def marks(page: html.HtmlElement) -> list[str]:
    """What each mark says, in the order of the letter; the bare ones, which only repeat a number, left out."""
    found = page.xpath("//span[contains(@class, 'clics') and not(contains(@class, 'bare'))]")
    return [one.text_content().replace("\u00a0", " ").replace("\u202f", " ") for one in found]


def follow(letter: Campaign, label: str, people: slice) -> None:
    reported.clicked(reported.who_agree(letter)[people], letter.links.get(label=label))


def test_every_link_of_the_letter_bears_its_number_people_and_share(letter: Campaign) -> None:
    follow(letter, "l’agenda", slice(0, 5))
    follow(letter, "Huile", slice(0, 15))
    follow(letter, "Savon", slice(3, 13))
    page = drawn(letter)

    assert marks(page) == [
        "15 personnes · 25,0 %",
        "215 personnes · 75,0 %",
        "310 personnes · 50,0 %",
        "40 personne · 0,0 %",
    ]
    known = dict(letter.links.exclude(part="trap").values_list("position", "target"))
    for anchor in page.xpath("//a[@class='carte']"):
        assert known[int(anchor.getnext().find("b").text)] == anchor.get("href")
    assert {int(one.text) for one in page.xpath("//span[contains(@class, 'clics')]/b")} == set(known)


def test_fewer_than_five_people_are_a_mark_without_a_number(letter: Campaign) -> None:
    follow(letter, "l’agenda", slice(0, 10))
    follow(letter, "Huile", slice(0, 3))
    follow(letter, "Savon", slice(0, 15))
    page = drawn(letter)

    # with ten and fifteen of twenty-eight clicks told, the other three would be too
    assert marks(page) == ["1masqué", "2masqué", "315 personnes · 75,0 %", "40 personne · 0,0 %"]
    assert len(page.xpath("//span[contains(@class, 'masked')]")) == 2


def test_where_nobody_agrees_the_marks_tell_clicks(offers: list[Offer]) -> None:
    make.newsletter()
    make.readers(8)
    campaign = reported.sent(make.locked_edition(*offers))
    reported.counted(Link.objects.get(campaign=campaign, label="Huile"), 41, 1)

    assert marks(drawn(campaign))[0] == "140 clics"


def test_a_mended_link_leads_where_it_leads_now(letter: Campaign) -> None:
    letter.links.filter(label="Huile").update(target='https://ailleurs.example/?q="><b>')

    assert 'https://ailleurs.example/?q="><b>' in drawn(letter).xpath("//a[@class='carte']/@href")


def test_it_holds_no_script_no_redirect_of_ours_and_no_way_out_of_anybody(letter: Campaign) -> None:
    row = Campaign.objects.select_related("edition__newsletter__association").get(pk=letter.pk)
    page = letter_map.drawn(letter_reports.of_letter(row))

    assert "<script>alert" not in page
    assert ".invalid" not in page
    assert not re.search(r"/(?:c|l|o)/[a-z0-9]+\.", page)
    assert "&lt;script&gt;" in page
