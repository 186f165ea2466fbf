"""The peer's process and what its journal says: the judge of every fault."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from newsletter.servers.process import CODE, Running, spawn, stop
from tests.faults.peer import Rule

PATIENCE = 20.0


class Peer:
    """A server that takes our letters, told what to say."""

    def __init__(self, folder: Path, *, narrow: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._child: subprocess.Popen[bytes] = spawn(
            [sys.executable, "-m", "tests.faults.peer", str(folder), *([str(narrow)] if narrow else [])],
            log=folder / "peer.log",
            cwd=CODE,
            env=dict(os.environ),
        )
        deadline = time.monotonic() + PATIENCE
        while not (folder / "ports").exists():
            assert time.monotonic() < deadline, (folder / "peer.log").read_text()
            time.sleep(0.02)
        self.port, control = json.loads((folder / "ports").read_text())
        self._line = socket.create_connection(("127.0.0.1", control), PATIENCE)
        self._control = self._line.makefile("rw")

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def script(
        self,
        *rules: Rule,
        offers: tuple[str, ...] = ("PIPELINING",),
        certificate: Path | None = None,
        keep: bool = False,
    ) -> None:
        """From now on say this; whoever is held is let go and all counts begin anew."""
        said = {"rules": [asdict(rule) for rule in rules], "offers": offers, "keep": keep}
        self._ask(do="script", certificate=str(certificate or ""), **said)

    def release(self) -> None:
        """Let those go on whom a rule holds."""
        self._ask(do="release")

    def held(self, verb: str) -> int:
        """Return how many connections wait in front of this word."""
        found: int = self._ask(do="look")["held"].get(verb, 0)
        return found

    def count(self, verb: str) -> int:
        """Return how often this was heard since the last script."""
        found: int = self._ask(do="look")["counts"].get(verb, 0)
        return found

    def events(self, event: str, domain: str | tuple[str, ...] = "") -> list[dict[str, Any]]:
        """Return what the journal says of these readers."""
        lines = (self.folder / "journal").read_text().splitlines()
        told = [json.loads(line) for line in lines]
        return [one for one in told if one["event"] == event and one.get("to", "").endswith(domain)]

    def accepted(self, domain: str | tuple[str, ...]) -> list[str]:
        """Return the address of every message that was accepted, as often as it was."""
        return [one["to"] for one in self.events("accepted", domain)]

    def body(self, digest: str) -> bytes:
        return (self.folder / f"{digest}.eml").read_bytes()

    def end(self) -> None:
        self._hang_up()
        stop(Running(self._child, {}))

    def kill(self) -> None:
        self._hang_up()
        self._child.kill()
        self._child.wait()

    def _hang_up(self) -> None:
        self._control.close()
        self._line.close()

    def _ask(self, **what: object) -> dict[str, Any]:
        self._control.write(json.dumps(what) + "\n")
        self._control.flush()
        answer: dict[str, Any] = json.loads(self._control.readline())
        return answer
