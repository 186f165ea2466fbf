"""What a person takes along says all that is held, and no cell of it computes."""

import csv
import io
import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from audiences.core.portable import as_csv, as_json

HELD = {"subscriber": [{"address": "a@b.example", "interests": ["wine", "table"], "paused_until": date(2026, 12, 1)}]}


def test_json_holds_the_same_values() -> None:
    at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert json.loads(as_json({**HELD, "click": [{"at": at, "times": 3, "gone": None}]})) == {
        "subscriber": [{"address": "a@b.example", "interests": ["wine", "table"], "paused_until": "2026-12-01"}],
        "click": [{"at": "2026-11-01T12:00:00+00:00", "times": 3, "gone": None}],
    }


def test_a_table_has_a_line_for_each_thing() -> None:
    assert list(csv.reader(io.StringIO(as_csv(HELD).removeprefix("\ufeff")))) == [
        ["table", "line", "field", "value"],
        ["subscriber", "1", "address", "a@b.example"],
        ["subscriber", "1", "interests", "wine, table"],
        ["subscriber", "1", "paused_until", "2026-12-01"],
    ]


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_no_cell_computes_and_nothing_is_lost(text: str) -> None:
    said = as_csv({"subscriber": [{"first_name": text}]}).removeprefix("\ufeff")
    [_, row] = list(csv.reader(io.StringIO(said, newline="")))
    assert not row[3].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert row[3].removeprefix("'") == text.removeprefix("'")
