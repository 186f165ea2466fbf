import contextlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
import redis

from newsletter.servers import cluster
from newsletter.servers.keeper import Desk
from newsletter.servers.local import ServerProblem, Servers, attach_or_start, forget
from newsletter.servers.process import CODE
from tests.newsletter.servers.conftest import NOBODY, Starter, ask, kill, leave, nothing_left, tell

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can lend an account; run the tests as root too")


def modes(*folders: Path) -> dict[Path, str]:
    """Return the mode and owner of each folder and of all its parents."""
    every: Iterable[Path] = {place for folder in folders for place in (folder, *folder.parents)}
    seen = {place: place.stat() for place in every}
    return {place: f"{stat.filemode(of.st_mode)} {of.st_uid}" for place, of in seen.items()}


def test_the_database_is_utc_unicode_and_remembers_what_it_promised(servers: Servers) -> None:
    said = {
        name: ask(servers.database_url, f"SHOW {name}")
        for name in (
            "timezone",
            "server_encoding",
            "synchronous_commit",
            "max_connections",
            "listen_addresses",
        )
    }

    assert said == {
        "timezone": "UTC",
        "server_encoding": "UTF8",
        "synchronous_commit": "on",
        "max_connections": "200",
        "listen_addresses": "127.0.0.1",
    }
    assert ask(servers.database_url, "SELECT lower('ÉTÉ À LÈS BAUX')") == "été à lès baux"


def test_fsync_is_off_only_where_the_data_may_be_lost(servers: Servers, var: Path) -> None:
    assert ask(servers.database_url, "SHOW fsync") == "off"
    with attach_or_start(var) as durable:
        assert ask(durable.database_url, "SHOW fsync") == "on"
        assert ask(durable.database_url, "SHOW full_page_writes") == "on"


def test_a_stranger_to_the_password_is_refused(servers: Servers) -> None:
    stranger = psycopg.conninfo.make_conninfo(servers.database_url, password="guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_what_is_known_of_the_servers_is_its_owners_alone(servers: Servers) -> None:
    desk = Desk(servers.var, "postgres")

    assert stat.S_IMODE(desk.facts.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    password = str(desk.read()["password"])
    arguments = [entry.read_bytes() for entry in Path("/proc").glob("[0-9]*/cmdline") if entry.exists()]
    assert not any(password.encode() in each for each in arguments)


def test_data_of_another_major_version_is_named_in_a_sentence(var: Path) -> None:
    data = var / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")

    with pytest.raises(ServerProblem) as refused:
        _ = attach_or_start(var).database_url

    assert str(refused.value) == (
        f"The data in {data} was written by PostgreSQL 14 and this is PostgreSQL 18: "
        "move that folder away (or empty it with `make demo-reset`) and start again."
    )


def test_after_a_kill_the_data_is_there_and_the_lock_of_the_dead_is_not(var: Path) -> None:
    with attach_or_start(var, durable=False) as servers:
        tell(servers.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        data = Path(str(Desk(var, "postgres").read()["data"]))
        kill(Desk(var, "postgres").keeper_pid())
        kill(Desk(var, "postgres").read()["pid"])
        assert nothing_left(var)
    # the dead server's number is by now that of somebody who lives
    lines = (data / "postmaster.pid").read_text().split("\n")
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with attach_or_start(var, durable=False) as servers:
        assert ask(servers.database_url, "SELECT answer FROM kept") == 42


def test_a_forgotten_password_is_replaced_and_the_data_stays(var: Path) -> None:
    with attach_or_start(var, durable=False) as servers:
        tell(servers.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    Desk(var, "postgres").facts.unlink()

    with attach_or_start(var, durable=False) as servers:
        assert ask(servers.database_url, "SELECT answer FROM kept") == 42


@as_root
def test_root_in_a_closed_folder_changes_no_mode_of_any_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed project"
    closed.mkdir(mode=0o700)
    home = Path(os.environ.get("HOME", "/"))
    before = modes(closed, home, CODE, Path("/var/tmp"), Path(sys.prefix))
    var = closed / "var"

    with attach_or_start(var, durable=False) as servers:
        data = ask(servers.database_url, "SHOW data_directory")
        moved = Path((var / "postgres" / "LOCATION").read_text().strip())
        assert data == f"{moved}/data"
        assert (moved / "data").stat().st_uid != 0
        assert stat.S_IMODE((moved / "data").stat().st_mode) == 0o700
    assert modes(closed, home, CODE, Path("/var/tmp"), Path(sys.prefix)) == before

    forget(var)
    assert not moved.exists()


@as_root
def test_root_runs_a_copy_of_programs_that_are_closed_to_others(tmp_path: Path, command: Starter) -> None:
    closed = tmp_path / "closed packages"
    closed.mkdir(mode=0o700)
    package = Path(cluster.package())
    (closed / package.name).symlink_to(package)
    (closed / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))
    before = modes(closed, package)
    var = closed / "var"

    started = command(var, "database_url", env=os.environ | {"PYTHONPATH": str(closed)})
    url = started.stdout.readline().strip()
    moved = Path((var / "postgres" / "LOCATION").read_text().strip())
    program = Path(f"/proc/{Desk(var, 'postgres').read()['pid']}/exe").readlink()

    # full-text search loads a library and a word list, so both were found beside the copy
    assert ask(url, "SELECT to_tsvector('french', 'oliviers')::text") == "'olivi':1"
    assert program.is_relative_to(moved)
    leave(started)
    assert modes(closed, package) == before
    forget(var)


@as_root
def test_root_leaves_the_data_in_the_project_where_it_can_be_reached(open_folder: Path) -> None:
    before = modes(open_folder)
    var = open_folder / "var"

    with attach_or_start(var, durable=False) as servers:
        assert ask(servers.database_url, "SHOW data_directory") == f"{var}/postgres/data"
    assert modes(open_folder) == before


def python_for(who: dict[str, int]) -> tuple[str, dict[str, str]]:
    """Return a Python that the user can run, with our packages: root's own may lie in a closed folder."""
    # without a home, as in many a container
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    environment["PYTHONPATH"] = str(cluster.package().parent)
    question = "import sys, importlib.metadata; assert sys.version_info >= (3, 11)"
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            asked = [python, "-c", question]
            if subprocess.run(asked, check=False, cwd=CODE, env=environment, **who).returncode == 0:
                return python, environment
    pytest.skip("an ordinary user can run no Python here: it lies in a folder closed to others")


def test_an_ordinary_user_keeps_everything_in_the_project(open_folder: Path, command: Starter) -> None:
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if who:
        os.chown(open_folder, NOBODY, NOBODY)
    python, environment = python_for(who)
    before = modes(open_folder)
    var = open_folder / "var"

    started = command(var, "database_url", "redis_url", python=python, env=environment, **who)
    database_url, redis_url = (started.stdout.readline().strip() for _ in range(2))

    assert ask(database_url, "SHOW data_directory") == f"{var}/postgres/data"
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.ping()
    leave(started)
    assert nothing_left(var)
    assert modes(open_folder) == before
