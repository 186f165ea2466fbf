"""The house as people run it: its own durable PostgreSQL and Valkey, Celery's workers and the clock as processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter.servers import laptop
from newsletter.servers.local import Servers
from newsletter.servers.process import CODE, Running, free_port, spawn, stop

HERTZ = os.sysconf("SC_CLK_TCK")
PATIENCE = 600.0
ENDS = ("sent", "failed", "deferred", "skipped", "in_doubt")
# As in README.md, word for word.
SEND = "celery -A celery_app worker -Q send -c 2 -n send@%h"
DEFAULT = "celery -A celery_app worker -Q default -c 1 -n default@%h"
CLOCK = "celery -A celery_app beat"


class Failed(Exception):
    """A run that is no run: the message says what was left."""


@dataclass
class Run:
    """What was seen of one campaign, from `running` to the last first attempt answered."""

    messages: int
    seconds: float
    cpu_us: float  # of all processes of the sending worker, a message
    peak_mb: float  # of the largest child of the pool, since it was started
    states: dict[str, int] = field(default_factory=dict)
    enqueue_s: float = 0.0

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


class House:
    """Servers, workers and clock under one folder; nothing of a real installation is read."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self._servers = Servers(var, durable=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "House":
        laptop.forget_real()
        os.environ |= {
            "DEBUG": "0",
            "GARRIGUE_VAR": str(self.var),
            "DATABASE_URL": self._servers.database_url,
            "REDIS_URL": self._servers.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "SITE_URL": "https://alpilles.example",
            "SECRET_KEY": "a-bench-measures-and-keeps-nothing-secret-at-all",
            "SIGNING_KEYS": "bench:a-bench-signs-with-this",
            "ADDRESS_PEPPER": "a-bench-peppers-with-this",
            "SSL_REDIRECT": "0",
            "DJANGO_SETTINGS_MODULE": "newsletter.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return self

    def __exit__(self, *_: object) -> None:
        self.end_workers()
        from django.db import connections

        connections.close_all()
        self._servers.close()

    @property
    def redis_url(self) -> str:
        return self._servers.redis_url

    @property
    def database_url(self) -> str:
        return self._servers.database_url

    # processes

    def start_workers(self, send: str = SEND, **extra: str) -> None:
        """Start workers and clock, and return when the sender's pool is up; `extra` is for its environment."""
        self.end_workers()
        for file in self.var.glob("clock*"):
            file.unlink()
        self._run("send", send, extra)
        self._run("default", DEFAULT)
        self._run("clock", CLOCK)
        self.wait_for_pool()

    def restart_sender(self) -> None:
        """Do what a supervisor does when the sending worker is gone."""
        self._run("send", SEND)

    def wait_for_pool(self) -> None:
        """Return when the sender has its children and the broker has heard of it."""
        deadline = time.monotonic() + 60
        while len(self.family()) < 3 or "[queues]" not in (self.var / "log" / "send.log").read_text(errors="replace"):
            if time.monotonic() > deadline or self._children["send"].poll() is not None:
                raise Failed(f"the sending worker did not start; {self.var / 'log' / 'send.log'} says why")
            time.sleep(0.1)
        time.sleep(2)

    def end_workers(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            stop(Running(child, {}), patience=40)
        self._children.clear()

    def kill_sender(self) -> list[int]:
        """SIGKILL the sending worker, parent and children, as the kernel does that has no memory left."""
        family = self.family()
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        self._children.pop("send").wait()
        return family

    def family(self) -> list[int]:
        """Return the sending worker's processes, the parent first."""
        parent = self._children["send"].pid
        try:
            return [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
        except FileNotFoundError:
            return []

    def cpu(self) -> float:
        """Return the seconds of CPU that the sending worker has used, those of children that ended included."""
        total = 0
        for pid in self.family():
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(words[at]) for at in (11, 12, 13, 14))
        return total / HERTZ

    def peak_mb(self) -> float:
        """Return the highest resident size that a child of the pool ever had."""
        peaks = []
        for pid in self.family()[1:]:
            status = Path(f"/proc/{pid}/status").read_text()
            peaks.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
        return max(peaks)

    def _run(self, name: str, words: str, extra: Mapping[str, str] | None = None) -> None:
        log = self.var / "log" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        self._children[name] = spawn(
            [sys.executable, "-m", *words.split()], log=log, cwd=CODE, env={**os.environ, **(extra or {})}
        )

    # campaigns

    def send(self, readers: int, *, look_every: float = 0.02) -> Run:
        """Let the clock start a campaign to so many readers, and watch it to the last first attempt's answer."""
        campaign = self.scheduled(readers)
        before = self.cpu()
        seconds, states, enqueue_s = self.watch(campaign, look_every=look_every)
        return Run(readers, seconds, (self.cpu() - before) / readers * 1e6, self.peak_mb(), states, enqueue_s)

    def recovery(self, readers: int) -> dict[str, float]:
        """Kill the sending worker after a tenth; return when it sends again and all of the dead is settled."""
        campaign = self.scheduled(readers)
        self._until("SELECT sum(sent) > %s FROM campaigns_chunk WHERE campaign_id = %s", [readers // 10, campaign])
        self.kill_sender()
        killed = time.perf_counter()
        self.restart_sender()
        dead = self._ask("SELECT max(id) FROM campaigns_workersession")
        self._until("SELECT count(*) = 0 FROM campaigns_workersession WHERE id <= %s AND ended_at IS NULL", [dead])
        settled = time.perf_counter() - killed
        self._until("SELECT EXISTS (SELECT 1 FROM campaigns_delivery WHERE worker > %s AND state = 'sent')", [dead])
        seconds = time.perf_counter() - killed
        left = self._ask("SELECT count(*) FROM campaigns_delivery WHERE worker <= %s AND state = 'sending'", [dead])
        if left:
            raise Failed(f"{left} rows of the dead are still on their way")
        doubt = self._ask("SELECT coalesce(sum(in_doubt), 0) FROM campaigns_chunk WHERE campaign_id = %s", [campaign])
        return {"seconds": seconds, "settled": settled, "in_doubt": int(doubt)}

    def _ask(self, question: str, params: Sequence[object] = ()) -> Any:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(question, params)
            return cursor.fetchone()[0]

    def _until(self, question: str, params: Sequence[object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._ask(question, params):
            if time.monotonic() > deadline:
                raise Failed(f"never true: {question}")
            time.sleep(0.05)

    def scheduled(self, readers: int) -> int:
        """Return a campaign whose time has come, and leave the rest to the clock."""
        from django.db import connection

        from benchmarks import campaign

        campaign.forget()
        newsletter = campaign.readers(readers)
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        return campaign.scheduled(newsletter, campaign.template()).pk

    def watch(self, campaign: int, *, look_every: float) -> tuple[float, dict[str, int], float]:
        """Return seconds from `running` to nothing under way, the states then, and how long enqueuing took."""
        from django.db import connection

        seen: dict[str, float] = {}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT c.state, coalesce(sum(queued - deferred), 0), coalesce(sum(sending), 0),"
                    " coalesce(sum(sent), 0), coalesce(sum(failed), 0), coalesce(sum(deferred), 0),"
                    " coalesce(sum(skipped), 0), coalesce(sum(in_doubt), 0)"
                    " FROM campaigns_campaign c LEFT JOIN campaigns_chunk k ON k.campaign_id = c.id"
                    " WHERE c.id = %s GROUP BY c.id",
                    [campaign],
                )
                state, due, sending, *counts = cursor.fetchone()
            now = time.perf_counter()
            seen.setdefault(state, now)
            if state == "paused":
                raise Failed(f"the campaign paused itself; {self.var / 'log' / 'send.log'} says why")
            if "running" in seen or state == "finished":
                seen.setdefault("running", now)
                if not due and not sending:
                    states = dict(
                        zip(("sent", "failed", "deferred", "skipped", "in_doubt"), map(int, counts), strict=True)
                    )
                    return now - seen["running"], states, seen["running"] - seen.get("enqueuing", seen["running"])
            time.sleep(look_every if "running" in seen else min(look_every, 0.01))
        raise Failed(f"not done within {PATIENCE:.0f} s: {due} due, {sending} under way, {counts}")


def dump(path: Path, what: object) -> None:
    """Write what was measured where it can be read again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, indent=1, ensure_ascii=False) + "\n")
