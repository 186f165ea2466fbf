"""A table that a spreadsheet opens and never computes."""

import csv
import io

import pytest

from newsletter.core import sheet


def test_a_french_spreadsheet_finds_its_accents_and_its_columns() -> None:
    raw = sheet.write(["Édition", "Envois"], [["Fêtes ; été\n«\u00a0x\u00a0»", 12]])

    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["Édition", "Envois"], ["Fêtes ; été\n«\u00a0x\u00a0»", "12"]]


@pytest.mark.parametrize(
    "evil",
    [
        "=1+1",
        "+33 4 90",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =HYPERLINK(x)",
        "\n=1",
        "\u00a0=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\0=1",
    ],
)
def test_what_begins_like_a_formula_is_marked_as_text(evil: str) -> None:
    assert str(sheet.harmless(evil)).startswith("'")


@pytest.mark.parametrize("fine", ["Noël au moulin", "24 € – 30 €", "a=b", "'=1", ""])
def test_other_texts_and_numbers_stay(fine: str) -> None:
    assert sheet.harmless(fine) == fine
    assert sheet.harmless(-3) == -3
