"""What stops a start stops it in one sentence, in every process; and a whole environment starts clean."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from newsletter.core.environment import REQUIRED

Run = Callable[..., "subprocess.CompletedProcess[str]"]
MANAGE = (sys.executable, "manage.py")
CELERY = (sys.executable, "-m", "celery", "-A", "celery_app")
GUNICORN = (sys.executable, "-m", "gunicorn", "newsletter.wsgi:application", "-b", "127.0.0.1:0", "--no-control-socket")
PROCESSES = {
    "manage.py": (*MANAGE, "check"),
    "web": GUNICORN,
    "worker": (*CELERY, "worker", "-Q", "send", "--pool", "solo"),
    "clock": (*CELERY, "beat"),
}
COMMANDS = {
    name: (*MANAGE, *arguments.split())
    for name, arguments in {
        "migrate": "migrate --check",
        "load": "load tests/journeys/story",
        "drain": "drain --clock",
        "resend_failed": "resend_failed 1",
    }.items()
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    whole = {
        "DEBUG": "0",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "SITE_URL": "https://lettre.example",
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghij",
        "SIGNING_KEYS": "k1:0123456789abcdef0123456789abcdef",
        "ADDRESS_PEPPER": "fedcba9876543210fedcba9876543210",
        "GARRIGUE_VAR": str(tmp_path / "var"),
        "PATH": os.environ["PATH"],
    }

    def start(*command: str, without: str = "", **said: str) -> subprocess.CompletedProcess[str]:
        environ = {name: value for name, value in {**whole, **said}.items() if name != without}
        return subprocess.run(
            command, env=environ, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
        )

    return start


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_missing_in_production_stops_the_start_with_a_sentence(run: Run, name: str) -> None:
    ended = run(*MANAGE, "check", without=name)

    assert ended.returncode != 0
    assert ended.stderr == f"With DEBUG=0 these must be set in the environment, and are not: {name}.\n"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SIGNING_KEYS", "only-a-key", "SIGNING_KEYS must look like kid:key"),
        ("SITE_URL", "lettre.example", "SITE_URL must look like https://"),
        ("EMAIL_URL", "mail.example:25", "EMAIL_URL must look like smtp"),
        ("DATABASE_URL", "sqlite:///here", "DATABASE_URL must be a URL that begins with postgres://"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must be a URL that begins with redis://"),
        ("GARRIGUE_DEMO", "1", "never runs with DEBUG=0"),
    ],
)
def test_what_cannot_be_read_stops_the_start_with_a_sentence(run: Run, name: str, value: str, said: str) -> None:
    ended = run(*MANAGE, "check", **{name: value})

    assert ended.returncode != 0
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES)
def test_no_process_starts_half_told_and_none_shows_a_stack(run: Run, process: tuple[str, ...]) -> None:
    ended = run(*process, without="SIGNING_KEYS")

    assert ended.returncode != 0
    assert "are not: SIGNING_KEYS." in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["web", "worker", "clock", *COMMANDS])
def test_a_process_with_other_keys_than_the_databases_refuses_to_start(run: Run, name: str) -> None:
    here = connection.settings_dict
    who = f"{here['USER']}:{quote(here['PASSWORD'] or '', safe='')}@{quote(here['HOST'], safe='')}"
    url = f"postgres://{who}:{here['PORT']}/{here['NAME']}"
    ended = run(*(PROCESSES | COMMANDS)[name], DATABASE_URL=url)

    assert ended.returncode != 0
    assert "ADDRESS_PEPPER is not the one that this database was made with. Put the old one back." in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_whole_environment_passes_the_deployment_checks(run: Run) -> None:
    ended = run(*MANAGE, "check", "--deploy", "--fail-level", "WARNING")

    assert (ended.returncode, "no issues" in ended.stdout + ended.stderr) == (0, True)


@pytest.mark.parametrize("command", ["help", "check", "collectstatic --noinput --dry-run", "makemessages --help"])
def test_a_command_that_needs_no_database_starts_none(run: Run, tmp_path: Path, command: str) -> None:
    ended = run(*MANAGE, *command.split(), without="DATABASE_URL", DEBUG="1")

    assert ended.returncode == 0
    assert not (tmp_path / "var").exists()
