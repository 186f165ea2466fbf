"""Parked mail: counted, tried again, put aside, and its bytes for an administrator alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import inbox, parked
from campaigns.core.parking import TRIES, Problem
from campaigns.inbox import Outcome
from campaigns.models import Delivery, ParkedMail
from newsletter.core.roles import Role
from newsletter.models import User
from tests import make
from tests.campaigns.test_inbox import UNKNOWN, mail
from tests.make import NOON

pytestmark = pytest.mark.django_db
ODD = b"From: x@boite.example\r\n\r\nQuoi ?"


@pytest.fixture(autouse=True)
def _box(settings: Any) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")


@pytest.fixture
def row() -> Delivery:
    make.reader("jeanne@boite.example")
    [row] = make.settled(make.running(), "sent")
    return row


def park(raw: bytes = ODD, problem: Problem = Problem.NOT_UNDERSTOOD, times: int = 1) -> ParkedMail:
    for _ in range(times):
        inbox.park(raw, problem, now=NOON)
    return ParkedMail.objects.latest("pk")


def test_what_is_tried_again_by_itself_is_not_shown_yet() -> None:
    park(problem=Problem.FAILED, times=TRIES - 1)
    assert not parked.waiting().exists()
    park(problem=Problem.FAILED)
    assert parked.waiting().count() == 1


def test_once_it_is_understood_it_is_gone_and_what_it_says_is_noted(row: Delivery) -> None:
    held = park(mail(UNKNOWN, row), Problem.FAILED, TRIES)
    assert parked.try_again(held, now=NOON) is Outcome.TOLD
    row.refresh_from_db()
    assert (row.state, ParkedMail.objects.count()) == ("failed", 0)


def test_what_fails_again_stays_and_counts_its_tries(row: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    held = park(mail(UNKNOWN, row), Problem.FAILED, TRIES)
    monkeypatch.setattr("campaigns.feedback.record_many", broken)
    assert parked.try_again(held, now=NOON) is Outcome.PARKED
    held.refresh_from_db()
    assert held.tries == TRIES + 1


def test_put_aside_it_is_shown_no_more_and_forgotten_with_its_month(board: User) -> None:
    held = park()
    assert parked.put_aside(held, by=board, now=NOON)
    assert not parked.put_aside(held, by=board, now=NOON)
    assert (parked.waiting().count(), ParkedMail.objects.count()) == (0, 1)
    assert inbox.forget_parked(now=NOON + timedelta(days=31)) == 1


def test_the_page_says_how_many_and_why_and_names_nobody(client: Client, board: User) -> None:
    park(problem=Problem.FAILED, times=TRIES)
    park(ODD + b"!")
    shown = client.get(reverse("parked-mails")).content.decode()
    assert "2 mails revenus n’ont pas pu être utilisés." in shown
    assert "a échoué trois fois" in shown
    assert "ne connaît pas" in shown
    assert "boite.example" not in shown
    assert "Télécharger" not in shown
    assert "Retours incompris (2)" in client.get(reverse("campaigns")).content.decode()


def test_it_shows_a_page_at_a_time(client: Client, board: User) -> None:
    for number in range(25):
        park(ODD + str(number).encode())
    pages = [client.get(reverse("parked-mails"), {"page": page}).content.decode() for page in (1, 2)]
    assert [page.count("Réessayer") for page in pages] == [20, 5]


def test_the_buttons_do_what_they_say(client: Client, board: User, row: Delivery) -> None:
    held = park(mail(UNKNOWN, row), Problem.FAILED, TRIES)
    said = client.post(reverse("parked-again", args=[held.pk]), follow=True).content.decode()
    assert "ce qu’il dit est noté" in said
    strange = park()
    said = client.post(reverse("parked-again", args=[strange.pk]), follow=True).content.decode()
    assert "Il ne parle d’aucun de nos messages." in said
    client.post(reverse("parked-aside", args=[strange.pk]))
    strange.refresh_from_db()
    assert strange.aside_by == board
    assert client.post(reverse("parked-again", args=[strange.pk])).status_code == 404


def test_its_bytes_are_an_administrators_alone_and_nothing_a_browser_opens(client: Client, board: User) -> None:
    held = park()
    url = reverse("parked-source", args=[held.pk])
    assert client.get(url).status_code == 404
    client.force_login(make.holder(Role.ADMIN, "admin@alpilles.example"))
    assert url in client.get(reverse("parked-mails")).content.decode()
    answer = client.get(url)
    assert answer.content == ODD
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="retour-{held.pk}.eml"'
    assert "no-store" in answer["Cache-Control"]


def test_under_another_pepper_it_says_that_it_cannot_be_read(client: Client, settings: Any) -> None:
    held = park()
    settings.ADDRESS_PEPPER = "another pepper"
    client.force_login(make.holder(Role.ADMIN, "admin@alpilles.example"))
    for answer in (
        client.get(reverse("parked-source", args=[held.pk]), follow=True),
        client.post(reverse("parked-again", args=[held.pk]), follow=True),
    ):
        assert "la clé de l’installation a changé" in answer.content.decode()
    assert ParkedMail.objects.count() == 1
