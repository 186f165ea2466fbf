"""The board looks at one reader, ends their letters or forgets them, each only at their own demand."""

import pytest
from django.test import Client

from audiences.models import Consent, Subscriber, Subscription, Suppression
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@lavande.example"


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member())
    return client


def test_the_list_leads_to_a_reader_with_all_that_we_hold(board: Client) -> None:
    jeanne = make.reader(JEANNE, first_name="Jeanne", interests=["wine"], commune=make.place().insee)
    assert f'href="/bureau/lecteurs/{jeanne.pk}/"' in board.get("/bureau/lecteurs/").content.decode()

    page = board.get(f"/bureau/lecteurs/{jeanne.pk}/").content.decode()
    for word in (JEANNE, "Jeanne", "Maussane-les-Alpilles", "Vin et domaines", "Inscrit", "Particuliers"):
        assert word in page, word


def test_nothing_ends_that_nobody_asked_for(board: Client) -> None:
    jeanne = make.reader(JEANNE)
    for act in ("desinscrire", "effacer"):
        said = board.post(f"/bureau/lecteurs/{jeanne.pk}/{act}/", follow=True).content.decode()
        assert "Rien n’a changé" in said
    assert Subscription.objects.get().state == "confirmed"


def test_the_board_ends_the_letters_of_who_asked_by_telephone(board: Client) -> None:
    jeanne = make.reader(JEANNE)
    said = board.post(f"/bureau/lecteurs/{jeanne.pk}/desinscrire/", {"asked": "on"}, follow=True).content.decode()
    assert "plus aucune lettre" in said
    assert Subscription.objects.get().state == "ended"
    assert Consent.objects.latest("pk").method == "admin"


def test_the_board_forgets_who_asked_and_nothing_brings_them_back(board: Client) -> None:
    jeanne = make.reader(JEANNE)
    said = board.post(f"/bureau/lecteurs/{jeanne.pk}/effacer/", {"asked": "on"}, follow=True).content.decode()
    assert "nous ne savons plus rien" in said
    assert JEANNE not in said
    assert not Subscriber.objects.exists()
    assert Suppression.objects.get().reason == "erased"
