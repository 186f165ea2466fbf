"""The board's page of what failed and what is uncertain."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Delivery, Evidence
from newsletter.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    make.readers(4)
    made = make.running()
    make.settled(made, "sent", "failed", "in_doubt", "in_doubt")
    return made


def url(name: str, *args: int) -> str:
    return reverse(name, args=args)


def states(campaign: Campaign) -> list[str]:
    return list(Delivery.objects.filter(campaign=campaign).order_by("position").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("campaign-again", "get"),
        ("campaign-why", "get"),
        ("campaign-details", "get"),
        ("campaign-resend-failed", "post"),
        ("campaign-resend-doubt", "post"),
    ],
)
def test_only_the_board_comes_here(client: Client, campaign: Campaign, name: str, verb: str) -> None:
    assert getattr(client, verb)(url(name, campaign.pk)).status_code == 302
    client.force_login(make.user())
    assert getattr(client, verb)(url(name, campaign.pk)).status_code in (403, 404)
    assert "queued" not in states(campaign)


def test_looking_never_sends(client: Client, board: User, campaign: Campaign) -> None:
    assert client.get(url("campaign-again", campaign.pk)).status_code == 200
    for name in ("campaign-resend-failed", "campaign-resend-doubt"):
        assert client.get(url(name, campaign.pk)).status_code == 405
    assert client.get(url("campaign-prove", campaign.pk, Delivery.objects.first().pk)).status_code == 405  # type: ignore[union-attr]


def test_the_campaigns_page_leads_here(client: Client, board: User, campaign: Campaign) -> None:
    page = client.get(url("campaign", campaign.pk)).content.decode()
    for name in ("campaign-again", "campaign-why", "campaign-details"):
        assert url(name, campaign.pk) in page


def test_what_failed_leaves_again_at_a_press(client: Client, board: User, campaign: Campaign) -> None:
    answer = client.post(url("campaign-resend-failed", campaign.pk), follow=True)
    assert "1 message repart." in answer.content.decode()
    assert states(campaign) == ["sent", "queued", "in_doubt", "in_doubt"]
    last = campaign.moves.order_by("pk").last()
    assert last is not None
    assert last.by == board


def test_dead_addresses_leave_again_only_when_ticked(client: Client, board: User, campaign: Campaign) -> None:
    Delivery.objects.filter(state="failed").update(reason="unknown_user")
    answer = client.post(url("campaign-resend-failed", campaign.pk), follow=True)
    assert "ne mérite un nouvel essai" in answer.content.decode()
    client.post(url("campaign-resend-failed", campaign.pk), {"every": "on"})
    assert states(campaign)[1] == "queued"


@pytest.mark.parametrize(
    ("typed", "told"),
    [("3", "il y a 2 messages incertains"), ("", "Tapez le nombre"), ("deux", "Tapez un nombre")],
)
def test_another_number_is_answered_at_the_field_and_kept(
    client: Client, board: User, campaign: Campaign, typed: str, told: str
) -> None:
    answer = client.post(url("campaign-resend-doubt", campaign.pk), {"typed": typed})
    page = answer.content.decode()
    assert (answer.status_code, told in page, f'value="{typed}"' in page or not typed) == (400, True, True)
    assert states(campaign).count("in_doubt") == 2


def test_the_right_number_sends_them_again(client: Client, board: User, campaign: Campaign) -> None:
    client.post(url("campaign-resend-doubt", campaign.pk), {"typed": "2"})
    assert states(campaign) == ["sent", "failed", "queued", "queued"]


def test_a_press_that_comes_too_late_says_how_it_stands(client: Client, board: User, campaign: Campaign) -> None:
    client.post(url("campaign-resend-failed", campaign.pk))
    answer = client.post(url("campaign-resend-doubt", campaign.pk), {"typed": "2"}, follow=True)
    assert "Entre-temps" in answer.content.decode()


def test_what_somebody_knows_settles_a_doubt(client: Client, board: User, campaign: Campaign) -> None:
    row = Delivery.objects.get(position=3)
    client.post(url("campaign-prove", campaign.pk, row.pk), {"proof": "sent", "source": "au téléphone"})
    assert states(campaign)[2] == "sent"
    assert list(Evidence.objects.values_list("by", "source")) == [(board.pk, "au téléphone")]
    again = client.post(url("campaign-prove", campaign.pk, row.pk), {"proof": "sent", "source": "encore"}, follow=True)
    assert "déjà levé" in again.content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"source": "au téléphone"}, "Dites ce que vous savez"),
        ({"proof": "sent"}, "comment vous le savez"),
        ({"proof": "sent", "source": "jeanne@boite.example me l’a dit"}, "sans adresse"),
    ],
)
def test_half_a_proof_is_asked_for_again_at_its_own_reader(
    client: Client, board: User, campaign: Campaign, said: dict[str, str], told: str
) -> None:
    row = Delivery.objects.get(position=4)
    answer = client.post(url("campaign-prove", campaign.pk, row.pk), said)
    page = answer.content.decode()
    assert (answer.status_code, told in page, page.count("<details open>")) == (400, True, 1)
    assert states(campaign)[3] == "in_doubt"


def test_a_delivery_of_another_campaign_is_not_found(client: Client, board: User, campaign: Campaign) -> None:
    other = make.running()
    row = Delivery.objects.get(position=3, campaign=campaign)
    assert client.post(url("campaign-prove", other.pk, row.pk), {"proof": "sent", "source": "x"}).status_code == 404


def test_the_page_costs_the_same_for_one_doubt_and_for_two(
    client: Client, board: User, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12) as two:
        client.get(url("campaign-again", campaign.pk))
    row = Delivery.objects.get(position=3)
    client.post(url("campaign-prove", campaign.pk, row.pk), {"proof": "sent", "source": "x"})
    with django_assert_max_num_queries(12) as one:
        client.get(url("campaign-again", campaign.pk))
    assert len(one) == len(two)
