"""Files of members as volunteers keep them, line by line."""

from typing import Any

import pytest

from newsletter.core import roster
from newsletter.core.interests import Category
from newsletter.core.roster import RosterFault, Row
from newsletter.core.rows import BadLine, Fault

HEAD = "Nom;Métier;Commune;Code postal;E-mail;Contact;Téléphone;Site;Cotisation"
GOOD = "Mas Rosé;Hébergement;Maussane;13520;luc@mas.example;Luc Roux;04 90 00 00 00;www.mas.example;2026"


def read(*lines: str) -> list[Row | BadLine]:
    return list(roster.read("\n".join(lines), "membres.csv"))


def faults(*lines: str) -> list[tuple[int, Any]]:
    return [(one.number, one.fault) for one in read(*lines) if isinstance(one, BadLine)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_spreadsheet_is_read(encoding: str, separator: str) -> None:
    raw = f"{HEAD}\r\n{GOOD}\r\n".replace(";", separator).encode(encoding)
    [row] = roster.read(roster.decode(raw, "membres.csv"), "membres.csv")

    assert isinstance(row, Row)
    assert (row.name, row.category, row.commune, row.email, row.contact, row.phone, row.website, row.year) == (
        "Mas Rosé",
        Category.LODGING,
        "Maussane 13520",
        "luc@mas.example",
        "Luc Roux",
        "04 90 00 00 00",
        "https://www.mas.example",
        2026,
    )


@pytest.mark.parametrize("raw", [b"PK\x03\x04\x00\x00", b"\x00\x01", b"nom\x81\x00"])
def test_what_is_no_text_is_named_so(raw: bytes) -> None:
    with pytest.raises(BadLine) as wrong:
        roster.decode(raw, "membres.xlsx")
    assert wrong.value.fault is RosterFault.NOT_TEXT


def test_each_wrong_line_says_why_and_the_others_are_read() -> None:
    found = read(
        HEAD,
        GOOD,
        "Domaine;banque;Arles;;;;;;",
        ";Restaurant;Arles;;;;;;",
        "",
        "Moulin;moulin;Arles;;luc@;;;;",
        "Table;Restaurant;Arles;;;;;javascript:x;",
        "Mas Rose;gîte;Arles;;;;;;",
        "Cave;domaine;Arles;;;;;;26",
        "Atelier;Artisan;Arles;;;;;;;en trop",
        'Four;Artisan;"Arles;;;;;;',
    )

    assert [one.name for one in found if isinstance(one, Row)] == ["Mas Rosé"]
    assert [(one.number, one.fault) for one in found if isinstance(one, BadLine)] == [
        (3, Fault.UNKNOWN_WORD),
        (4, Fault.EMPTY),
        (6, Fault.BAD_EMAIL),
        (7, Fault.BAD_LINK),
        (8, Fault.TWICE),
        (9, RosterFault.BAD_YEAR),
        (10, Fault.TOO_MANY_CELLS),
        (11, Fault.NOT_CSV),
    ]


def test_a_column_is_named_as_it_was_typed() -> None:
    [wrong] = [one for one in read(HEAD, "Mas;banque;Arles") if isinstance(one, BadLine)]

    assert (wrong.column, wrong.value) == ("Métier", "banque")


@pytest.mark.parametrize(
    ("heading", "fault"),
    [
        ("Nom;Métier", Fault.COLUMN_MISSING),
        ("Nom;Métier;Commune;Humeur", Fault.COLUMN_UNKNOWN),
        ("Nom;Établissement;Métier;Commune", Fault.TWICE),
        ("", RosterFault.NO_LINES),
        (HEAD, RosterFault.NO_LINES),
    ],
)
def test_a_wrong_heading_ends_it_at_once(heading: str, fault: Any) -> None:
    assert [fault_ for _, fault_ in faults(heading)] == [fault]


def test_too_many_lines_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LINES", 2)

    assert faults("nom,métier,commune", "A,gîte,Arles", "B,gîte,Arles", "C,gîte,Arles") == [
        (4, RosterFault.TOO_MANY_LINES)
    ]


def test_a_postcode_that_a_spreadsheet_took_for_a_number_has_its_nought_again() -> None:
    [row] = read("nom,métier,commune,cp", "Mas,gîte,Nyons,4000")

    assert isinstance(row, Row)
    assert row.commune == "Nyons 04000"


def test_signs_that_no_database_carries_are_left_out() -> None:
    [row] = read("nom,métier,commune", "Mas\ud800 bleu,gîte,Arles")

    assert isinstance(row, Row)
    assert row.name == "Mas bleu"


@pytest.mark.parametrize("category", list(Category))
def test_every_trade_is_known_by_its_word_in_both_languages(category: Category) -> None:
    for language in ("fr", "en"):
        assert roster.trade(roster.word_category(category, language).upper()) is category
