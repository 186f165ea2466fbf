"""The database falls, its lines are cut, it refuses, it has no room: what is known is kept and written down later."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from newsletter import keys
from tests.faults.peer import Rule
from tests.faults.scene import MOST, Scene

LOCK = "locktype = 'advisory' AND classid = 7461"


@pytest.mark.small
@pytest.mark.fault("PostgreSQL `restart -m immediate` mid-window")
def test_a_database_that_falls_mid_window_is_waited_for(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(1200)
    scene.some_have_left(campaign)
    scene.house.restart_database_immediately()
    connection.close()
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=2 * MOST)
    scene.wait(lambda: scene.said("the database"), "the log says so")
    scene.seen = f"the workers kept what they knew and wrote it down afterwards: {counts.in_doubt} in doubt"


@pytest.mark.fault("SIGTERM while PostgreSQL is down")
def test_a_worker_that_must_end_without_its_database_leaves_what_it_knew_in_its_journal(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(800)
    scene.some_have_left(campaign)
    scene.house.fell_database()
    send = scene.house.children.pop("send")
    began = time.monotonic()
    send.send_signal(signal.SIGTERM)
    assert scene.house.ended(send, within=30) == 0
    seconds = time.monotonic() - began
    scene.house.start_database()
    connection.close()
    scene.house.run("send")
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=2 * MOST)
    scene.seen = f"exit 0 after {seconds:.0f} s; the journal knew what had left: {counts.in_doubt} in doubt"


@pytest.mark.fault("connection to the database cut between 250 and commit")
def test_an_answer_outlives_the_line_that_should_have_noted_it(scene: Scene) -> None:
    campaign = scene.going(500)
    scene.some_have_left(campaign)
    with scene.house.database() as line, scene.house.database() as other, line.transaction():
        line.execute("SELECT id FROM campaigns_chunk WHERE campaign_id = %s FOR UPDATE", [campaign.pk])
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%campaigns_chunk%%'"
        cut = 0
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            for (pid,) in other.execute(waiting).fetchall():
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
                cut += 1
            time.sleep(0.1)
    assert cut
    scene.finishes(campaign)
    scene.judge(campaign)
    scene.seen = f"cut {cut} times over one commit: every reply was written down over a new line, nobody is in doubt"


@pytest.mark.fault("the advisory-lock connection cut alone")
def test_a_worker_whose_lock_is_gone_begins_nothing_more_and_loses_nothing(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(800)
    cuts = 0
    for _ in range(3):
        scene.some_have_left(campaign, scene.sent(campaign) + 30)
        with scene.house.database() as line:
            cuts += line.execute(f"SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE {LOCK}").fetchone()[0]
    scene.finishes(campaign)
    scene.judge(campaign)
    assert cuts
    assert scene.said("the worker's own connection to the database was lost")
    scene.seen = f"cut {cuts} times: bodies begun were completed and written down, the log says so, nobody is in doubt"


@pytest.mark.fault("deadlock at claim and arm")
def test_whom_the_database_chooses_as_a_deadlocks_victim_tries_again(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.03))
    campaign = scene.going(450)
    scene.some_have_left(campaign)
    with scene.house.database() as line:
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        before = line.execute(deadlocks).fetchone()[0]
        line.execute("SET deadlock_timeout = '20s'")  # the worker is the one that notices
        line.execute("BEGIN")
        line.execute(
            "SELECT id FROM campaigns_delivery WHERE campaign_id = %s AND state = 'queued' FOR UPDATE", [campaign.pk]
        )
        scene.wait(lambda: waits(scene, "campaigns_delivery"), "a worker holds the chunk and waits for a row")
        line.execute("SELECT id FROM campaigns_chunk WHERE campaign_id = %s FOR UPDATE", [campaign.pk])
        line.execute("COMMIT")
        line.execute("SELECT pg_stat_force_next_flush()")
        scene.wait(lambda: line.execute(deadlocks).fetchone()[0] > before, "the database saw a deadlock")
    scene.finishes(campaign)
    scene.judge(campaign)
    assert scene.said("deadlock detected")
    scene.seen = "the worker was the victim, wrote down what it knew and went on"


def waits(scene: Scene, table: str) -> bool:
    with scene.house.database() as line:
        found = line.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s", [f"%{table}%"]
        ).fetchone()
    return bool(found and found[0])


@pytest.mark.fault("serialization failures at claim")
def test_a_database_that_wants_everything_serial_is_asked_again(scene: Scene) -> None:
    with scene.house.database() as line:
        name = line.info.dbname
        line.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
        try:
            scene.house.restart("send", "default")
            scene.peer.script(Rule("dot", wait=0.003))
            campaign = scene.going(1200)
            scene.finishes(campaign, seconds=120)
        finally:
            line.execute(f"ALTER DATABASE {name} RESET default_transaction_isolation")
    failures = scene.times_said("could not serialize")
    scene.house.restart("send", "default")
    scene.judge(campaign)
    assert failures
    scene.seen = f"{failures} transactions of the workers failed so and were tried again"


@contextmanager
def little_room() -> Iterator[Path]:
    """A file system with hardly any room."""
    shared = Path("/dev/shm")
    options = ["-t", "tmpfs", "-o", "size=192m,mode=0755"]
    folder = Path(tempfile.mkdtemp(prefix="garrigue-little-"))
    mounted = subprocess.run(["mount", *options, "none", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        folder.rmdir()
        room = shutil.disk_usage(shared).free / 2**20 if shared.is_dir() else 0
        if not 150 < room < 1500:
            pytest.skip(f"no small file system can be mounted, and {shared} has {room:.0f} MB: too little or too much")
        folder = Path(tempfile.mkdtemp(prefix="garrigue-little-", dir=shared))
        folder.chmod(0o755)
    try:
        yield folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder)


def fill(folder: Path) -> Path:
    """Leave no room at all."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(100_000))
    return ballast


@pytest.mark.fault("database without space")
def test_a_database_without_room_lets_no_body_begin(scene: Scene) -> None:
    with little_room() as folder, scene.house.small_database(folder) as small, scene.all_at(small.url):
        call_command("migrate", verbosity=0)
        keys.verify()
        scene.house.restart("send", "default", "clock", DATABASE_URL=small.url)
        scene.peer.script(Rule("dot", wait=0.02))
        campaign = scene.going(2000)
        scene.some_have_left(campaign)
        ballast = fill(folder)
        with suppress(psycopg.Error), psycopg.connect(small.url, autocommit=True) as line:
            for _ in range(20):  # its next page of the log finds no room
                line.execute("SELECT pg_switch_wal(), txid_current()")
        connection.close()
        scene.wait(lambda: nothing_begins(scene), "nothing begins any more", seconds=60)
        before = len(scene.captured())
        health = Client().get("/health")
        connection.close()
        assert health.status_code == 503
        assert scene.said("the database")
        assert len(scene.captured()) == before < 2000
        ballast.unlink()
        small.start()
        scene.finishes(campaign, seconds=150)
        counts = scene.judge(campaign, doubt=2 * MOST)
    scene.seen = (
        f"no body began, `/health` 503, the log says so; with room again it went on: {counts.in_doubt} in doubt"
    )


def nothing_begins(scene: Scene) -> bool:
    before = len(scene.peer.events("begun", scene.domain))
    time.sleep(4)
    return len(scene.peer.events("begun", scene.domain)) == before
