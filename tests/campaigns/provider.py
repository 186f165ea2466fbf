"""A mail provider on a real socket, where a paid one would stand: takes calls, or fails where it is told to."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Call:
    """One whole request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


# What to do with a call: a reply; "silence" to say nothing; "reset" to hang up without a word.
Act = Reply | str


@dataclass
class FakeProvider:
    """`script(call, count)` says what becomes of a whole call; `hang_up_after` cuts a request at so many bytes."""

    script: Callable[[Call, int], Act]
    hang_up_after: int | None = None
    early: Reply | None = None
    calls: list[Call] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "FakeProvider":
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self._over = threading.Event()
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError, IndexError):
            stream = connection.makefile("rb")
            while line := stream.readline():
                path = line.split()[1].decode()
                headers = {}
                while (header := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.strip().title()] = value.strip()
                if self.early is not None:
                    self._say(connection, self.early)
                    return
                if self.hang_up_after is not None:
                    stream.read(self.hang_up_after)
                    _reset(connection)
                    return
                length = int(headers.get("Content-Length", 0))
                body = stream.read(length)
                if len(body) < length:
                    return
                call = Call(path, headers, body)
                self.calls.append(call)
                act = self.script(call, len(self.calls))
                if act == "silence":
                    self._over.wait(30)
                    return
                if act == "reset":
                    _reset(connection)
                    return
                assert isinstance(act, Reply)
                self._say(connection, act)

    @staticmethod
    def _say(connection: socket.socket, reply: Reply) -> None:
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(raw))} | reply.headers
        head = f"HTTP/1.1 {reply.status} so\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(head.encode() + b"\r\n" + raw)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def brevo(call: Call, count: int = 0) -> Reply:
    versions = call.json["messageVersions"]
    return Reply(201, {"messageIds": [f"<{count}.{index}@brevo>" for index, _ in enumerate(versions)]})


def mailjet(call: Call, count: int = 0) -> Reply:
    messages = [
        {"Status": "success", "To": [{"Email": one["To"][0]["Email"], "MessageID": 7}]} for one in call.json["Messages"]
    ]
    return Reply(200, {"Messages": messages})


def mailgun(call: Call, count: int = 0) -> Reply:
    return Reply(200, {"id": "<1@mailgun>", "message": "Queued. Thank you."})


def sparkpost(call: Call, count: int = 0) -> Reply:
    taken = len(call.json["recipients"])
    return Reply(200, {"results": {"id": "7", "total_accepted_recipients": taken, "total_rejected_recipients": 0}})


def postmark(call: Call, count: int = 0) -> Reply:
    return Reply(200, [{"ErrorCode": 0, "Message": "OK", "To": one["To"], "MessageID": "m"} for one in call.json])


def resend(call: Call, count: int = 0) -> Reply:
    return Reply(200, {"data": [{"id": f"r{index}"} for index, _ in enumerate(call.json)]})


def scaleway(call: Call, count: int = 0) -> Reply:
    return Reply(200, {"emails": [{"id": "e", "status": "new", "mail_rcpt": call.json["to"][0]["email"]}]})
