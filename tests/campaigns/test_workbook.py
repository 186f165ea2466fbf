"""A workbook in which numbers are numbers, words are words, and nothing computes."""

import io

import pytest
from openpyxl import load_workbook

from campaigns import workbook
from campaigns.workbook import Table


def read(*tables: Table) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(workbook.write(tables)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_each_table_is_a_sheet() -> None:
    table = Table("Liens", ["Lien", "Clics"], [["Huile", 12]])

    assert read(table, Table("Jours", ["Jour"], [])) == {
        "Liens": [("Lien", "Clics"), ("Huile", 12)],
        "Jours": [("Jour",)],
    }


@pytest.mark.parametrize("typed", ['=HYPERLINK("https://mal.example/";"x")', "+1+1", "-2", "@SUM(A1)", "\t=1"])
def test_what_begins_like_a_formula_is_text(typed: str) -> None:
    book = load_workbook(io.BytesIO(workbook.write([Table("Liens", ["Lien"], [[typed]])])))
    cell = book["Liens"]["A2"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (typed, "s", True)


def test_a_sign_that_no_workbook_may_have_is_left_out() -> None:
    assert read(Table("Liens", ["Lien"], [["Hu\x0bile"]]))["Liens"][1] == ("Huile",)
