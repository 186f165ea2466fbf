"""The simulated year on the command line: a table for people, a last line for programs, and no server."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command


def simulated(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("simulate_fairness", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_the_last_line_has_both_measures_and_no_database_is_opened() -> None:
    lines = simulated("--members", "20", "--editions", "12", "--slots", "4", "--seed", "7")

    assert re.fullmatch(r"gini 0\.\d{3} max_minus_min \d+(\.\d{1,2})?", lines[-1])
    assert lines[0].startswith("20 membres, 12 lettres de 4 places")
    assert any(line.startswith("toute l’année") for line in lines)
    assert lines == simulated("--members", "20", "--editions", "12", "--slots", "4", "--seed", "7")


def test_on_a_laptop_no_server_is_started_for_it(tmp_path: Path) -> None:
    spared = ("DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    bare = {name: value for name, value in os.environ.items() if name not in spared}
    told = subprocess.run(
        [sys.executable, "manage.py", "simulate_fairness", "--members", "9", "--editions", "4", "--slots", "3"],
        cwd=settings.BASE_DIR,
        env={**bare, "GARRIGUE_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert told.stdout.splitlines()[-1].startswith("gini ")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("wrong", [("--members", "0"), ("--slots", "0"), ("--swing", "100")])
def test_what_cannot_be_simulated_is_refused_in_a_sentence(wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        simulated(*wrong)


def test_many_draws_are_a_table_and_the_last_line_is_the_worst_of_them() -> None:
    of = ("--members", "14", "--editions", "16", "--slots", "4")
    lines = simulated(*of, "--seeds", "3")
    each = [simulated(*of, "--seed", str(seed))[-1].split() for seed in (1, 2, 3)]

    assert lines[-1].split()[1] == max(one[1] for one in each)
    assert float(lines[-1].split()[3]) == max(float(one[3]) for one in each)
    assert [line.split()[:2] for line in lines[1:4]] == [[str(n), one[1]] for n, one in enumerate(each, start=1)]
    assert lines[6].split()[0] == "95"


def test_no_draw_at_all_is_refused() -> None:
    with pytest.raises(CommandError, match="1 or more"):
        simulated("--seeds", "0")
