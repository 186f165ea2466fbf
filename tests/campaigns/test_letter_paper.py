"""A letter's report on paper says what the page says, and is read by a machine as well."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import translation
from pypdf import PdfReader

from campaigns import letter_paper, letter_reports, paper
from campaigns.models import Campaign
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Campaign:
    """A letter of two offers to twenty readers, of whom eight agree and six clicked, over two days."""
    make.newsletter()
    make.readers(12)
    for _ in range(8):
        make.consenting()
    offers = [make.approved(title=title, link="https://moulin.example/") for title in ("#panic() *Huile*", "Savon")]
    campaign = reported.sent(make.locked_edition(*offers, title="Fêtes en Alpilles"), failed=2)
    people = [row for row in reported.who_agree(campaign) if row.state == "sent"]
    reported.clicked(people[:5], reported.link(campaign), times=2)
    reported.clicked(people[:5], reported.link(campaign, 2), by_machines=1, at=reported.LATER + timedelta(days=1))
    reported.left(campaign.deliveries.order_by("position")[0])
    return campaign


def said(letter: Campaign) -> str:
    row = Campaign.objects.select_related("edition__newsletter").get(pk=letter.pk)
    return letter_paper.said(letter_reports.of_letter(row), "Les Professionnels", "1 décembre 2026")


def read(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(
        " ".join(page.extract_text() for page in pages).replace("\u202f", " ").replace("\u00a0", " ").split()
    )


def test_the_paper_says_what_the_page_says(letter: Campaign) -> None:
    text = read(paper.letter(said(letter)))

    for words in (
        "Bilan de la lettre",
        "Fêtes en Alpilles",
        "18 partis, acceptés par le relais",
        "2 non remis",
        "masqué désinscrits après cette lettre",
        "2 boîtes sont restées injoignables",
        "5 ont cliqué, sur 6 qui acceptent la mesure, 83,3 %",
        "Clics : 20, dont 15 sans ceux des robots reconnus.",
        "Lien par lien",
        "#panic() *Huile* Les offres des membres 10 10 5",
        "Savon Les offres des membres 10 5 5",
        "Jour par jour",
        "Comment c’est compté",
        "page 1 / 2",
    ):
        assert words in text, (words, text)


def test_it_is_tagged_names_itself_and_speaks_english_to_whoever_does(letter: Campaign) -> None:
    with translation.override("en"):
        pdf = paper.letter(said(letter))
    found = PdfReader(io.BytesIO(pdf))

    assert found.metadata is not None
    assert found.metadata.title == "Report of the letter – Fêtes en Alpilles"
    assert found.root_object["/MarkInfo"]["/Marked"]
    assert found.root_object["/Lang"] == "en"
    assert "5 clicked, of 6 who agree to be measured" in read(pdf)


def test_columns_of_days_are_as_high_as_their_clicks(letter: Campaign) -> None:
    assert json.loads(said(letter))["days"] == [{"all": 1000, "own": 1000}, {"all": 1000, "own": 500}]


def test_a_letter_that_nobody_clicked_has_a_paper_without_a_picture() -> None:
    make.readers(1)
    campaign = reported.sent()

    assert json.loads(said(campaign))["days"] == []
    assert "personne n’a été suivi" in read(paper.letter(said(campaign)))
