"""docs/duties.md names a test for each duty, and each of these is there."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LINES = [line for line in (ROOT / "docs" / "duties.md").read_text().splitlines() if re.match(r"\| L\d+ \|", line)]
NAMED = [found for line in LINES for found in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", line)]


def test_every_duty_has_its_line_and_every_line_its_test() -> None:
    assert {line.split("|")[1].strip() for line in LINES} == {f"L{number}" for number in range(1, 10)}
    assert len(NAMED) == len(LINES)


def test_every_named_test_is_there() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not (ROOT / file).is_file() or not re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert missing == []
