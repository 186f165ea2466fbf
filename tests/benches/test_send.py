"""The benches still run: a small turn of `make bench-send` with real workers. No figure of it is looked at."""

import json
import shutil
import subprocess
import sys

import pytest

from benchmarks.figures import FIGURES, NAMES, lines, table
from newsletter.servers import laptop
from newsletter.servers.process import CODE

# Needs a network (Postfix's tools) or a package that is never a requirement of the tests.
ELSEWHERE = {"smtp-source", "smtp-source-csink", "post-office", "celery-per-mail", "ledger-percent"}


def test_the_table_and_the_lines_say_every_figure_once_and_in_order() -> None:
    values = dict.fromkeys(reversed(NAMES), 1.0)
    said = [line.split() for line in lines(values).splitlines()]
    assert [word[1] for word in said] == list(NAMES)
    assert all(word[0] == "bench-send" and len(word) == 3 and float(word[2]) == 1.0 for word in said)
    assert table({}).count("–") == len(FIGURES) == 14


@pytest.mark.journey
@pytest.mark.skipif(not shutil.which("cc"), reason="the sinks want a C compiler")
def test_a_small_turn_measures_what_needs_nothing_from_elsewhere() -> None:
    wanted = [name for name in NAMES if name not in ELSEWHERE]
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.send", "--quick", "--only", ",".join(wanted)],
        cwd=CODE,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    last = [line.split() for line in said.stdout.splitlines()[-len(wanted) :]]
    assert [(word[0], word[1]) for word in last] == [("bench-send", name) for name in wanted]
    kept = json.loads((laptop.var() / "bench" / "bench-send.json").read_text())
    assert kept["runs"]["the million"][0]["states"]["sent"] == kept["sizes"]["million"]
    assert kept["runs"]["some refused"][0]["states"]["failed"] > 0
