"""A sending process's life, provable from outside: while its advisory lock is held, it lives.

The lock stands on a connection of its own, never pooled: when the process ends, however it ends, the database
lets go of the lock. The connection answers the worker's questions of every second too, so that a lost lock is
noticed at once.
"""

import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import environ
import psycopg
from django.conf import settings
from django.db import connection

from campaigns.core.campaign import CampaignState
from campaigns.wire.journal import Journal, JournalFailed

# The first half of the key of pg_advisory_lock; the second is the session's id.
LOCK = 7461
# A machine that vanishes says no goodbye: the database would hold the lock for two hours, as systems count by default.
GONE_AFTER = "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
# Asked of the rows, not of the leases: a chunk that another holds by now may still have rows of ours in SENDING.
END = """
UPDATE campaigns_workersession SET ended_at = %s WHERE id = %s AND NOT EXISTS (
    SELECT 1 FROM campaigns_chunk c
    JOIN campaigns_delivery d ON d.campaign_id = c.campaign_id AND d.position BETWEEN c.first AND c.last
    WHERE c.sending > 0 AND d.state = 'sending' AND d.worker = %s)
"""


class SessionLost(Exception):
    """The worker's own connection is gone, and the lock with it: begin nothing more."""


class Worker:
    """One worker session: its row, its lock, its journal."""

    def __init__(self, *, now: datetime) -> None:
        """Begin a session; the lock is held before anyone can see the row."""
        self._direct = _connect()
        self._direct.execute(GONE_AFTER)
        with self._direct.transaction():
            row = self._direct.execute(
                "INSERT INTO campaigns_workersession (host, boot, pid, born, journal, started_at)"
                " VALUES (%s, %s, %s, %s, '', %s) RETURNING id",
                [host(), boot_id(), os.getpid(), born(os.getpid()), now],
            ).fetchone()
            assert row is not None
            self.id = int(str(row[0]))
            self._direct.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, self.id])
            path = settings.JOURNAL_DIR / f"{self.id}.journal"
            self._direct.execute("UPDATE campaigns_workersession SET journal = %s WHERE id = %s", [str(path), self.id])
        self.pid = os.getpid()
        try:
            self.journal = Journal(path, session=self.id, boot=boot_id())
        except JournalFailed:
            self._direct.execute("UPDATE campaigns_workersession SET ended_at = %s WHERE id = %s", [now, self.id])
            self._direct.close()
            raise

    def all_run(self, campaigns: list[int]) -> bool:
        """Return whether all of them may begin new messages; raise SessionLost when the lock is gone."""
        try:
            row = self._direct.execute(
                "SELECT count(*) FROM campaigns_campaign WHERE id = ANY(%s) AND state <> %s",
                [campaigns, CampaignState.RUNNING.value],
            ).fetchone()
        except psycopg.Error as problem:
            raise SessionLost(str(problem)) from problem
        return row == (0,)

    def end(self, *, now: datetime) -> None:
        """End the session; while rows of ours stand in SENDING it stays open, for whoever sweeps."""
        try:
            ended = self._direct.execute(END, [now, self.id, self.id]).rowcount
        except psycopg.Error:
            ended = 0
        if not ended:
            with suppress(JournalFailed):
                self.journal.ended()
        self.journal.close(remove=bool(ended))
        self._direct.close()

    def lose(self) -> None:
        """Drop the connection and with it the lock, as a cut line would."""
        self._direct.close()


def _connect() -> "psycopg.Connection[tuple[object, ...]]":
    """Connect past any pooler, to the same database as Django's own connection."""
    params = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert")
    }
    if settings.DATABASE_DIRECT_URL:
        direct = environ.Env.db_url_config(settings.DATABASE_DIRECT_URL)
        names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
        params |= {ours: direct[theirs] for theirs, ours in names.items() if direct.get(theirs)}
    return psycopg.connect(
        **params,
        autocommit=True,
        connect_timeout=10,
        keepalives_idle=15,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=30_000,
    )


def host() -> str:
    """Return this machine's name for itself: the machine id where there is one."""
    try:
        return Path("/etc/machine-id").read_text().strip() or socket.gethostname()[:80]
    except OSError:
        return socket.gethostname()[:80]


def boot_id() -> str:
    """Return what names the running boot of this machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def born(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty if it is gone or the system does not say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else rest[18]


_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_clock() -> float:
    """Return seconds that go on counting while the machine sleeps and that nobody can set."""
    return time.clock_gettime(_BOOT_CLOCK)
