"""A real worker as a process: it sends, its log names nobody, and where it stands still it ends itself."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Pulse
from tests import make
from tests.campaigns.peer import Peer
from tests.environment import servers

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def script(phase: str, count: int) -> str | bool:
    """A relay that quotes addresses, as they do."""
    if phase == "rcpt" and count == 2:
        return "550 5.1.1 <lecteur@boite.example>: no such user"
    if phase == "dot" and count == 2:
        return "451 4.2.0 <lecteur@boite.example>: try later"
    return True


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(script) as peer:
        yield peer


def environment(peer: Peer, **more: str) -> dict[str, str]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": servers.redis_url,
        "EMAIL_URL": peer.url,
        "LOG_FORMAT": "json",
        **more,
    }


def going(count: int) -> Campaign:
    make.readers(count)
    return make.running(now=timezone.now())


def nobody_is_named(log: str) -> bool:
    for line in filter(None, log.splitlines()):
        if line.startswith("{"):
            json.loads(line)
    return "boite.example" not in log and "lecteur" not in log


def until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_whole_send_without_celery_names_nobody(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    going(4)
    # it ends when nothing is due; how long it may take is the machine's affair
    command = [sys.executable, "manage.py", "drain", "--seconds", "120"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment(peer), capture_output=True, text=True, timeout=180
    )
    assert (done.returncode, done.stdout.strip()) == (0, "accepted 2"), done.stderr
    assert nobody_is_named(done.stderr + caplog.text)


def test_a_worker_that_moves_nothing_while_messages_are_due_says_so_and_ends_itself(peer: Peer, tmp_path: Path) -> None:
    going(4)
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "celery_app", "worker", "--loglevel", "INFO"]
    command += ["--without-gossip", "--without-mingle", "-Q", "send", "-c", "1", "-n", "watched@test"]
    with log.open("w") as written:
        worker = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment(peer, STUCK_AFTER="2"),
            stdout=written,
            stderr=written,
        )
    try:
        Celery("test", broker=servers.redis_url).send_task("campaigns.tasks.drain", queue="send")
        assert until(lambda: Delivery.objects.filter(state="sent").count() == 2), log.read_text()
        assert nobody_is_named(log.read_text())
        now = timezone.now()
        Pulse.objects.create(name="clock", at=now + HOUR)
        Pulse.objects.create(name="moved", at=now - HOUR)
        assert until(lambda: worker.poll() is not None), log.read_text()
        assert worker.returncode == 1
        assert "none has moved for 2 s" in log.read_text()
    finally:
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
        worker.wait()
