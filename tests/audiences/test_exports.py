"""Readers to take along: a segment or all of them, and nothing in the table computes."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from audiences import exports, subscriptions
from audiences.core import segment as trees
from audiences.keys import key_of
from audiences.models import Segment, Subscriber
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member())
    letter = make.newsletter()
    make.reader("zoe@lavande.example", of=letter, first_name="Zoé", interests=["wine", "table"])
    make.reader("ana@lavande.example", of=letter, first_name="Ana")
    Subscriber.objects.filter(first_name="Ana").update(first_name='=HYPERLINK("x")')
    make.reader("partie@lavande.example", of=letter)
    subscriptions.leave(letter, key_of("partie@lavande.example"), now=make.NOON)
    return client


def lines(client: Client, name: str, *args: int) -> list[list[str]]:
    answer = client.get(reverse(name, args=args))
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return [line.split(";") for line in content.decode("utf-8-sig").split("\r\n") if line]


def test_everybody_as_a_table(board: Client) -> None:
    told = lines(board, "readers-csv")
    assert told[0][:2] == ["Adresse e-mail", "Prénom"]
    assert {(line[0], line[8]) for line in told[1:]} == {
        ("zoe@lavande.example", "Inscrit"),
        ("ana@lavande.example", "Inscrit"),
        ("partie@lavande.example", "Désinscrit"),
    }
    assert """"'=HYPERLINK(""x"")\"""" in [line[1] for line in told]
    assert "Vin et domaines, À table" in [line[5] for line in told]


def test_a_segment_as_a_table_is_whom_it_means_now(board: Client) -> None:
    wine = Segment.objects.create(name="Vin", tree=trees.to_json(trees.Likes(trees.Interest.WINE)))
    assert [line[0] for line in lines(board, "segment-csv", wine.pk)[1:]] == ["zoe@lavande.example"]


def test_a_workbook_holds_text_alone(board: Client) -> None:
    answer = board.get(reverse("readers-xlsx"))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    told = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(told) == 4
    assert told[0][0] == "Adresse e-mail"
    [computes] = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert (computes.data_type, computes.quotePrefix) == ("s", True)


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS", 2)
    book = load_workbook(io.BytesIO(b"".join(exports.workbook("Lecteurs", ["a"], ([str(n)] for n in range(5))))))
    assert [[cell.value for cell in sheet["A"]] for sheet in book] == [["a", "0", "1"], ["a", "2", "3"], ["a", "4"]]
    nobody = load_workbook(io.BytesIO(b"".join(exports.workbook("Lecteurs", ["a"], []))))
    assert [cell.value for cell in nobody.active["A"]] == ["a"]


def test_an_export_asks_as_much_however_many_they_are(board: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        lines(board, "readers-csv")
