"""A place among a server's users: the server is started for the first and stopped after the last."""

import atexit
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from newsletter.servers.keeper import PATIENCE, Desk, lock_file
from newsletter.servers.process import CODE, Facts, ServerProblem


class Lease:
    """A running server that is ours to use until `end`, or until this process ends in whatever way."""

    def __init__(self, var: Path, name: str, *, durable: bool = True) -> None:
        self.desk = Desk(var, name)
        self.desk.open()
        self._owner = os.getpid()
        self._child: subprocess.Popen[bytes] | None = None
        # held by our forked children too: the server stays while one of them lives
        self._lock: int | None = lock_file(self.desk.users)
        fcntl.flock(self._lock, fcntl.LOCK_SH)  # waits while the server of before is being stopped
        try:
            self.facts = self._attach_or_start(durable)
        except BaseException:
            self._leave()
            raise
        atexit.register(self.end)

    def end(self) -> None:
        """Leave; return when the server is gone, or at once if others still use it."""
        if self._lock is None or os.getpid() != self._owner:
            return
        atexit.unregister(self.end)
        self._leave()
        deadline = time.monotonic() + PATIENCE
        while self.desk.keeper_pid() and not self._has_users() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._reap()

    def _leave(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _attach_or_start(self, durable: bool) -> Facts:
        starters = lock_file(self.desk.starters)
        try:
            fcntl.flock(starters, fcntl.LOCK_EX)  # of two who start at once, the second finds it started
            if not self.desk.keeper_pid():
                self._start(durable)
            return self.desk.read()
        finally:
            os.close(starters)

    def _start(self, durable: bool) -> None:
        command = [sys.executable, "-m", "newsletter.servers.keeper", self.desk.name, str(self.desk.var)]
        with (self.desk.var / "log" / f"{self.desk.name}.log").open("ab") as log:
            self._child = subprocess.Popen(
                command + ([] if durable else ["--throw-away"]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=CODE,
                start_new_session=True,  # Ctrl-C is for us; the keeper sees us go
            )
        assert self._child.stdout is not None
        with self._child.stdout as stdout:
            said = stdout.readline()
        if not said:
            self._reap()
            raise ServerProblem(f"The {self.desk.name} server did not start; {log.name} says why.")
        answer = json.loads(said)
        if "problem" in answer:
            self._child.wait()
            raise ServerProblem(answer["problem"])

    def _has_users(self) -> bool:
        """Return whether anybody but the keeper holds the users' lock."""
        probe = lock_file(self.desk.users)
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)  # refused while the keeper is stopping it
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return self.desk.keeper_pid() is not None and self._is_shared(probe)
        except BlockingIOError:
            return False
        finally:
            os.close(probe)
        return False

    @staticmethod
    def _is_shared(probe: int) -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
        return False

    def _reap(self) -> None:
        """Collect the keeper if it was our child; one that stays for others is no longer our concern."""
        if self._child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(0 if self.desk.keeper_pid() else 5)
        if self._child.returncode is None:
            self._child.returncode = 0
