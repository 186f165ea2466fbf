"""A small turn of `make bench-audiences`, with a real gunicorn and a real browser. No figure of it is looked at."""

import json
import subprocess
import sys

import pytest

from benchmarks.audiences import NAMES
from newsletter.servers import laptop
from newsletter.servers.process import CODE
from tests.journeys.test_browser import CHROMIUM


@pytest.mark.journey
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)")
def test_a_small_turn_measures_every_figure_and_each_way_gives_the_same_rows() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.audiences", "--quick"], cwd=CODE, capture_output=True, text=True, timeout=600
    )
    assert said.returncode == 0, said.stdout + said.stderr
    last = [line.split() for line in said.stdout.splitlines()[-len(NAMES) :]]
    assert [(word[0], word[1]) for word in last] == [("bench-audiences", name) for name in NAMES]
    kept = json.loads((laptop.var() / "bench-audiences" / "bench-audiences.json").read_text())
    assert kept["missing"] == {}
    assert "Seq Scan" in (laptop.var() / "bench-audiences" / "segments.md").read_text()
