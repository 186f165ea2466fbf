"""An SMTP server without a socket, scriptable and strict: what it accepted is the judge of what we report."""

from collections.abc import Callable
from dataclasses import dataclass, field

# What is said when all goes well.
USUAL = {
    "connect": "220 peer",
    "ehlo": "250-peer\r\n250 PIPELINING",
    "helo": "250 peer",
    "starttls": "220 go on",
    "auth": "235 welcome",
    "rset": "250 ok",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "dot": "250 queued",
    "quit": "221 bye",
}
# Instead of words: say nothing for ever; hang up; take the message and hang up without a word.
SILENCE, CLOSE, TAKE_AND_CLOSE = "silence", "close", "take and close"
# After the words, hang up.
THEN_CLOSE = " and close"

Script = Callable[[str, int], str | None]


def usually(verb: str, count: int) -> str | None:
    """Say the usual."""
    return None


@dataclass
class Journal:
    """What all connections of a server saw. `accepted` holds what it promised to deliver."""

    script: Script = usually
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # what no client may do
    bodies_begun: int = 0
    connections: int = 0

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.accepted]


class Server:
    """One connection: feed it bytes, send what it returns; `closed` when it hangs up."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.closed = self.starts_tls = False
        self._buffer = b""
        self._in_data = self._in_mail = self._mute = self._refused = False
        self._recipient: str | None = None
        self._login = 0
        journal.connections += 1

    def greet(self) -> bytes:
        return self._say("connect")

    def receive(self, data: bytes) -> bytes:
        self._buffer += data
        out = b""
        if self._mute:  # a server that says nothing goes on saying nothing
            return out
        while not (self.closed or self.starts_tls or self._mute):
            if self._in_data:
                if (said := self._body()) is None:
                    break
                out += said
                continue
            line, mark, rest = self._buffer.partition(b"\r\n")
            if not mark:
                break
            self._buffer = rest
            out += self._command(line)
        return out

    def _body(self) -> bytes | None:
        """Return the answer to a whole body, or to one in its middle if the script wants that."""
        if self._buffer.startswith(b".\r\n"):
            body, self._buffer = b"", self._buffer[3:]
        else:
            end = self._buffer.find(b"\r\n.\r\n")
            if end < 0:
                if len(self._buffer) > 1_000 and (said := self.journal.script("middle", 0)):
                    if said == CLOSE:
                        self.closed = True
                        return b""
                    self.closed = said.endswith(THEN_CLOSE)
                    self._refused = True
                    return said.removesuffix(THEN_CLOSE).encode() + b"\r\n"
                return None
            body, self._buffer = self._buffer[: end + 2], self._buffer[end + 5 :]
        self._in_data = self._in_mail = False
        refused, self._refused = self._refused, False
        if refused:
            return b""  # it has had its answer
        recipient, self._recipient = self._recipient, None
        if recipient is None:
            return b"554 no valid recipients\r\n"
        if not body:
            self.journal.faults.append(f"an empty message for {recipient}")
        return self._say("dot", lambda: self.journal.accepted.append((recipient, body)))

    def _command(self, line: bytes) -> bytes:
        self.journal.heard.append(line.decode("utf-8", "backslashreplace"))
        verb = line.split(b" ")[0].decode("utf-8", "backslashreplace").lower()
        if self._login:
            self._login -= 1
            return b"334 UGFzc3dvcmQ6\r\n" if self._login else self._say("auth")
        if verb == "auth" and line.upper().startswith(b"AUTH LOGIN"):
            self._login = 2
            return b"334 VXNlcm5hbWU6\r\n"
        if verb == "mail":
            if self._in_mail:
                return b"503 nested\r\n"
            said = self._say(verb)
            self._in_mail = said.startswith(b"2")
            return said
        if verb == "rcpt":
            if not self._in_mail:
                return b"503 no sender\r\n"
            said = self._say(verb)
            if said.startswith(b"2"):
                self._recipient = line.decode().split("<")[1].split(">")[0]
            return said
        if verb == "data":
            if self._buffer:
                self.journal.faults.append("something was sent behind DATA")
            if self._recipient is None and self.journal.script("data anyway", 0) is None:
                return b"503 no recipient\r\n"
            said = self._say(verb)
            if said.startswith(b"354"):
                self._in_data = True
                self.journal.bodies_begun += 1
            return said
        if verb == "rset":
            self._in_mail, self._recipient = False, None
        if verb not in USUAL:
            self.journal.faults.append(f"an unknown command: {line[:80]!r}")
            return b"500 what?\r\n"
        said = self._say(verb)
        if verb == "starttls" and said.startswith(b"220"):
            self.starts_tls = True
        if verb == "quit":
            self.closed = True
        return said

    def _say(self, verb: str, accept: Callable[[], None] = lambda: None) -> bytes:
        counts = self.journal.counts
        counts[verb] = counts.get(verb, 0) + 1
        said = self.journal.script(verb, counts[verb]) or USUAL[verb]
        if said in (CLOSE, TAKE_AND_CLOSE):
            self.closed = True
            if said == TAKE_AND_CLOSE:
                accept()
            return b""
        if said.startswith("2"):
            accept()
        if said == SILENCE:
            self._mute = True
            return b""
        if said.endswith(THEN_CLOSE):
            self.closed = True
            said = said.removesuffix(THEN_CLOSE)
        if said.startswith("421"):
            self.closed = True
        return said.encode("latin-1") + b"\r\n"
