"""What a member learns of its offers, on a page, on paper and in a table; for its member alone."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter import members
from newsletter.models import Offer, User
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def luc(client: Client) -> User:
    person = make.user("luc@mas.example")
    client.force_login(person)
    return person


@pytest.fixture
def offer(luc: User) -> Offer:
    return make.approved(title="Noël au mas", member=make.member(person=luc))


def report(client: Client, offer: Offer) -> str:
    return client.get(reverse("offer-report", args=[offer.pk])).content.decode()


def test_a_stranger_signs_in_and_another_member_finds_nothing(client: Client) -> None:
    url = reverse("offer-report", args=[make.approved().pk])

    assert client.get(url)["Location"] == f"/connexion/?next={url}"
    client.force_login(make.user())
    assert client.get(url).status_code == 404


def test_before_it_appeared_the_page_says_what_will_be_seen(client: Client, offer: Offer) -> None:
    assert "n’a pas encore paru" in report(client, offer)


def test_the_member_sees_the_place_the_day_and_the_readers(client: Client, offer: Offer) -> None:
    make.readers(3)
    campaign = make.running(make.locked_edition(make.approved(), offer, title="Fêtes en Alpilles"))
    make.settled(campaign, "sent", "sent", "failed")

    shown = report(client, offer)

    assert "lecteurs différents l’ont reçue" in shown
    assert "Fêtes en Alpilles" in shown
    assert "2ᵉ des 2 offres" in shown
    assert "2 envois" in shown
    assert "notre relais d’envoi a accepté la lettre" in shown


def test_a_locked_edition_that_has_not_left_promises_no_reader(client: Client, offer: Offer) -> None:
    make.locked_edition(offer)

    assert "pas encore partie" in report(client, offer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_costs_as_many_queries_however_often_it_appeared(
    client: Client, offer: Offer, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        make.running(make.locked_edition(offer))

    with django_assert_max_num_queries(11):
        report(client, offer)


def season(client: Client, offer: Offer, kind: str = "", query: str = "") -> Any:
    return client.get(reverse(f"member-report{kind}", args=[offer.member_id]) + query)


def appeared(offer: Offer) -> None:
    make.readers(2)
    make.settled(make.running(make.locked_edition(offer, title="=Fêtes")), "sent", "sent")


def test_the_season_is_a_page_that_says_where_no_click_is_counted(client: Client, offer: Offer) -> None:
    appeared(offer)
    shown = season(client, offer).content.decode()

    for said in (
        "Automne-hiver 2026-2027",
        "Noël au mas",
        "2\u00a0lecteurs",
        "pas de lien compté",
        "trop peu d’offres",
    ):
        assert said in shown, said


def test_the_season_is_a_paper(client: Client, offer: Offer) -> None:
    appeared(offer)
    answer = season(client, offer, "-pdf", "?saison=2026-hiver")

    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (f'attachment; filename="bilan-{offer.member.slug}-2026-hiver.pdf"')


def test_the_season_is_a_table_in_which_nothing_computes(client: Client, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(title="=HYPERLINK(1)")
    appeared(offer)
    rows = list(csv.reader(io.StringIO(season(client, offer, "-csv").content.decode("utf-8-sig")), delimiter=";"))

    assert rows[0][0] == "Offre"
    assert rows[1][:4] == ["'=HYPERLINK(1)", "'=Fêtes", "1", "1"]
    assert rows[1][5:] == ["2", "2", "trop peu d’offres pour comparer", "pas de lien compté", "", "", "masqué"]


@pytest.mark.parametrize("query", ["?saison=2019-ete", "?saison=%27%3B--", ""])
def test_a_season_without_letters_says_so(client: Client, offer: Offer, query: str) -> None:
    for kind in ("", "-pdf", "-csv"):
        assert season(client, offer, kind, query).status_code == 200
    assert "Aucune offre n’a paru" in season(client, offer, "", query).content.decode()


def test_a_suspended_member_still_reads_its_season(client: Client, offer: Offer) -> None:
    members.suspend(offer.member, reason="", now=make.NOON)

    assert season(client, offer).status_code == 200


def test_clicks_stand_on_the_page_the_paper_and_in_the_table(client: Client, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(link="https://mas.example/")
    offer.refresh_from_db()
    make.revision(offer)
    make.newsletter()
    for _ in range(9):
        make.consenting()
    campaign = reported.sent(make.locked_edition(offer))
    reported.clicked(reported.who_agree(campaign)[:6], reported.link(campaign), times=2, by_machines=1)

    for shown in (season(client, offer).content.decode(), report(client, offer)):
        assert "6\u00a0ont cliqué, sur\u00a09 qui acceptent" in shown
        assert "12" in shown
    assert season(client, offer, "-pdf").content.startswith(b"%PDF-")
    rows = list(csv.reader(io.StringIO(season(client, offer, "-csv").content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][8:] == ["12", "6", "9", "masqué"]


def test_few_clicks_are_hidden_from_the_member_too(client: Client, offer: Offer) -> None:
    Offer.objects.filter(pk=offer.pk).update(link="https://mas.example/")
    offer.refresh_from_db()
    make.revision(offer)
    make.newsletter()
    for _ in range(9):
        make.consenting()
    campaign = reported.sent(make.locked_edition(offer))
    reported.clicked(reported.who_agree(campaign)[:4], reported.link(campaign))

    assert "clics de personnes masqués" in season(client, offer).content.decode()
    rows = list(csv.reader(io.StringIO(season(client, offer, "-csv").content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][8:] == ["masqué", "masqué", "9", "masqué"]
