"""A small turn of `make bench-feedback` with a real gunicorn and real workers. No figure of it is looked at."""

import json
import shutil
import subprocess
import sys

import pytest

from benchmarks.feedback import NAMES
from newsletter.servers import laptop
from newsletter.servers.process import CODE


@pytest.mark.journey
@pytest.mark.skipif(not shutil.which("cc"), reason="the sink wants a C compiler")
def test_a_small_turn_measures_every_figure_and_finds_every_row() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.feedback", "--quick"], cwd=CODE, capture_output=True, text=True, timeout=600
    )
    assert said.returncode == 0, said.stdout + said.stderr
    last = [line.split() for line in said.stdout.splitlines()[-len(NAMES) :]]
    assert [(word[0], word[1]) for word in last] == [("bench-feedback", name) for name in NAMES]
    kept = json.loads((laptop.var() / "bench-feedback" / "bench-feedback.json").read_text())
    assert len(kept["runs"]["redirect"]) == kept["sizes"]["rounds"] == 1
    assert kept["missing"] == {}
