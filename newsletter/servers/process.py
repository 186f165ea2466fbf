"""Children of ours: a free port, a log of their own, and an end they cannot refuse."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = "127.0.0.1"
CODE = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1


class ServerProblem(Exception):
    """Why a server cannot run, in one sentence for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a child runs as; it owns nothing but the server's data."""

    uid: int
    gid: int


Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: the child, what its users must know, and how to end it, politely first."""

    child: "subprocess.Popen[bytes]"
    facts: Facts
    farewell: tuple[signal.Signals, ...] = field(default=(signal.SIGTERM, signal.SIGKILL))


def free_port(preferred: int | None = None) -> int:
    """Return the preferred port, or a free one when it is taken."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe, contextlib.suppress(OSError):
            # as the servers do, or a port stays taken for a minute after its server's end
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            return int(probe.getsockname()[1])
    raise ServerProblem(f"No free port was found on {LOOPBACK}.")


def port_of(facts: Facts, name: str, otherwise: int) -> int:
    """Return the port a server had last time, or the one it would like, if free; else a free one."""
    return free_port(int(facts.get(name, otherwise)))


def spawn(
    command: list[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    account: Account | None = None,
    stdin: bytes = b"",
    last_word: signal.Signals = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a child that writes to its own log and hears no Ctrl-C; our death tells it the last word."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=_end_with_parent(last_word),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once: its log says why
        child.stdin.write(stdin)
        child.stdin.close()
    return child


def run(
    command: list[str], *, cwd: Path, env: Mapping[str, str], account: Account | None = None, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, as the account, and return what it said."""
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=cwd,
        env=env,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def wait_until(ready: Callable[[], bool], child: "subprocess.Popen[bytes]", *, seconds: float) -> bool:
    """Return whether the child became ready before it ended or the time was over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.poll() is None:
        if ready():
            return True
        time.sleep(0.02)
    return False


def stop(running: Running, *, patience: float = 8.0) -> None:
    """End the child by each farewell in turn, until it is gone."""
    for word in running.farewell:
        if running.child.poll() is not None:
            return
        running.child.send_signal(word)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.child.wait(patience)


def plain_environment(home: Path) -> dict[str, str]:
    """Return an environment that carries nothing of the person's own settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(home), **inherited}


def write_private(path: Path, text: str) -> None:
    """Write a new file that its owner alone may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def tail(log: Path) -> str:
    """Return the last line of a log that says something, to stand in a sentence."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _end_with_parent(last_word: signal.Signals) -> Callable[[], None] | None:
    """A server whose keeper is killed outright is told by the kernel, where there is such a kernel."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def preexec() -> None:
        prctl(PR_SET_PDEATHSIG, last_word)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)

    return preexec
