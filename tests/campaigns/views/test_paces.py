"""What the relay grants is said once, by a name or by numbers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import paces, roads, warmups
from campaigns.core.campaign import PauseReason
from campaigns.models import Pace, Warmup
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


def say(client: Client, **said: Any) -> Any:
    return client.post(reverse("pace"), said, follow=True)


def test_a_preset_is_kept_and_shown_again(client: Client) -> None:
    shown = say(client, preset="ovh_mx_plan").content.decode()

    assert "La limite est notée." in shown
    assert 'value="ovh_mx_plan" selected' in shown
    assert (Pace.objects.get().per_hour, Pace.objects.get().per_day) == (200, 0)


def test_own_numbers_are_kept_and_shown_again(client: Client) -> None:
    say(client, preset="other", per_day="1500")
    shown = client.get(reverse("pace")).content.decode()

    assert 'value="other" selected' in shown
    assert 'value="1500"' in shown
    assert Pace.objects.get().per_day == 1500


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"preset": "other"}, "Donnez au moins un des deux nombres"),
        ({"preset": "other", "per_hour": "-3", "per_day": "7"}, "supérieure ou égale à 0"),
        ({"preset": "other", "per_hour": "beaucoup"}, "nombre entier"),
        ({"preset": "pigeon"}, "pigeon"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_stays(client: Client, said: dict[str, str], sentence: str) -> None:
    answer = say(client, **said)
    shown = answer.content.decode()

    assert answer.status_code == 400
    assert sentence in shown
    assert all(f'value="{typed}"' in shown for name, typed in said.items() if name != "preset")
    assert not Pace.objects.exists()


def test_what_left_today_is_told_where_a_limit_counts_it(client: Client) -> None:
    make.newsletter()
    relay = paces.relays()[0]
    paces.set_pace(relay, per_day=2000)
    paces.take(relay, want=1200, now=timezone.now())

    assert "1\u202f200 messages partis ces dernières 24 heures." in client.get(reverse("pace")).content.decode()


@pytest.fixture
def two_roads(settings: Any) -> list[Any]:
    settings.RELAY_URLS = ("smtp://one.example", "brevo://:KEY@")
    return paces.relays()


def test_each_road_has_its_own_limit(client: Client, two_roads: list[Any]) -> None:
    shown = say(client, road="1", preset="brevo_free").content.decode()

    assert [paces.limits(road).per_day for road in two_roads] == [0, 300]
    assert "par 2 relais" in shown
    assert shown.count('name="road"') == 2
    assert say(client, road="7", preset="brevo_free").status_code == 200
    assert Pace.objects.count() == 1


def test_an_error_stands_at_the_road_that_it_is_about(client: Client, two_roads: list[Any]) -> None:
    shown = say(client, road="1", preset="other").content.decode()

    before, after = shown.split("<h2>Brevo</h2>")
    assert "Donnez au moins un des deux nombres" not in before
    assert "Donnez au moins un des deux nombres" in after


def test_a_road_that_rests_says_so_and_until_when(client: Client, two_roads: list[Any]) -> None:
    roads.carry_on_without(two_roads[0], reason=PauseReason.RELAY_UNREACHABLE, detail="gone", now=timezone.now())
    shown = client.get(reverse("pace")).content.decode()

    assert "Le relais ne répond pas." in shown
    assert "Laissé au repos jusqu’à" in shown


def test_a_new_domain_begins_gently_with_its_plan_shown_and_is_known_again(client: Client) -> None:
    make.newsletter()
    today = timezone.localdate()
    shown = client.post(reverse("warm-up"), {"domain": "alpilles.example", "first_day": today}, follow=True)

    assert warmups.first_day("alpilles.example", now=timezone.now()) == today
    assert "Ce domaine est nouveau depuis le" in shown.content.decode()
    assert 'aria-current="date"' in shown.content.decode()
    client.post(reverse("warm-up"), {"domain": "alpilles.example", "known": "1"})
    assert warmups.first_day("alpilles.example", now=timezone.now()) is None


@pytest.mark.parametrize("first_day", ["", "hier", "2020-01-01"])
def test_a_first_day_that_is_none_is_said_at_its_field(client: Client, first_day: str) -> None:
    make.newsletter()
    answer = client.post(reverse("warm-up"), {"domain": "alpilles.example", "first_day": first_day})

    assert answer.status_code == 400
    assert "Rien n’est encore enregistré." in answer.content.decode()
    assert not Warmup.objects.exists()


def test_a_domain_that_is_not_ours_is_none(client: Client) -> None:
    make.newsletter()
    client.post(reverse("warm-up"), {"domain": "evil.example", "first_day": timezone.localdate()})
    assert not Warmup.objects.exists()
