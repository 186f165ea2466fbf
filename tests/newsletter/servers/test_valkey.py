import os
import signal
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from newsletter.servers.keeper import Desk
from newsletter.servers.local import Servers, attach_or_start
from newsletter.servers.process import LOOPBACK
from tests.newsletter.servers.conftest import kill, nothing_left, wait_for


def test_the_queue_is_written_down_and_answers_this_machine_alone(servers: Servers) -> None:
    with redis.Redis.from_url(servers.redis_url) as broker:
        said = broker.config_get("appendonly", "appendfsync", "bind", "save", "maxmemory-policy", "dir")

    assert said == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "bind": LOOPBACK,
        "save": "",
        "maxmemory-policy": "noeviction",
        "dir": str(servers.var / "valkey"),
    }


def test_a_stranger_to_the_password_is_refused(servers: Servers) -> None:
    port = int(Desk(servers.var, "valkey").read()["port"])

    with (
        redis.Redis(LOOPBACK, port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_what_was_queued_survives_a_stop_and_a_kill(var: Path) -> None:
    with attach_or_start(var) as servers, redis.Redis.from_url(servers.redis_url) as broker:
        broker.rpush("queue", "first")
    with attach_or_start(var) as servers:
        with redis.Redis.from_url(servers.redis_url) as broker:
            broker.rpush("queue", "second")
        kill(Desk(var, "valkey").read()["pid"])
        assert nothing_left(var)

    with attach_or_start(var) as servers, redis.Redis.from_url(servers.redis_url) as broker:
        assert broker.lrange("queue", 0, -1) == [b"first", b"second"]


def test_a_server_that_was_suspended_for_a_while_is_not_taken_for_dead(var: Path) -> None:
    with attach_or_start(var) as servers, redis.Redis.from_url(servers.redis_url) as broker:
        pid, keeper = Desk(var, "valkey").read()["pid"], Desk(var, "valkey").keeper_pid()
        os.kill(int(pid), signal.SIGSTOP)
        assert wait_for(lambda: Path(f"/proc/{pid}/stat").read_text().split()[2] == "T")
        os.kill(int(pid), signal.SIGCONT)

        assert not nothing_left(var, seconds=1)
        assert Desk(var, "valkey").keeper_pid() == keeper
        assert broker.ping()
