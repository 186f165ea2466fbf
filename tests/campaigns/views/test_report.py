"""The board reads what came of a letter, on a page, in a table and in a workbook."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from campaigns.models import Campaign, Chunk
from newsletter.models import User
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(board: User) -> Campaign:
    """A letter of two offers to twenty readers, of whom eight agree and six clicked."""
    make.newsletter()
    make.readers(12)
    for _ in range(8):
        make.consenting()
    offers = [make.approved(title=title, link="https://moulin.example/") for title in ("=Huile", "Savon")]
    campaign = reported.sent(make.locked_edition(*offers, title="Fêtes en Alpilles"))
    reported.clicked(reported.who_agree(campaign)[:6], reported.link(campaign), times=2)
    reported.left(campaign.deliveries.order_by("position")[0])
    return campaign


def answer(client: Client, letter: Campaign, kind: str = "") -> Any:
    return client.get(reverse(f"campaign-report{kind}", args=[letter.pk]))


def test_the_page_says_how_many_of_those_who_agree(client: Client, letter: Campaign) -> None:
    shown = answer(client, letter).content.decode()

    for said in ("sur 8 qui acceptent la mesure", "75,0\u00a0%", "Lien par lien", "=Huile", "Jour par jour", "masqué"):
        assert said in shown, said
    assert 'style="' not in shown


def test_a_letter_that_has_not_left_has_no_report(client: Client, board: User) -> None:
    assert answer(client, make.planned()).status_code == 404


def test_a_letter_that_nobody_clicked_is_a_page_too(client: Client, board: User) -> None:
    make.readers(1)
    shown = answer(client, reported.sent()).content.decode()

    assert "n’accepte la mesure" in shown
    assert "<svg" not in shown.partition("<main")[2]


def test_operators_are_told_where_they_are_known(client: Client, letter: Campaign) -> None:
    assert "Par messagerie" not in answer(client, letter).content.decode()
    first = Chunk.objects.filter(campaign=letter).get()
    half = first.sent // 2
    Chunk.objects.filter(pk=first.pk).update(operator="orange", last=half, sent=half)
    rest = {"operator": "laposte", "first": half + 1, "last": first.last, "sent": first.sent - half}
    Chunk.objects.create(campaign=letter, variant=first.variant, not_before=first.not_before, **rest)

    shown = answer(client, letter).content.decode()

    for said in ("Par messagerie", "Orange", "La Poste"):
        assert said in shown, said


def test_the_table_has_a_line_for_each_number_and_nothing_computes(client: Client, letter: Campaign) -> None:
    found = answer(client, letter, "-csv")
    rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig")), delimiter=";"))

    assert found.headers["Content-Disposition"] == f'attachment; filename="bilan-{letter.edition.slug}.csv"'
    assert rows[0] == ["Tableau", "Ligne", "Mesure", "Valeur"]
    assert ["Lien par lien", "'=Huile", "Clics", "12"] in rows
    assert ["Ensemble", "Désinscrits après cette lettre", "Nombre", "masqué"] in rows


def test_the_workbook_says_what_the_page_says(client: Client, letter: Campaign) -> None:
    book = load_workbook(io.BytesIO(answer(client, letter, "-xlsx").content))

    assert book.sheetnames == ["Ensemble", "Lien par lien", "Offre par offre", "Partie par partie", "Jour par jour"]
    assert ("Parmi eux, ont cliqué", 6) in list(book["Ensemble"].iter_rows(values_only=True))
    assert next(book["Lien par lien"].iter_rows(min_row=2, values_only=True))[:5] == (
        *("=Huile", "Les offres des membres"),
        *(12, 12, 6),
    )


def test_editions_stand_side_by_side(client: Client, letter: Campaign) -> None:
    shown = client.get(reverse("reports")).content.decode()

    for said in ("Fêtes en Alpilles", "6 sur 8", "75,0\u00a0%"):
        assert said in shown, said


def test_where_nothing_left_the_comparison_says_so(client: Client, board: User) -> None:
    make.newsletter()

    assert "Aucune lettre n’est encore partie." in client.get(reverse("reports")).content.decode()


def test_the_paper_is_a_pdf_named_after_the_letter(client: Client, letter: Campaign) -> None:
    found = answer(client, letter, "-pdf")

    assert found.headers["Content-Disposition"] == f'attachment; filename="bilan-{letter.edition.slug}.pdf"'
    assert found.content.startswith(b"%PDF-")
    assert reverse("campaign-report-pdf", args=[letter.pk]) in answer(client, letter).content.decode()


def test_the_map_stands_beside_its_table_in_a_frame_where_no_script_runs(client: Client, letter: Campaign) -> None:
    page = client.get(reverse("campaign-map", args=[letter.pk])).content.decode()
    inside = client.get(reverse("campaign-map-letter", args=[letter.pk]))

    assert f'src="{reverse("campaign-map-letter", args=[letter.pk])}"' in page
    for said in ("1. =Huile", "75,0\u00a0%", "« Masqué »"):
        assert said in page, said
    policy = inside.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert inside.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert (
        "unsafe-inline" not in client.get(reverse("campaign-map", args=[letter.pk])).headers["Content-Security-Policy"]
    )


def test_report_and_map_cost_as_many_queries_however_many_links(client: Client, board: User) -> None:
    make.newsletter()
    for _ in range(2):
        make.consenting()

    def cost(offers: int, name: str) -> int:
        placed = [make.approved(link=f"https://m{n}.example/") for n in range(offers)]
        campaign = reported.sent(make.locked_edition(*placed))
        for position in range(1, offers + 1):
            reported.clicked(reported.who_agree(campaign), reported.link(campaign, position))
        return reported.asked(lambda: client.get(reverse(name, args=[campaign.pk])))

    for name in ("campaign-report", "campaign-map", "campaign-links"):
        assert cost(1, name) == cost(3, name), name


def test_few_clicks_are_not_told_on_the_page_of_links(client: Client, board: User) -> None:
    make.newsletter()
    make.readers(2)
    offers = [
        make.approved(title=title, link=f"https://{title}.example/") for title in ("huile", "savon", "miel", "vin")
    ]
    letter = reported.sent(make.locked_edition(*offers))
    for position, (times, by_machines) in enumerate(((3, 0), (9, 9), (40, 2), (60, 1)), start=1):
        reported.counted(reported.link(letter, position), times, by_machines)

    shown = client.get(reverse("campaign-links", args=[letter.pk])).content.decode()

    assert shown.count("clics masqués") == 3
    assert "60 clics, dont 59 sans robots" in shown
