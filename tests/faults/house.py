"""Everything that runs on a small server, each a process of its own, and ways to hurt each of them."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from celery import Celery

from newsletter.servers import postgres, valkey
from newsletter.servers.accounts import borrowed
from newsletter.servers.cluster import FAREWELL, Cluster, binaries_for
from newsletter.servers.process import CODE, Running, free_port, spawn, stop, wait_until
from tests.faults.judge import Peer

SEND = "worker --loglevel WARNING --without-gossip --without-mingle -Q send -c 2 -n send@%h"
DEFAULT = "worker --loglevel WARNING --without-gossip --without-mingle -Q default -c 1 -n default@%h"
CLOCK = "beat --loglevel WARNING --pidfile"


class House:
    """PostgreSQL, Valkey, the SMTP peer, two kinds of workers and the clock."""

    def __init__(self, var: Path) -> None:
        self.var = var
        (var / "log").mkdir(parents=True, exist_ok=True)
        self._postgres = postgres.start(var, {"port": free_port()}, durable=True)
        self._valkey = valkey.start(var, {"port": free_port()}, durable=True)
        self.database_url = postgres.url(self._postgres.facts)
        self.redis_url = valkey.url(self._valkey.facts)
        self.peer = Peer(var / "peer")
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._said: dict[str, tuple[str, dict[str, str]]] = {}
        self.usual = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": self.peer.url,
            "GARRIGUE_VAR": str(var),
            "JOURNAL_DIR": str(var / "journal"),
        }

    # the processes

    def start(self) -> None:
        """Start the workers and the clock."""
        for name in ("send", "default", "clock"):
            self.run(name)

    def run(self, name: str, *, app: str = "celery_app", **environment: str) -> None:
        """Start one of them, or another of its kind, with another environment if that is the fault."""
        words = {"send": SEND, "default": DEFAULT, "clock": CLOCK}[name.split("-")[0]].replace("send@", f"{name}@")
        self._said[name] = (app, environment)
        self.children[name] = spawn(
            [
                sys.executable,
                "-m",
                "celery",
                "-q",
                "-A",
                app,
                *words.split(),
                *([""] if name.startswith("clock") else []),
            ],
            log=self.log_of(name),
            cwd=CODE,
            env={**self.usual, **environment},
        )

    def restart(self, *names: str, app: str = "celery_app", **environment: str) -> None:
        """End them as an administrator would, and start them with this environment."""
        for name in names:
            if name in self.children:
                self.children[name].terminate()
        for name in names:
            self.stop(name)
            self.run(name, app=app, **environment)

    def stop(self, name: str) -> None:
        """Bring one to its end."""
        child = self.children.pop(name, None)
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.terminate()
                child.wait(40)
            self._kill(child)

    def told(self, name: str) -> tuple[str, dict[str, str]]:
        """Return as what, and with which environment of its own, it runs."""
        return self._said[name]

    def kill(self, name: str) -> None:
        """`kill -9`, the children of the pool too; its supervisor has not noticed yet."""
        self._kill(self.children.pop(name))

    def ended(self, child: "subprocess.Popen[bytes]", *, within: float) -> int | None:
        """Return how a process that was asked to end has ended; None where it had to be killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(within)
        self._kill(child)
        return None

    def _kill(self, child: "subprocess.Popen[bytes]") -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def as_usual(self) -> None:
        """Whatever a fault left: everything runs, with the usual environment, and the peer says the usual."""
        self.peer.script()
        for name in [name for name in self.children if name not in ("send", "default", "clock")]:
            self.stop(name)
        for name in ("send", "default", "clock"):
            child = self.children.get(name)
            if child is None or child.poll() is not None or self._said[name] != ("celery_app", {}):
                self.stop(name)
                self.run(name)

    def end(self) -> None:
        for child in self.children.values():
            child.terminate()
        for name in list(self.children):
            self.stop(name)
        self.peer.end()
        stop(self._valkey)
        stop(self._postgres)

    # the servers

    def broker(self) -> "redis.Redis":
        return redis.Redis.from_url(self.redis_url)

    def hint(self, task: str) -> None:
        """Wake someone for it, as the clock does."""
        with Celery(broker=self.redis_url, set_as_current=False) as app:
            app.send_task(task)

    def kill_broker(self) -> None:
        self._valkey.child.kill()
        self._valkey.child.wait()

    def start_broker(self) -> None:
        self._valkey = valkey.start(self.var, self._valkey.facts, durable=True)

    def database(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the administrator."""
        return psycopg.connect(self.database_url, autocommit=True)

    def restart_database_immediately(self) -> None:
        """What `pg_ctl restart -m immediate` does: no farewell, recovery at the next start."""
        self.fell_database()
        self.start_database()

    def fell_database(self) -> None:
        self._postgres.child.send_signal(signal.SIGQUIT)
        self._postgres.child.wait(30)

    def start_database(self) -> None:
        self._postgres = postgres.start(self.var, self._postgres.facts, durable=True)

    @contextmanager
    def small_database(self, folder: Path) -> Iterator["SmallDatabase"]:
        """A cluster of its own in this folder."""
        small = SmallDatabase(folder, Path(str(self._postgres.facts["data"])).parent, self.var)
        try:
            small.start()
            yield small
        finally:
            small.stop()

    # what is seen of them

    def log_of(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def logs(self) -> str:
        return "\n".join(f"== {log.stem}\n{log.read_text()[-3000:]}" for log in (self.var / "log").glob("*.log"))

    def said(self, name: str, words: str, *, since: int = 0) -> bool:
        """Return whether its log says this, behind that place in it."""
        return words in self.log_of(name).read_text()[since:]

    def journals(self) -> str:
        """Return what the workers' own journals say, all together."""
        text = []
        for path in (self.var / "journal").glob("*.journal"):
            with contextlib.suppress(OSError):
                text.append(path.read_text())
        return "\n".join(text)


class SmallDatabase:
    """PostgreSQL where there is little room; its programs are those of the large one."""

    def __init__(self, folder: Path, programs: Path, var: Path) -> None:
        account = borrowed(var.parent)
        if account:
            os.chown(folder, account.uid, account.gid)
        self._cluster = Cluster(folder, account, binaries_for(programs, account), var / "log" / "small.log")
        self._port, self._password = free_port(), secrets.token_urlsafe(24)
        self._child: subprocess.Popen[bytes] | None = None
        self._cluster.create(self._password, durable=True)

    @property
    def url(self) -> str:
        return postgres.url({"password": self._password, "port": self._port})

    def start(self) -> None:
        """Start it, where it does not run."""
        if self._child is None or self._child.poll() is not None:
            self._cluster.forget_the_dead()
            self._child = self._cluster.serve(self._port, durable=True)
        assert wait_until(self._cluster.is_ready, self._child, seconds=60), self._cluster.log.read_text()[-2000:]

    def stop(self) -> None:
        if self._child is not None:
            stop(Running(self._child, {}, FAREWELL))


def until(holds: Callable[[], object], *, seconds: float, every: float = 0.05) -> bool:
    """Wait until it is so; return whether it became so in time."""
    deadline = time.monotonic() + seconds
    while True:
        if holds():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
