"""The keeper of one server: starts it, waits until its last user has left, stops it.

Each user of a server holds a shared lock on its `.users` file, which the kernel takes back however the
user ends. The keeper waits for the exclusive one. So no user has to tidy up: not at Ctrl-C, not when
killed, and a user that stays keeps the server although whoever started it is gone.

    python -m newsletter.servers.keeper postgres /path/of/var [--throw-away]
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

from newsletter.servers.process import Facts, Running, ServerProblem, stop, write_private

NAMES = ("postgres", "valkey", "catcher")
PATIENCE = 30.0  # seconds for a server's last words


class Desk:
    """The files of one server under `var/run`: what is known of it, and its three locks."""

    def __init__(self, var: Path, name: str) -> None:
        self.var, self.name = var, name
        self.folder = var / "run"
        self.facts = self.folder / f"{name}.json"
        self.users = self.folder / f"{name}.users"
        self.starters = self.folder / f"{name}.starters"
        self.keeper = self.folder / f"{name}.keeper"

    def open(self) -> None:
        """Make the folders; what lies in `run` and `log` is its owner's alone."""
        for folder in (self.var, self.folder, self.var / "log"):
            with contextlib.suppress(PermissionError):
                folder.mkdir(mode=0o777 if folder == self.var else 0o700, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise ServerProblem(f"{folder} cannot be written to by this account.")

    def read(self) -> Facts:
        """Return what is known of the server, running or not: its last ports, its password."""
        try:
            known = json.loads(self.facts.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def write(self, facts: Facts) -> None:
        """Replace what is known, whole, readable by its owner alone."""
        fresh = self.facts.with_suffix(".new")
        write_private(fresh, json.dumps(facts))
        fresh.replace(self.facts)

    def end(self) -> None:
        """Stop the server whoever uses it, and return when it is gone."""
        deadline = time.monotonic() + PATIENCE
        while (pid := self.keeper_pid()) and time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.05)

    def keeper_pid(self) -> int | None:
        """Return the keeper at work, or None: only a living one holds its lock, so the number is its own."""
        try:
            lock = lock_file(self.keeper)
        except FileNotFoundError:  # not even a folder
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.pread(lock, 20, 0) or 0) or None
        finally:
            os.close(lock)
        return None


def lock_file(path: Path) -> int:
    """Open a lock file, made if missing."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def keep(desk: Desk, *, durable: bool) -> None:
    """Run the server until its last user has left; say on standard output when it is ready, or why not."""
    own = lock_file(desk.keeper)
    fcntl.flock(own, fcntl.LOCK_EX)
    os.ftruncate(own, 0)
    os.pwrite(own, str(os.getpid()).encode(), 0)
    try:
        _let_go(desk.read().get("pid"))
        # a keeper lives as long as its server: it loads no more than that one needs
        start: Callable[..., Running] = import_module(f"newsletter.servers.{desk.name}").start
        running = start(desk.var, desk.read(), durable=durable)
    except (ServerProblem, OSError) as problem:
        _say({"problem": str(problem)})
        return
    users = lock_file(desk.users)
    try:

        def heard(number: int, frame: FrameType | None) -> None:
            """Nobody may be sent to a server that died; one that was only suspended goes on where it was."""
            if running.child.poll() is not None:
                _done(number, frame)

        signal.signal(signal.SIGCHLD, heard)
        if running.child.poll() is not None:
            return
        desk.write({**running.facts, "pid": running.child.pid})
        _say({"ready": True})
        fcntl.flock(users, fcntl.LOCK_EX)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        stop(running)
        desk.write(running.facts)
        os.close(own)  # first: who waits among the users must find no keeper any more
        os.close(users)


def _let_go(pid: str | int | None) -> None:
    """Give the server of a killed keeper, which the kernel has told to end, time to write its last word."""
    deadline = time.monotonic() + 5
    with contextlib.suppress(OSError):
        while pid and time.monotonic() < deadline:
            os.kill(int(pid), 0)
            time.sleep(0.02)


def _say(word: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError):  # who started us is gone; the lock decides what happens
        os.write(1, json.dumps(word).encode() + b"\n")


def _done(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def main(arguments: list[str]) -> None:
    """Keep the server that the arguments name."""
    signal.signal(signal.SIGTERM, _done)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    desk = Desk(Path(arguments[1]), arguments[0])
    desk.open()
    keep(desk, durable="--throw-away" not in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
