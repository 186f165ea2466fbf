"""A scriptable SMTP server as a process of its own. What it accepted stands in its journal, synced, before it says so.

    python -m tests.faults.peer FOLDER [BYTES]

It writes its ports to FOLDER/ports and takes its script, line by line as JSON, on the second of them. With BYTES its
lines are narrow: the kernel keeps about so many that were not read yet, and the sender must keep the rest.
"""

import contextlib
import hashlib
import json
import os
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLOSE = "close"  # hang up instead of an answer
SILENCE = "silence"  # say nothing, ever
USUAL = {
    "connect": "220 peer",
    "starttls": "220 go on",
    "auth": "235 welcome",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "dot": "250 queued",
    "rset": "250 ok",
    "quit": "221 bye",
}


@dataclass(frozen=True)
class Rule:
    """From the `first` to the `last` time that a verb is heard, every so-manyth time, say this instead of the usual.

    `takes`: the message is accepted whatever is said. `wait` comes before the words, `hold` lasts until the
    script says release, `byte_every` parts the words' bytes. The verb `body` is asked once, in the middle of one.
    """

    verb: str
    say: str = ""
    first: int = 1
    last: int = 1_000_000_000
    every: int = 1
    wait: float = 0.0
    hold: bool = False
    takes: bool = False
    byte_every: float = 0.0


class Journal:
    """Lines of JSON; a message accepted is on the disk before the next line of this program runs."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._file = os.open(folder / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(self, event: str, **what: object) -> None:
        line = json.dumps({"at": time.monotonic(), "event": event, **what}).encode() + b"\n"
        with self._lock:
            os.write(self._file, line)
            if event == "accepted":
                os.fdatasync(self._file)

    def keep(self, digest: str, body: bytes) -> None:
        (self._folder / f"{digest}.eml").write_bytes(body)


class Stage:
    """What all connections share: the script, its counts, and who is held."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._lock = threading.Lock()
        self.told({"rules": [], "offers": ["PIPELINING"], "certificate": "", "keep": False})

    def told(self, script: dict[str, Any]) -> None:
        with self._lock:
            self.rules = [Rule(**rule) for rule in script["rules"]]
            self.offers: list[str] = script["offers"]
            self.certificate: str = script["certificate"]
            self.keep: bool = script["keep"]
            self.counts: dict[str, int] = {}
            self.held: dict[str, int] = {}
            self.released = threading.Event()

    def rule(self, verb: str) -> Rule:
        with self._lock:
            count = self.counts[verb] = self.counts.get(verb, 0) + 1
            for rule in self.rules:
                if rule.verb == verb and rule.first <= count <= rule.last and (count - rule.first) % rule.every == 0:
                    if rule.hold:
                        self.held[verb] = self.held.get(verb, 0) + 1
                    return rule
        return Rule(verb)

    def wait(self, rule: Rule) -> None:
        if rule.wait:
            time.sleep(rule.wait)
        if rule.hold:
            self.released.wait(600)


class HungUp(Exception):
    """This connection is over."""


class Line:
    """One connection."""

    def __init__(self, stage: Stage, sock: socket.socket, number: int) -> None:
        self.stage, self.sock, self.number = stage, sock, number
        self.buffer = bytearray()
        self.recipient = ""
        self.covered = self.in_mail = False

    def talk(self) -> None:
        with contextlib.suppress(OSError, HungUp), self.sock:
            self._say("connect", "220 peer")
            while True:
                self._command(self._until(b"\r\n"))

    def _command(self, line: bytes) -> None:
        verb = line[:8].split(b" ")[0].strip().decode("ascii", "replace").lower()
        if verb in ("ehlo", "helo"):
            names = ["peer", *self.stage.offers] if verb == "ehlo" else ["peer"]
            names = [name for name in names if not (self.covered and name == "STARTTLS")]
            self._say("ehlo", "\r\n".join(f"250-{name}" for name in names[:-1]) + f"\r\n250 {names[-1]}")
        elif verb == "starttls" and self.stage.certificate:
            if self._say(verb).startswith("220"):
                self._cover()
        elif verb == "mail":
            self.recipient = ""
            if self.in_mail:
                self._fault("nested MAIL")
            self.in_mail = self._say(verb).startswith("2")
        elif verb == "rcpt":
            recipient = line.decode("utf-8", "replace").split("<")[1].split(">")[0]
            said = self._say(verb)
            if said.startswith("2"):
                self.recipient = recipient
            else:
                self.stage.journal.note("refused", to=recipient, said=said[:3])
        elif verb == "data":
            if not self.recipient:
                self.sock.sendall(b"503 no recipient\r\n")
            elif self._say(verb).startswith("354"):
                self._body()
        elif verb == "rset":
            self.in_mail, self.recipient = False, ""
            self._say(verb)
        elif verb in USUAL:
            self._say(verb)
            if verb == "quit":
                raise HungUp
        else:
            self._fault(f"unknown command {line[:40]!r}")
            self.sock.sendall(b"500 what?\r\n")

    def _body(self) -> None:
        if not self.buffer:
            self._more()
        self.stage.journal.note("begun", to=self.recipient)
        if self.stage.rule("body").say == CLOSE:
            whole = self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer
            self.stage.journal.note("cut", to=self.recipient, after=len(self.buffer), whole=whole)
            raise HungUp
        while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
            self._more()
        end = self.buffer.find(b"\r\n.\r\n")
        body = b"" if self.buffer.startswith(b".\r\n") else bytes(self.buffer[: end + 2])
        del self.buffer[: len(body) + 3]
        if not body:
            self._fault(f"an empty message for {self.recipient}")
        recipient, self.recipient, self.in_mail = self.recipient, "", False
        rule = self.stage.rule("dot")
        words = rule.say or USUAL["dot"]
        if words.startswith("2") or rule.takes:
            digest = hashlib.sha256(body).hexdigest()
            self.stage.journal.note("accepted", to=recipient, digest=digest, line=self.number)
            if self.stage.keep:
                self.stage.journal.keep(digest, body)
        else:
            self.stage.journal.note("refused", to=recipient, said=words[:3])
        self._speak(rule, words)

    def _say(self, verb: str, usual: str = "") -> str:
        rule = self.stage.rule(verb)
        words = rule.say or usual or USUAL[verb]
        self._speak(rule, words)
        return words

    def _speak(self, rule: Rule, words: str) -> None:
        self.stage.wait(rule)
        if words == CLOSE:
            raise HungUp
        if words == SILENCE:
            while self.sock.recv(65_536):
                pass
            raise HungUp
        raw = words.encode("latin-1") + b"\r\n"
        if rule.byte_every:
            for byte in raw:
                self.sock.sendall(bytes([byte]))
                time.sleep(rule.byte_every)
        else:
            self.sock.sendall(raw)
        if words.startswith("421"):
            raise HungUp

    def _until(self, end: bytes) -> bytes:
        while (at := self.buffer.find(end)) < 0:
            self._more()
        found = bytes(self.buffer[:at])
        del self.buffer[: at + len(end)]
        return found

    def _more(self) -> None:
        data = self.sock.recv(65_536)
        if not data:
            raise HungUp
        self.buffer += data

    def _cover(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.stage.certificate)
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.covered = True

    def _fault(self, what: str) -> None:
        """What no client may do."""
        self.stage.journal.note("fault", what=what)


def serve(stage: Stage, server: socket.socket) -> None:
    number = 0
    while True:
        sock, _ = server.accept()
        number += 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Line(stage, sock, number).talk, daemon=True).start()


def listen(stage: Stage, control: socket.socket) -> None:
    """Take the script: one JSON object a line, one answer a line."""
    while True:
        sock, _ = control.accept()
        with contextlib.suppress(OSError, ValueError), sock, sock.makefile("rw") as lines:
            for line in lines:
                said = json.loads(line)
                if said["do"] == "script":
                    stage.released.set()
                    stage.told(said)
                elif said["do"] == "release":
                    stage.released.set()
                lines.write(json.dumps({"held": stage.held, "counts": stage.counts}) + "\n")
                lines.flush()


def main(folder: Path, narrow: int = 0) -> None:
    stage = Stage(Journal(folder))
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    if narrow:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, narrow)
    control = socket.create_server(("127.0.0.1", 0))
    ports = [server.getsockname()[1], control.getsockname()[1]]
    (folder / "ports.new").write_text(json.dumps(ports))
    (folder / "ports.new").rename(folder / "ports")
    threading.Thread(target=serve, args=(stage, server), daemon=True).start()
    listen(stage, control)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
