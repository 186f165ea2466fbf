"""The board brings readers in by a file: described, counted, confirmed, followed; nobody else may look."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audiences import imports, readings
from audiences.core.address import AddressFault
from audiences.models import Import, RefusedLine, Subscriber
from audiences.words import ADDRESS_FAULTS
from tests import make
from tests.audiences.files import LATER, counted, received, worked

pytestmark = pytest.mark.django_db
JEANNE = "E-mail;Prénom;Ville\njeanne@lavande.example;Jeanne;Arles\n<b>x</b>;=1+1;\n"
SAID = {
    "address": "0",
    "first_name": "1",
    "commune": "2",
    "source": "Salon de Saint-Rémy",
    "given_on": "2025-03-01",
    "attested": "on",
    "language": "fr",
    "kind": "direct",
}


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member())
    make.newsletter()
    return client


def upload(client: Client, content: bytes | str, name: str = "lecteurs.csv") -> Any:
    letter = make.Newsletter.objects.get()
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, raw)
    return client.post(reverse("imports"), {"newsletter": letter.pk, "file": file}, follow=True)


def test_from_the_upload_to_the_result(board: Client) -> None:
    page = upload(board, JEANNE).content.decode()
    row = Import.objects.get()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert '<option value="1" selected>2. Prénom</option>' in page

    url = reverse("import", args=[row.pk])
    assert 'id="progress"' in board.post(url, SAID, follow=True).content.decode()
    partial = board.get(url, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in partial, 'hx-trigger="every 1s"' in partial) == (False, True)
    worked(row)
    assert board.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Salon de Saint-Rémy" in board.get(url).content.decode()
    assert not Subscriber.objects.exists()

    board.post(reverse("import-confirm", args=[row.pk]))
    readings.work(row.pk, until=LATER)
    assert "n’est plus gardé" in board.get(url).content.decode()
    assert Subscriber.objects.get().first_name == "Jeanne"
    row.refresh_from_db()
    assert (row.attested_by, row.confirmed_by) == (make.User.objects.get(), make.User.objects.get())


@pytest.mark.parametrize(
    ("missing", "words"),
    [("source", "rien n’est importé"), ("attested", "Sans cette attestation"), ("given_on", "quelle colonne le dit")],
)
def test_without_someone_who_answers_for_it_nothing_is_read(board: Client, missing: str, words: str) -> None:
    row = received(JEANNE)
    answer = board.post(reverse("import", args=[row.pk]), {**SAID, missing: ""})
    assert words in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "received"


@pytest.mark.parametrize(("language", "words"), [("fr", "n’est pas un tableau"), ("en", "is not a table")])
def test_a_picture_is_refused_in_words(board: Client, language: str, words: str) -> None:
    board.cookies["django_language"] = language
    page = upload(board, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "photo.png")
    assert words in page.content.decode()
    assert not Import.objects.exists()


def test_what_is_larger_than_allowed_is_refused_in_words(board: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audiences.import_forms.BYTES", 10)
    assert "300 Mo" in upload(board, JEANNE).content.decode()


def test_a_file_that_was_taken_away_is_asked_for_again(board: Client) -> None:
    upload(board, JEANNE)
    row = Import.objects.get()
    row.file.storage.delete(row.file.name)

    said = board.get(reverse("import", args=[row.pk]), follow=True).content.decode()
    assert "n’est plus là" in said
    assert not Import.objects.exists()


def test_another_writing_may_be_chosen(board: Client) -> None:
    row = received("email;prénom\nelodie@lavande.example;Élodie\n".encode("cp850"))
    answer = board.post(
        reverse("import-reread", args=[row.pk]), {"encoding": "mac_roman", "delimiter": ","}, follow=True
    )
    assert "Élodie" not in answer.content.decode()
    row.refresh_from_db()
    assert (row.encoding, row.delimiter) == ("mac_roman", ",")


def test_the_refused_lines_compute_nothing_in_a_spreadsheet(board: Client) -> None:
    row = counted("=cmd|x;email\n;sans-arobase\n;jeanne@lavande.example\n", address=1)
    RefusedLine.objects.create(imported=row, number=9, code="bad_day", column="=cmd|x")
    answer = board.get(reverse("import-refused", args=[row.pk]))
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[:2] == [
        "Ligne;Colonne;Raison",
        f"2;email;{ADDRESS_FAULTS[AddressFault.NO_AT]}",
    ]
    assert lines[2].startswith("9;'=cmd|x;")


def test_a_file_that_is_on_its_way_can_be_forgotten_until_it_is_confirmed(board: Client) -> None:
    row = counted(JEANNE)
    url = reverse("import-discard", args=[row.pk])
    imports.confirm(row, by=None, now=make.NOON)
    assert "déjà été importé" in board.post(url, follow=True).content.decode()
    other = counted(JEANNE)
    assert "rien n’a changé" in board.post(reverse("import-discard", args=[other.pk]), follow=True).content.decode()


def test_a_file_of_many_columns_can_be_described(board: Client) -> None:
    row = received(";".join(["email", *map(str, range(300))]) + "\n" + ";".join(["a@lavande.example", *"x" * 300]))
    assert board.get(reverse("import", args=[row.pk])).status_code == 200


def test_a_strange_name_of_a_file_is_kept_short(board: Client) -> None:
    upload(board, JEANNE, "é" * 200 + ".csv")
    assert len(Import.objects.get().name) <= 120


def test_the_file_lies_where_no_web_server_shows_it(board: Client, settings: Any) -> None:
    row = received(JEANNE)
    with row.file.open("rb") as file:
        assert io.BytesIO(file.read()).getvalue().decode() == JEANNE
    assert not list(settings.MEDIA_ROOT.rglob("*")) if settings.MEDIA_ROOT.exists() else True
