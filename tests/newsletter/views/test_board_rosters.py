"""Members come in by a file, which is read before anything is written."""

from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from newsletter import rosters, tasks
from newsletter.models import Member, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]
HEAD = "Nom;Métier;Commune;E-mail;Contact\n"
TEXT = HEAD + "Mas Rosé;Gîte;Arles;luc@mas.example;Luc\nFour;banque;Arles;;\nCave;Domaine;Arles;;\n"


@pytest.fixture(autouse=True)
def _arles(monkeypatch: pytest.MonkeyPatch) -> None:
    make.place("Arles", postcodes=["13200"])
    monkeypatch.setattr(tasks.send_invitation, "delay_on_commit", tasks.send_invitation, raising=False)


def upload(client: Client, raw: bytes) -> str:
    answer = client.post(reverse("board:members-file"), {"file": SimpleUploadedFile("membres.csv", raw)})
    return answer.content.decode()


def confirm(client: Client, **said: Any) -> Any:
    return client.post(reverse("board:members-file-confirm"), said, follow=True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_each_line_is_read_and_nothing_is_written(client: Client, encoding: str) -> None:
    shown = upload(client, TEXT.encode(encoding))

    assert "Mas Rosé" in shown
    assert "<dt>à ajouter</dt><dd>2</dd>" in shown
    assert "Ligne 3" in shown
    assert "banque" in shown
    assert not Member.objects.exists()


def test_what_was_seen_is_taken_in_and_invited(client: Client) -> None:
    shown = confirm(client, text=TEXT, invite="on").content.decode()

    assert "2 membres ont rejoint" in shown
    assert [one.name for one in Member.objects.all()] == ["Cave", "Mas Rosé"]
    assert User.objects.filter(memberships__member__name="Mas Rosé", email="luc@mas.example").exists()
    assert [message.to for message in mail.outbox] == [["luc@mas.example"]]


def test_without_the_mark_nobody_is_written_to_and_twice_adds_nobody(client: Client) -> None:
    for _ in range(2):
        confirm(client, text=TEXT)

    assert Member.objects.count() == 2
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "vide"),
        (b"PK\x03\x04\x00", "pas du texte"),
        (b"x" * (rosters.BYTES + 1), "300"),
        (b"Nom;Humeur", "Humeur"),
        (b"Nom;Metier;Commune", "aucune ligne"),
    ],
)
def test_a_file_that_is_no_list_says_why(client: Client, raw: bytes, sentence: str) -> None:
    assert sentence in upload(client, raw)
    assert not Member.objects.exists()


@pytest.mark.parametrize("text", ["", "x" * (rosters.BYTES + 1), "<script>\n;;;"])
def test_what_comes_back_changed_is_read_again(client: Client, text: str) -> None:
    assert confirm(client, text=text).status_code == 200
    assert not Member.objects.exists()


def test_a_script_in_a_line_is_shown_and_kept_as_text(client: Client) -> None:
    evil = '"><script>alert(1)</script>'
    text = f'Nom;Métier;Commune\n"{evil.replace(chr(34), chr(34) * 2)}";Gîte;Arles\nB;"{evil[2:]}";Arles\n'

    shown = upload(client, text.encode())
    assert "<script>alert" not in shown
    confirm(client, text=text)
    assert Member.objects.get().name == evil
