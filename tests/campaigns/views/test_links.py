"""The board reads and mends the links of a letter, and chooses how far the association counts."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import measuring
from campaigns.models import Campaign, Link, LinkCount, LinkRepair, Measuring
from newsletter.models import Association, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


def launched() -> Campaign:
    make.newsletter(slug="lettre")
    offers = [make.approved(title="Huile nouvelle", link="https://moulin.example/"), make.approved(title="Sans lien")]
    return make.launched(make.locked_edition(*offers, editorial="[La page](https://alpilles.example/)"))


def page(client: Client, name: str, *args: int) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_links_are_listed_in_order_with_what_is_known_of_them(client: Client) -> None:
    campaign = launched()
    link = Link.objects.get(position=2)
    for shard, times in enumerate((1200, 34)):
        LinkCount.objects.create(link=link, day=make.TODAY, shard=shard, times=times, by_machines=4)
    shown = page(client, "campaign-links", campaign.pk)
    assert shown.index("La page") < shown.index("Huile nouvelle")
    assert "1\u202f234 clics" in shown
    assert "dont 1\u202f226 sans robots" in shown
    assert "aucun clic" in shown
    assert "Sans lien" not in shown


def test_a_letter_not_launched_yet_has_no_links_to_show(client: Client) -> None:
    campaign = make.planned()
    assert "relevés au lancement" in page(client, "campaign-links", campaign.pk)


def test_a_link_is_mended_and_the_page_says_by_whom(client: Client, board: User) -> None:
    campaign = launched()
    url = reverse("link-repair", args=[campaign.pk, 2])
    answer = client.post(url, {"target": "https://moulin.example/ici"}, follow=True)
    shown = answer.content.decode()
    assert "Le lien mène maintenant à la nouvelle adresse." in shown
    assert "https://moulin.example/ici" in shown
    assert "par Jeanne Aubert" in shown
    assert LinkRepair.objects.get().by == board


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("javascript:alert(1)", "commence par https://"),
        ("https://a@evil.example/", "cache un autre site"),
        ("https://moulin.example/a b", "une espace"),
        ("", "Donnez l’adresse"),
        ("https://moulin.example/" + "a" * 3000, "2000"),
    ],
)
def test_what_is_no_address_of_the_web_is_said_beside_the_field(client: Client, typed: str, said: str) -> None:
    campaign = launched()
    before = Link.objects.get(position=2).target
    answer = client.post(reverse("link-repair", args=[campaign.pk, 2]), {"target": typed})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Link.objects.get(position=2).target == before


@pytest.mark.parametrize("position", [0, 99])
def test_the_trap_and_a_link_that_is_not_there_are_nobodys_to_mend(client: Client, position: int) -> None:
    campaign = launched()
    assert client.get(reverse("link-repair", args=[campaign.pk, position])).status_code == 404


def test_nothing_is_measured_until_the_board_chooses(client: Client, board: User) -> None:
    make.newsletter()
    association = Association.objects.get()
    rules = measuring.rules(association.pk)
    assert (rules.marks_origin, rules.counts_clicks, rules.keeps_last_open) == (True, False, False)
    assert "checked" in page(client, "measuring")

    answer = client.post(reverse("measuring"), {"counts_clicks": "on"}, follow=True)
    assert "Les lettres à venir en tiennent compte." in answer.content.decode()
    row = Measuring.objects.get()
    assert (row.marks_origin, row.counts_clicks, row.keeps_last_open) == (False, True, False)
    assert row.changed_by == board
    assert "par Jeanne Aubert" in page(client, "measuring")
