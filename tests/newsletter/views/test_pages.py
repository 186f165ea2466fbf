"""What every page has: one h1, a language, no inline script or style; and errors in good French."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import make

pytestmark = pytest.mark.django_db


def test_every_page_of_the_desk_stands_on_its_feet(client: Client) -> None:
    jeanne = make.user(name="Jeanne")
    mas = make.member(person=jeanne, phone="04 90 00 00 00")
    offer = make.offer(member=mas)
    make.newsletter()
    pages = [client.get(reverse(name)) for name in ("home", "sign-in")]
    client.force_login(jeanne)
    pages += [
        client.get(reverse("desk")),
        client.get(reverse("offer-new", args=[mas.pk])),
        client.get(reverse("offer", args=[offer.pk])),
        client.get(reverse("offer-edit", args=[offer.pk])),
    ]
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert html.count("<h1") == 1
        assert '<html lang="fr">' in html
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son\w+=", html)
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
        shown = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html))
        assert shown <= labelled
        described = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
        assert all(f'id="{name}"' in html for name in described)


def test_a_page_that_is_not_there_says_so_in_french(client: Client) -> None:
    page = client.get("/nulle-part/")

    assert (page.status_code, "Cette page n’existe pas" in page.content.decode()) == (404, True)


def test_a_form_without_its_proof_says_what_to_do() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("sign-in"), {"email": "a@b.example"})

    assert (page.status_code, "n’a pas pu être vérifié" in page.content.decode()) == (403, True)


def test_a_failure_of_ours_has_a_page_that_needs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    client.raise_request_exception = False
    monkeypatch.setattr("newsletter.views.home.Newsletter.objects.select_related", broken)
    page = client.get("/")

    assert (page.status_code, "Une panne de notre côté" in page.content.decode()) == (500, True)


def test_the_language_is_changed_by_a_press_and_stays(client: Client) -> None:
    assert client.get(reverse("set_language"), {"language": "en"}).url
    assert '<html lang="fr">' in client.get("/").content.decode()

    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/").content.decode()


def test_what_every_answer_forbids(client: Client) -> None:
    headers = client.get("/").headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_navigation_shows_each_person_their_own_ways(client: Client) -> None:
    hotelier, board = make.user(), make.board_member()
    make.member(person=hotelier)
    home = reverse("home")

    def ways(person: Any) -> list[bool]:
        client.force_login(person)
        html = client.get(home).content.decode()
        return [words in html for words in ("Mes offres", ">Bureau<", "Se déconnecter")]

    assert "Se connecter" in client.get(home).content.decode()
    assert ways(hotelier) == [True, False, True]
    assert ways(board) == [False, True, True]
    make.member(person=board)
    assert ways(board) == [True, True, True], "a hotelier may sit on the board"


def test_the_demo_shows_our_own_page_though_it_runs_with_debug(client: Client, settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True
    client.force_login(make.user())

    for url in ("/nulle-part/", "/espace/offres/999/"):
        page = client.get(url)
        assert (page.status_code, "Cette page n’existe pas" in page.content.decode()) == (404, True)
        assert "Content-Security-Policy" in page.headers
