"""`make demo` in a checkout of its own: nothing real is touched, nothing stays behind, told again it does no harm."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsletter.servers.local import forget
from newsletter.servers.process import CODE, LOOPBACK
from tests.newsletter.servers.conftest import nothing_left, processes_of

pytestmark = [pytest.mark.journey]

LAST_LINE = "sent 60, failed 0, in doubt 0, captured 60; left 1, not written to again"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "node_modules")


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """A copy of the project, in a folder that its owner alone may enter, with a space on the way."""
    with tempfile.TemporaryDirectory(prefix="la garrigue ") as room:
        copy = Path(room) / "un dossier"
        shutil.copytree(CODE, copy, ignore=NOT_COPIED)
        (copy / ".venv").symlink_to(sys.prefix)
        yield copy
        for var in ("var", "var/once", "var/test"):  # their databases may live elsewhere
            forget(copy / var)


@pytest.fixture(scope="module")
def production() -> Iterator["Production"]:
    with Production() as real:
        yield real


class Production(ExitStack):
    """Three servers that somebody depends on: they listen, and nobody may come."""

    def __enter__(self) -> "Production":
        self.doors = [self.enter_context(socket.socket()) for _ in range(3)]
        for door in self.doors:
            door.bind((LOOPBACK, 0))
            door.listen()
            door.setblocking(False)
        database, broker, relay = (f"{LOOPBACK}:{door.getsockname()[1]}" for door in self.doors)
        self.environment = {
            "DATABASE_URL": f"postgresql://real:secret@{database}/real",
            "REDIS_URL": f"redis://:secret@{broker}/0",
            "EMAIL_URL": f"smtp://real:secret@{relay}",
        }
        return self

    def visitors(self) -> int:
        """Return how many connections were opened here."""
        came = 0
        for door in self.doors:
            try:
                door.accept()[0].close()
            except BlockingIOError:
                continue
            came += 1
        return came


def environment(**changes: str) -> dict[str, str]:
    """Return what a shell without a HOME and without our tests' settings would carry."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return {**kept, **changes}


def manage(checkout: Path, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    command = [".venv/bin/python", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=checkout, env=environment(**changes), capture_output=True, text=True, timeout=150
    )


class Serving:
    """A demo that serves: read to the end of its tour, then ended as by Ctrl-C."""

    def __init__(self, checkout: Path, *arguments: str, **changes: str) -> None:
        self.var = checkout / "var"
        self.process = subprocess.Popen(
            [".venv/bin/python", "manage.py", "demo", *arguments],
            cwd=checkout,
            env=environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self.said = ""
        late = threading.Timer(120, self.process.kill)
        late.start()
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                late.cancel()
                return
        late.cancel()
        raise AssertionError(f"the demo ended by itself:\n{self.said}")

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=40)

    @property
    def site(self) -> str:
        found = re.search(r"Le site\s+(http://\S+)", self.said)
        assert found, self.said
        return found[1]

    def open(self, url: str) -> str:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=20) as answer:
            return str(answer.read().decode())


def is_free(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, int(url.rpartition(":")[2]))) != 0


def test_once_tells_the_whole_story_touches_nothing_real_and_leaves_nothing(
    checkout: Path, production: Production
) -> None:
    told = manage(checkout, "demo", "--once", "--subscribers", "60", **production.environment)

    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1] == LAST_LINE
    assert production.visitors() == 0
    assert nothing_left(checkout / "var")
    assert list((checkout / "var").iterdir()) == []


def test_a_folder_of_ones_own_tells_its_own_story(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "la mienne"
    shutil.copytree(CODE / "tests" / "journeys" / "story", folder)
    (folder / "edition.toml").write_text(
        'title = "Au moulin"\nsubject = "Au moulin, ce soir"\npreheader = "On presse."\neditorial = "Venez."\n'
        'planned_on = "today"\noffers = [{ member = "Moulin de la Pierre Lente", title = "L’huile nouvelle" }]\n'
    )

    told = manage(checkout, "demo", "--once", "--from", str(folder))
    refused = manage(checkout, "demo", "--once", "--from", str(folder), "--subscribers", "60")

    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1] == "sent 3, failed 0, in doubt 0, captured 3; left 1, no edition followed"
    assert refused.returncode != 0
    assert "a folder of yours has its own" in refused.stderr


def test_a_run_of_the_tests_touches_nothing_real(checkout: Path, production: Production) -> None:
    command = [".venv/bin/python", "-m", "pytest", "-q", "tests/newsletter/test_keys.py"]
    ran = subprocess.run(
        command, cwd=checkout, env=environment(**production.environment), capture_output=True, text=True, timeout=150
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert production.visitors() == 0


@pytest.mark.parametrize("command", [["manage.py", "demo"], ["manage.py", "demo_reset"], ["-m", "pytest"]])
def test_where_people_depend_on_it_neither_demo_nor_tests_run(checkout: Path, command: list[str]) -> None:
    refused = subprocess.run(
        [".venv/bin/python", *command], cwd=checkout, env=environment(DEBUG="0"), capture_output=True, text=True
    )

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "The demo and the tests never run with DEBUG=0: unset it and try again.\n"


def test_the_story_can_be_entered_in_its_middle_told_on_and_forgotten(checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    before = {path: path.stat().st_mode for path in (*checkout.parents, checkout, home)}
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if taken.connect_ex((LOOPBACK, 8000)):  # nobody has it: we do
            taken.bind((LOOPBACK, 8000))
            taken.listen()
        with Serving(checkout, "--stage", "review", "--subscribers", "60", HOME=str(home)) as demo:
            site = demo.site
            assert not site.endswith(":8000")
            assert "Recevoir la lettre" in demo.open(site)
            assert "Ouvrir le courriel de Jeanne" not in demo.said, "nothing was sent yet"
            assert "Noël" not in demo.open(f"{site}/editions/")
    assert demo.process.returncode == 0
    assert nothing_left(demo.var)
    assert is_free(site)
    assert list(home.iterdir()) == []
    assert {path: path.stat().st_mode for path in before} == before

    with Serving(checkout, "--stage", "composed", "--subscribers", "60") as demo:
        assert "Fêtes de fin d’année" in demo.open(f"{demo.site}/editions/")
        assert "Ouvrir le courriel de Jeanne" not in demo.said

    with Serving(checkout, "--subscribers", "60") as demo:
        mail = re.search(r"1  Ouvrir le courriel de Jeanne\s+(\S+)", demo.said)
        assert mail, demo.said
        assert "Jeanne" in demo.open(mail[1])

    with Serving(checkout, "--subscribers", "60") as demo:
        assert "60 lettres étaient déjà parties" in demo.said
        assert "Ouvrir le courriel de Jeanne" not in demo.said, "the catcher of this run has none"
    assert demo.process.returncode == 0

    assert manage(checkout, "demo_reset").returncode == 0
    assert list((checkout / "var").glob("[!t]*")) == []
    assert processes_of(checkout / "var") == []


def test_a_bad_line_is_named_and_nothing_of_its_folder_is_loaded(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ma lettre"
    shutil.copytree(CODE / "data" / "demo", folder)
    readers = (folder / "readers.csv").read_text().splitlines(keepends=True)[:20]
    readers[6] = readers[6].replace("@", " at ")
    (folder / "readers.csv").write_text("".join(readers))

    assert manage(checkout, "demo_reset").returncode == 0

    refused = manage(checkout, "demo", "--from", str(folder))

    assert refused.returncode != 0
    assert "readers.csv, ligne 7" in refused.stderr
    assert "Traceback" not in refused.stderr
    counted = (
        "from newsletter.models import Association, Member; print(Association.objects.count(), Member.objects.count())"
    )
    assert manage(checkout, "shell", "--no-imports", "-c", counted).stdout.split() == ["0", "0"]
    assert nothing_left(checkout / "var")


def test_a_folder_that_lacks_a_file_is_refused_in_a_sentence(checkout: Path, tmp_path: Path) -> None:
    refused = manage(checkout, "demo", "--from", str(tmp_path))

    assert refused.returncode != 0
    assert "association.toml, members.csv, offers.csv, readers.csv, edition.toml" in refused.stderr
    assert "Traceback" not in refused.stderr
