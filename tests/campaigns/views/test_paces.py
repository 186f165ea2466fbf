"""What the relay grants is said once, by a name or by numbers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import paces
from campaigns.models import Pace
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
