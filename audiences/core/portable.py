"""What is held of a person, in forms that they can take along: JSON for machines, a table for people."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

Rows = Mapping[str, Sequence[Mapping[str, object]]]
# What a spreadsheet would compute.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(told: Rows) -> str:
    """Return everything as JSON, as the tables hold it."""
    plain = {name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in told.items()}
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def as_csv(told: Rows) -> str:
    """Return everything as one table, a line for each thing held; no cell of it computes in a spreadsheet."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["table", "line", "field", "value"])
    for name, rows in told.items():
        for number, row in enumerate(rows, start=1):
            for key, value in row.items():
                write([name, number, key, _cell(_plain(value))])
    return "\ufeff" + out.getvalue()  # a spreadsheet takes it for Latin-1 without


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case None | bool() | int() | str():
            return value
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return str(value)


def _cell(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
