"""The board's view of who reads."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from audiences import segments
from audiences.core.consent import CustomerKind, SubscriptionState
from audiences.core.segment import (
    All,
    InDepartment,
    Kind,
    Likes,
    Near,
    Not,
    Speaks,
    SubscribedSince,
)
from audiences.core.segment import Any as AnyOf
from audiences.models import Segment, Subscriber, Subscription
from newsletter.core.interests import Interest
from tests import make

pytestmark = pytest.mark.django_db
Queries = Callable[[int], Any]
TABLE, WINE = Likes(Interest.TABLE), Likes(Interest.WINE)
EVERYTHING = {
    "name": "Gourmands autour de Maussane",
    "interests": ["table", "wine"],
    "mode": "any",
    "where": "Maussane-les-Alpilles (13520)",
    "km": "20",
    "department": "13",
    "language": "fr",
    "kind": "direct",
    "since": "2026-01-01",
}


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member(), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def maussane() -> None:
    make.place("Maussane-les-Alpilles", insee="13058")


@pytest.mark.parametrize("url", ["/bureau/segments/", "/bureau/segments/nouveau/", "/bureau/lecteurs/"])
def test_only_the_board_sees_readers(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302
    client.force_login(make.user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 404


def test_segments_are_listed_as_sentences_with_their_readers(board: Client, maussane: None) -> None:
    make.reader(commune="13058")
    make.reader()
    segments.keep(name="Voisins", tree=Near("13058", 5), by=None)
    segments.keep(name="Presse", tree=Kind(CustomerKind.PRESS), by=None)

    page = board.get("/bureau/segments/").content.decode()
    assert "Les lecteurs qui habitent à moins de 5\u00a0km de Maussane-les-Alpilles." in page
    assert "<strong>1</strong> lecteur<" in page
    assert "<strong>0</strong> lecteur" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_segments_asks_the_same_number_of_questions(
    board: Client, maussane: None, rows: int, django_assert_num_queries: Queries
) -> None:
    make.newsletter()
    for number in range(rows):
        segments.keep(name=f"Segment {number}", tree=Near("13058", 5 + number), by=None)
    board.get("/bureau/segments/")
    with django_assert_num_queries(9):
        board.get("/bureau/segments/")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_readers_asks_the_same_number_of_questions(
    board: Client, maussane: None, rows: int, django_assert_num_queries: Queries
) -> None:
    make.readers(rows, commune="13058")
    board.get("/bureau/lecteurs/")
    with django_assert_num_queries(9):
        board.get("/bureau/lecteurs/")


def test_a_form_becomes_a_tree_and_the_tree_the_form_again(board: Client, maussane: None) -> None:
    assert board.post("/bureau/segments/nouveau/", EVERYTHING).url == "/bureau/segments/"  # type: ignore[attr-defined]
    row = Segment.objects.get()
    assert segments.tree_of(row) == All(
        (
            AnyOf((TABLE, WINE)),
            Near("13058", 20),
            InDepartment("13"),
            Speaks("fr"),
            Kind(CustomerKind.DIRECT),
            SubscribedSince(date(2026, 1, 1)),
        )
    )

    form = board.get(f"/bureau/segments/{row.pk}/").context["form"]
    again = {name: form[name].value() for name in EVERYTHING}
    assert board.post(f"/bureau/segments/{row.pk}/", {**again, "name": "Autre nom", "mode": "all"}).status_code == 302
    row.refresh_from_db()
    assert row.name == "Autre nom"
    assert segments.tree_of(row).of[0] == All((TABLE, WINE))  # type: ignore[union-attr, index]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "Donnez un nom à ce groupe."),
        ({"name": "présent"}, "Un autre groupe porte déjà ce nom."),
        ({"km": ""}, "À combien de kilomètres de cette commune"),
        ({"where": ""}, "Autour de quelle commune"),
        ({"km": "vingt"}, "Écrivez la distance en kilomètres entiers"),
        ({"km": "0"}, "un kilomètre au moins"),
        ({"km": "1000"}, "300 km au plus"),
        ({"where": "Nulle-Part"}, "Nous ne trouvons pas cette commune."),
        ({"department": "99999"}, "3 caractères"),
        ({"department": "XX"}, "Ce numéro de département n’existe pas."),
        ({"since": "2999-01-01"}, "Choisissez un jour passé"),
        ({"since": "32/13/2026"}, "Cette date n’existe pas."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    board: Client, maussane: None, said: dict[str, str], sentence: str
) -> None:
    segments.keep(name="Présent", tree=All(), by=None)
    page = board.post("/bureau/segments/nouveau/", {**EVERYTHING, **said}).content.decode()
    assert sentence in page
    assert 'value="2026-01-01"' in page or "since" in said
    assert Segment.objects.count() == 1


def test_a_tree_that_the_form_cannot_show_is_left_as_it_is(board: Client) -> None:
    row = segments.keep(name="Fin", tree=Not(AnyOf((TABLE, Speaks("en")))), by=None)
    answer = board.get(f"/bureau/segments/{row.pk}/")
    assert "que ce formulaire ne sait pas montrer." in answer.content.decode()
    board.post(f"/bureau/segments/{row.pk}/", EVERYTHING)
    row.refresh_from_db()
    assert segments.tree_of(row) == Not(AnyOf((TABLE, Speaks("en"))))


def test_the_meaning_follows_the_form_without_saving(board: Client) -> None:
    make.reader(interests=["wine"])
    part = board.get("/bureau/segments/apercu/", {"interests": ["wine"], "km": ""}).content.decode()
    assert "Les lecteurs qui aiment le vin." in part
    assert "lecteur aujourd’hui" in part
    assert "Le nombre de lecteurs s’affiche ici" in board.get("/bureau/segments/apercu/?km=x").content.decode()
    assert not Segment.objects.exists()


def test_readers_are_found_by_address_name_and_state(board: Client) -> None:
    make.reader("jeanne@orange.example", first_name="Jeanne")
    gone = make.reader("paul@orange.example", first_name="Paul")
    Subscription.objects.filter(subscriber=gone).update(state=SubscriptionState.ENDED)

    def shown(**asked: str) -> list[str]:
        return [row[0].subscriber.first_name for row in board.get("/bureau/lecteurs/", asked).context["listed"]]

    assert sorted(shown()) == ["Jeanne", "Paul"]
    assert shown(q="JEANNE@") == ["Jeanne"]
    assert shown(q="paul") == ["Paul"]
    assert shown(etat="ended") == ["Paul"]
    Subscriber.objects.filter(pk=gone.pk).update(commune=make.place().insee, interests=["wine"])
    assert shown(q="maussane") == ["Paul"]
    assert shown(q="VIN ET") == ["Paul"]
    assert shown(etat="nonsense", page="nonsense", q="personne") == []
