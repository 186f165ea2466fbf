import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from newsletter.servers.keeper import Desk
from newsletter.servers.local import Servers, attach_or_start, forget
from newsletter.servers.process import LOOPBACK, free_port
from tests.newsletter.servers.conftest import Starter, ask, kill, leave, nothing_left, processes_of, wait_for


def test_nothing_runs_and_nothing_is_written_until_an_address_is_asked_for(var: Path) -> None:
    with attach_or_start(var):
        assert not var.exists()
        assert processes_of(var) == []


def test_one_server_can_run_without_the_others(var: Path) -> None:
    with attach_or_start(var) as servers:
        _ = servers.redis_url

        assert Desk(var, "valkey").keeper_pid()
        assert not (var / "postgres").exists()
    assert nothing_left(var, seconds=0)


def test_two_who_start_at_once_share_one_server_until_the_last_has_left(var: Path, command: Starter) -> None:
    two = [command(var, "database_url") for _ in range(2)]
    urls = {process.stdout.readline().strip() for process in two}

    assert len(urls) == 1
    # a backend that was just forked still bears its parent's command line
    assert wait_for(lambda: sum(" -D " in each for each in processes_of(var)) == 1)
    leave(two[0])
    assert ask(*urls, "SELECT 1") == 1
    leave(two[1])
    assert nothing_left(var, seconds=0)


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_command_that_was_ended(word: signal.Signals, var: Path, command: Starter) -> None:
    started = command(var, "redis_url", "email_url")
    assert [started.stdout.readline()[:8] for _ in range(2)] == ["redis://", "smtp://1"]

    started.send_signal(word)
    started.wait(10)

    assert nothing_left(var)


def test_a_server_whose_keeper_was_killed_does_not_stay(var: Path, command: Starter) -> None:
    started = command(var, "database_url", "redis_url")
    for _ in range(2):
        started.stdout.readline()

    for name in ("postgres", "valkey"):
        kill(Desk(var, name).keeper_pid())
    started.communicate(timeout=30)

    assert nothing_left(var)


def test_after_a_server_died_the_next_to_ask_gets_a_new_one(var: Path) -> None:
    with attach_or_start(var) as first:
        _ = first.redis_url
        died = Desk(var, "valkey").read()["pid"]
        kill(died)
        assert nothing_left(var)
        with attach_or_start(var) as second:
            assert second.redis_url == first.redis_url
            assert Desk(var, "valkey").read()["pid"] != died


def test_a_taken_port_is_replaced_by_a_free_one(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
        Desk(var, "valkey").open()
        Desk(var, "valkey").write({"port": port, "password": "x"})

        with attach_or_start(var) as servers:
            assert f":{port}/" not in servers.redis_url


def test_a_server_keeps_its_address_from_one_start_to_the_next(var: Path) -> None:
    with attach_or_start(var) as servers:
        before = servers.redis_url
    with attach_or_start(var) as servers:
        assert servers.redis_url == before


def test_a_forked_child_does_not_take_its_parents_servers_away(var: Path) -> None:
    with attach_or_start(var) as servers:
        _ = servers.redis_url
        child = os.fork()
        if not child:
            servers.close()
            os._exit(0)
        os.waitpid(child, 0)

        assert Desk(var, "valkey").keeper_pid()


def test_every_port_answers_this_machine_alone(servers: Servers) -> None:
    ports = []
    for name in ("database_url", "redis_url", "email_url", "catcher_web"):
        getattr(servers, name)
    for name in ("postgres", "valkey", "catcher"):
        facts = Desk(servers.var, name).read()
        ports += [facts[port] for port in ("port", "smtp", "imap", "http") if port in facts]
    listening = {
        (row.split()[1].split(":")[0], int(row.split()[1].split(":")[1], 16))
        for table in ("tcp", "tcp6")
        if Path(f"/proc/net/{table}").exists()
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if row.split()[3] == "0A"
    }

    assert len(ports) == 5
    assert {host for host, port in listening if port in ports} == {"0100007F"}


def test_forgetting_stops_what_runs_and_deletes_what_was_known(var: Path, command: Starter) -> None:
    started = command(var, "redis_url")
    started.stdout.readline()

    forget(var)

    assert list(var.iterdir()) == []
    assert processes_of(var) == [] or started.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(0)
