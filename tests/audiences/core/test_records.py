"""A text as records: nothing is lost whatever the lines end with, and nothing is held that has no end."""

import csv
import io
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core import records as rules
from audiences.core.records import BadRecord, Record, lines, records


def text(content: str) -> IO[str]:
    return io.StringIO(content, newline="")


def cells(content: str, delimiter: str = ";") -> list[list[str]]:
    return [list(record.cells) for record in records(lines(text(content)), delimiter)]


@given(
    st.lists(st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=8)), st.data()
)
def test_lines_are_the_same_whatever_they_end_with_and_wherever_a_block_is_cut(
    told: list[str], data: st.DataObject
) -> None:
    ends = [data.draw(st.sampled_from(["\n", "\r\n", "\r"])) for _ in told]
    # a lone \r before an empty line that ends in \n would be one end of a line
    ends = ["\n" if end == "\r" and not after else end for end, after in zip(ends, [*told[1:], "x"], strict=False)]
    content = "".join(map("".join, zip(told, ends, strict=True)))
    size, rules.BLOCK = rules.BLOCK, data.draw(st.integers(1, 5))
    try:
        assert list(lines(text(content))) == told
    finally:
        rules.BLOCK = size


@given(st.lists(st.lists(st.text('ab;" é', max_size=5), min_size=2, max_size=4), min_size=1))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    assert cells(out.getvalue()) == [row for row in rows if any(cell for cell in row) or len(row) > 1]


def test_a_cell_of_several_lines_is_one_and_the_next_line_keeps_its_number() -> None:
    found = list(records(lines(text('a;"b\nc"\nd;e')), ";"))
    assert found == [Record(1, ["a", "b\nc"]), Record(3, ["d", "e"])]


def test_a_lost_quotation_mark_costs_its_own_line() -> None:
    found = list(records(lines(text('a;"b\nc;d\ne;f')), ";"))
    assert found == [Record(1, (), BadRecord.QUOTE), Record(2, ["c", "d"]), Record(3, ["e", "f"])]


def test_a_quotation_mark_within_a_cell_is_a_sign_like_others() -> None:
    assert cells('12" pouces;x\ny;z') == [['12" pouces', "x"], ["y", "z"]]


@pytest.mark.parametrize("end", ["", "\n", "\r"])
def test_a_line_without_end_is_passed_over_in_small_pieces(end: str) -> None:
    long = "x" * 300_000
    assert list(lines(text(f"a\n{long}{end}"))) == ["a", None]
    assert list(lines(text(f"{long}\r\nb"))) == [None, "b"]
