"""Why did this reader get it? Asked by POST, so that the address stands in no URL and no log."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from newsletter.models import User
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@boite.example"


@pytest.fixture
def campaign() -> Campaign:
    make.reader(JEANNE)
    made = make.running()
    make.settled(made, "sent")
    return made


def test_the_chain_is_told_in_sentences(client: Client, board: User, campaign: Campaign) -> None:
    answer = client.post(reverse("campaign-why", args=[campaign.pk]), {"address": JEANNE})
    page = answer.content.decode()
    assert "Inscription confirmée." in page
    assert "Parti : le serveur l’a accepté." in page
    assert f'value="{JEANNE}"' in page
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("typed", ["", "jeanne", "a@b"])
def test_what_is_no_address_is_said_at_the_field(client: Client, board: User, campaign: Campaign, typed: str) -> None:
    answer = client.post(reverse("campaign-why", args=[campaign.pk]), {"address": typed})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()


def test_an_address_in_the_url_is_not_read(client: Client, board: User, campaign: Campaign) -> None:
    answer = client.get(reverse("campaign-why", args=[campaign.pk]), {"address": JEANNE})
    assert JEANNE not in answer.content.decode()


def test_the_address_stands_in_no_log(
    client: Client, board: User, campaign: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client.post(reverse("campaign-why", args=[campaign.pk]), {"address": JEANNE})
    client.post(reverse("campaign-why", args=[campaign.pk]), {"address": "jeanne@boite"})
    assert "jeanne" not in caplog.text


def test_the_inside_of_a_sending_is_shown_and_examined_on_demand(
    client: Client, board: User, campaign: Campaign
) -> None:
    page = reverse("campaign-details", args=[campaign.pk])
    assert "Vérifier chaque ligne" in client.get(page).content.decode()
    assert "tient ses promesses" in client.get(page, {"verifier": "1"}).content.decode()
