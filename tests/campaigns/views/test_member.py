"""What a member's offer brought: where it stood and before how many readers, for its member alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter.models import Offer, User
from tests import make

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


@pytest.mark.broken_ledger
def test_the_member_sees_the_place_the_day_and_the_readers(client: Client, offer: Offer) -> None:
    make.readers(3)
    campaign = make.running(make.locked_edition(make.approved(), offer, title="Fêtes en Alpilles"))
    campaign.chunks.update(queued=1, sent=2)

    shown = report(client, offer)

    assert "lecteurs l’ont reçue" in shown
    assert "Fêtes en Alpilles" in shown
    assert "2ᵉ des 2 offres" in shown
    assert "2\u00a0lecteurs" in shown


def test_a_locked_edition_that_has_not_left_promises_no_reader(client: Client, offer: Offer) -> None:
    make.locked_edition(offer)

    assert "pas encore partie" in report(client, offer)


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_costs_as_many_queries_however_often_it_appeared(
    client: Client, offer: Offer, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        make.running(make.locked_edition(offer))

    with django_assert_max_num_queries(7):
        report(client, offer)
