"""A scriptable SMTP peer on a real socket: accepts, refuses, falls silent or hangs up where it is told to."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

# What to say instead of the usual word: a reply, None to close the connection, or "silence" to say nothing.
Line = str | None
Script = Callable[[str, int], Line | bool]


@dataclass
class Peer:
    """Say `script(phase, count)`: True for the usual reply; phases are connect, ehlo, auth, mail, rcpt, data, dot."""

    script: Script = lambda phase, count: True
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  # of each MAIL, in the order heard
    bodies_begun: int = 0
    connections: int = 0
    address: tuple[str, int] = ("127.0.0.1", 0)
    at_once: int = 0  # the most connections that were open together

    def __enter__(self) -> "Peer":
        self._server = socket.create_server(self.address)
        self.port = self._server.getsockname()[1]
        self._talking = 0
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.accepted]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _say(self, phase: str, usual: str) -> str | None:
        with self._lock:
            self._counts[phase] = self._counts.get(phase, 0) + 1
            count = self._counts[phase]
        answer = self.script(phase, count)
        return usual if answer is True else answer  # type: ignore[return-value]

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rwb")
        recipient = ""
        with self._lock:
            self._talking += 1
            self.at_once = max(self.at_once, self._talking)

        def reply(phase: str, usual: str) -> str | None:
            line = self._say(phase, usual)
            if line is None:
                connection.shutdown(socket.SHUT_RDWR)
                raise ConnectionAbortedError
            if line != "silence":
                stream.write(line.encode() + b"\r\n")
                stream.flush()
            return line

        try:
            reply("connect", "220 peer")
            while line := stream.readline():
                word = line.split(b" ")[0].strip().upper()
                if word in (b"EHLO", b"HELO"):
                    reply("ehlo", "250 peer")
                elif word == b"MAIL":
                    self.senders.append(line.decode().split("<")[1].split(">")[0])
                    reply("mail", "250 ok")
                elif word == b"RCPT":
                    recipient = line.decode().split("<")[1].split(">")[0]
                    reply("rcpt", "250 ok")
                elif word == b"DATA":
                    if not str(reply("data", "354 go on")).startswith("354"):
                        continue
                    body = b""
                    self.bodies_begun += 1
                    while (part := stream.readline()) not in (b".\r\n", b""):
                        body += part
                        if self.script("body", len(body)) is None:
                            connection.shutdown(socket.SHUT_RDWR)
                            return
                    if not part:
                        return
                    with self._lock:
                        line_said = self._say_dot(recipient, body)
                    if line_said is None:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    if line_said != "silence":
                        stream.write(line_said.encode() + b"\r\n")
                        stream.flush()
                elif word == b"QUIT":
                    stream.write(b"221 bye\r\n")
                    stream.flush()
                    return
                else:
                    stream.write(b"250 ok\r\n")
                    stream.flush()
        except (OSError, ValueError):
            return
        finally:
            with self._lock:
                self._talking -= 1
            with contextlib.suppress(OSError):
                stream.close()
            connection.close()

    def _say_dot(self, recipient: str, body: bytes) -> str | None:
        self._counts["dot"] = self._counts.get("dot", 0) + 1
        answer = self.script("dot", self._counts["dot"])
        said = "250 queued" if answer is True else answer
        # "accepted, then gone": the worst that can happen to a sender.
        if said in ("accept and close",):
            self.accepted.append((recipient, body))
            return None
        if isinstance(said, str) and said.startswith("2"):
            self.accepted.append((recipient, body))
        return said  # type: ignore[return-value]
