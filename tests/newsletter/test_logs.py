"""What our processes write: JSON that stays JSON, lines that stay lines, nobody's address in either."""

import json
import logging

import pytest

from newsletter import settings
from newsletter.logs import Json, Line


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("campaigns.sending", logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


def json_line(made: logging.LogRecord) -> dict[str, object]:
    config = dict(settings.LOGGING["formatters"]["json"])  # type: ignore[index]
    config.pop("()")
    formatter = Json(config["format"], style="{", rename_fields=config["rename_fields"])
    line = formatter.format(made)
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def test_a_json_line_says_when_how_grave_where_and_what() -> None:
    found = json_line(record("chunk %s was lost", 7, campaign=3))
    assert found.pop("at")
    assert found.pop("process")
    assert found == {
        "level": "WARNING",
        "logger": "campaigns.sending",
        "message": "chunk 7 was lost",
        "campaign": 3,
    }


@pytest.mark.parametrize(
    "argument", ['"jeanne@boite.example"', "line\njeanne@boite.example\\", ValueError("a@b.example")]
)
def test_json_stays_json_though_an_address_is_cut_out_of_it(argument: object) -> None:
    found = json_line(
        record("said %s", argument, reader="zoe@x.example", readers=["zoe@x.example"], of={"a@b.example": 1})
    )
    assert "@" not in json.dumps(found)


def test_a_traceback_quotes_nobody() -> None:
    made = record("refused")
    try:
        raise ValueError("550 <jeanne@boite.example> unknown")
    except ValueError as problem:
        made.exc_info = (type(problem), problem, problem.__traceback__)
    assert "jeanne" not in Line("{message}", style="{").format(made)
    assert "jeanne" not in json.dumps(json_line(made))
