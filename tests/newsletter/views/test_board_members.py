"""Who belongs to the association is the board's to say."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter.models import Member, Place, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


@pytest.fixture(autouse=True)
def communes() -> dict[str, Place]:
    return {
        "maussane": make.place("Maussane-les-Alpilles", postcodes=["13520"]),
        "saint-remy": make.place("Saint-Rémy-de-Provence", postcodes=["13210"]),
        "remy-60": make.place("Rémy", postcodes=["60190"]),
        "remy-62": make.place("Rémy", postcodes=["62156"]),
    }


def add(client: Client, **changes: Any) -> Any:
    said = {
        "name": "Mas des Oliviers",
        "category": "lodging",
        "commune": "saint remy de provence",
        "contact": "Luc Roumanille",
        "email": "luc@mas.example",
        "phone": "04 90 00 00 00",
        "website": "www.mas.example",
    }
    return client.post(reverse("board:member-new"), {**said, **changes}, follow=True)


def test_a_member_is_taken_in_with_the_person_who_signs_in_for_it(client: Client, communes: dict[str, Place]) -> None:
    add(client)

    mas = Member.objects.get()
    assert (mas.name, mas.commune, mas.website) == (
        "Mas des Oliviers",
        communes["saint-remy"],
        "https://www.mas.example",
    )
    assert [(person.email, person.name) for person in User.objects.filter(memberships__member=mas)] == [
        ("luc@mas.example", "Luc Roumanille")
    ]


@pytest.mark.parametrize("typed", ["Maussane-les-Alpilles", "13520", "maussane les alpilles (13520)"])
def test_a_commune_is_found_by_name_or_postcode(client: Client, communes: dict[str, Place], typed: str) -> None:
    add(client, commune=typed)

    assert Member.objects.get().commune == communes["maussane"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Indiquez le nom"),
        ({"category": "banque"}, "banque"),
        ({"commune": "Atlantide"}, "Nous ne trouvons pas cette commune"),
        ({"commune": "Rémy"}, "Rémy (60190), Rémy (62156)"),
        ({"email": "luc@"}, "Cette adresse ne semble pas complète"),
        ({"website": "http://"}, "Ce lien ne semble pas complet"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_the_rest_is_kept(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    shown = add(client, **changes).content.decode()

    assert sentence in shown
    assert "04 90 00 00 00" in shown
    assert not Member.objects.exists()


def test_a_name_is_taken_once(client: Client) -> None:
    make.member("Mas des Oliviers")

    assert "Un membre porte déjà ce nom" in add(client, name="MAS DES OLIVIERS").content.decode()


def test_communes_are_offered_while_typing(client: Client) -> None:
    shown = client.get(reverse("board:communes"), {"commune": "saint-re"}).content.decode()

    assert shown.strip() == '<option value="Saint-Rémy-de-Provence (13210)"></option>'
