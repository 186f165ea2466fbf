"""People's own files: every spreadsheet's dialect is read, and every bad line is named."""

from datetime import date
from decimal import Decimal

import pytest

from newsletter.core.interests import Interest, PriceKind
from newsletter.core.rows import BadLine, Fault, Line, decode, read

TODAY = date(2026, 11, 23)


def lines(text: str) -> list[Line]:
    return list(read(text, "essai.csv", needed=("name",), known=("name", "note")))


def refusal(text: str) -> tuple[int, str, str]:
    with pytest.raises(BadLine) as caught:
        lines(text)
    return caught.value.number, caught.value.fault, caught.value.column


def test_commas_semicolons_and_quoted_texts_are_read_with_the_number_of_their_first_line() -> None:
    for separator in ",;":
        text = f'name{separator}note\nMas{separator}"deux\nlignes"\n\nMoulin{separator}"l’un{separator} l’autre"\n'
        assert [(line.number, dict(line.cells)) for line in lines(text)] == [
            (2, {"name": "Mas", "note": "deux\nlignes"}),
            (5, {"name": "Moulin", "note": f"l’un{separator} l’autre"}),
        ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    text = decode("\ufeffName,Note\r\nMas,gîte\r\n".encode(), "essai.csv")

    assert [dict(line.cells) for line in lines(text)] == [{"name": "Mas", "note": "gîte"}]


def test_a_file_in_another_encoding_is_refused_at_its_line() -> None:
    with pytest.raises(BadLine) as caught:
        decode("name\nMas\ngîte\n".encode("latin-1"), "essai.csv")

    assert (caught.value.number, caught.value.fault) == (3, Fault.NOT_UTF8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, Fault.COLUMN_MISSING, "name")),
        ("note\nx\n", (1, Fault.COLUMN_MISSING, "name")),
        ("name,nota\nMas,x\n", (1, Fault.COLUMN_UNKNOWN, "nota")),
        ("name,name\nMas,x\n", (1, Fault.TWICE, "name")),
        ("name,note\nMas,x\nMas,x,y\n", (3, Fault.TOO_MANY_CELLS, "")),
        ("name,note\nMas\n", (2, Fault.TOO_FEW_CELLS, "")),
        ('name,note\nMas,x\nMoulin,"y\n', (3, Fault.NOT_CSV, "")),
    ],
)
def test_a_file_out_of_shape_is_refused_with_its_line(text: str, expected: tuple[int, Fault, str]) -> None:
    assert refusal(text) == expected


def cell(value: str) -> Line:
    return Line("essai.csv", 2, {"it": value})


@pytest.mark.parametrize(
    ("written", "amount"), [("", None), ("45", Decimal(45)), ("6,50", Decimal("6.50")), ("1 234.5", None)]
)
def test_an_amount_is_written_with_a_point_or_a_comma(written: str, amount: Decimal | None) -> None:
    if written.startswith("1 "):
        with pytest.raises(BadLine):
            cell(written).amount("it")
    else:
        assert cell(written).amount("it") == amount


@pytest.mark.parametrize("written", ["gratuit", "-5", "12 €", "NaN", "1e3", "1.234", "12345678"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(BadLine) as caught:
        cell(written).amount("it")
    assert caught.value.fault in (Fault.BAD_AMOUNT, Fault.TOO_LONG)


@pytest.mark.parametrize("link", ["mas.example", "javascript:alert(1)", "https://", "https://a b.example", "http://[x"])
def test_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(BadLine):
        cell(link).link("it")


@pytest.mark.parametrize("address", ["jeanne", "a@b", "a b@c.example", "a@c..example", "<a@c.example>"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadLine):
        cell(address).email("it")


def test_words_are_known_words() -> None:
    assert cell("olive| table |olive").some_of("it", Interest) == (Interest.OLIVE, Interest.TABLE)
    assert cell("").one_of("it", PriceKind, otherwise=PriceKind.FREE) is PriceKind.FREE
    with pytest.raises(BadLine) as caught:
        cell("olive|ski").some_of("it", Interest)
    assert (caught.value.fault, caught.value.value) == (Fault.UNKNOWN_WORD, "ski")


def test_yes_and_no_are_said_in_both_languages_and_silence_is_no() -> None:
    assert [cell(word).yes("it") for word in ("oui", "Yes", "1", "non", "")] == [True, True, True, False, False]
    with pytest.raises(BadLine):
        cell("peut-être").yes("it")


def test_a_day_counts_or_stands_for_itself() -> None:
    assert cell("feasts-20").day("it", today=TODAY) == date(2026, 12, 5)
    with pytest.raises(BadLine) as caught:
        cell("24/12").day("it", today=TODAY)
    assert caught.value.fault is Fault.BAD_DAY
