"""Real servers, in folders of their own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from newsletter.servers.local import Servers, forget
from newsletter.servers.process import CODE

NOBODY = 65534
Starter = Callable[..., "subprocess.Popen[str]"]

# a command of the project: it asks for its servers, says so, and stays until its standard input ends
COMMAND = """
import sys
from pathlib import Path
from newsletter.servers.local import attach_or_start
with attach_or_start(Path(sys.argv[1]), durable=False) as servers:
    for name in sys.argv[2:]:
        print(getattr(servers, name), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """All servers of one project, throw-away, for the tests that only look at them."""
    var = tmp_path_factory.mktemp("a project") / "var"
    with Servers(var, durable=False) as running:
        yield running
    forget(var)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A project's `var`, forgotten afterwards wherever its parts went."""
    yield tmp_path / "var"
    forget(tmp_path / "var")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can reach, with a space in its name."""
    with tempfile.TemporaryDirectory(prefix="garrigue tests ", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        forget(folder / "var")


@pytest.fixture
def command() -> Iterator[Starter]:
    """Start commands of the project as processes of their own."""
    started: list[subprocess.Popen[str]] = []

    def start(var: Path, *names: str, python: str = sys.executable, **options: object) -> "subprocess.Popen[str]":
        started.append(
            subprocess.Popen(
                [python, "-c", COMMAND, str(var), *names],
                **{
                    "cwd": CODE,
                    "stdin": subprocess.PIPE,
                    "stdout": subprocess.PIPE,
                    "stderr": subprocess.PIPE,
                    "text": True,
                }
                | options,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ask(url: str, question: str) -> object:
    """Return the one value that answers a question to a database."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def tell(url: str, sentence: str) -> None:
    """Carry out one sentence in a database."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(sentence)


def leave(process: "subprocess.Popen[str]") -> None:
    """Have a command end by itself."""
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said


def processes_of(var: Path) -> list[str]:
    """Return every process that serves this project: by its arguments or by where it works."""
    places = {str(var)}
    noted = var / "postgres" / "LOCATION"
    if noted.exists():
        places.add(noted.read_text().strip())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            works_in = str((entry / "cwd").readlink())
            arguments = (entry / "cmdline").read_bytes().decode().replace("\0", " ")
        except OSError:
            continue
        # what was killed and not yet collected has no arguments
        if arguments and any(place in arguments or works_in.startswith(place) for place in places):
            found.append(arguments)
    return found


def wait_for(true: Callable[[], bool], seconds: float = 5) -> bool:
    """Return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def nothing_left(var: Path, seconds: float = 10) -> bool:
    """Return whether all processes of the project end within some seconds."""
    deadline = time.monotonic() + seconds
    while processes_of(var) and time.monotonic() < deadline:
        time.sleep(0.05)
    return processes_of(var) == []


def kill(pid: object) -> None:
    """End a process without a word."""
    os.kill(int(str(pid)), signal.SIGKILL)
