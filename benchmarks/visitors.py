"""Readers and mail providers who ask one gunicorn, each over a connection that stays open."""

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
HOST = "alpilles.example"


@dataclass(frozen=True)
class Visits:
    """What so many visits took, in seconds, each and together."""

    seconds: float
    each: Sequence[float]

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds

    def p(self, share: float) -> float:
        """Return the seconds within which this share was answered."""
        return statistics.quantiles(self.each, n=1000, method="inclusive")[round(share * 1000) - 1]


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Mozilla/5.0 (bench)\r\n\r\n".encode()


def one_click(path: str) -> bytes:
    """Return what a mail provider posts for a reader who leaves (RFC 8058)."""
    body = "List-Unsubscribe=One-Click"
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def visit(port: int, asked: Sequence[bytes], *, status: int, lines: int = 8) -> Visits:
    """Ask everything, over so many connections at once; an answer of another status is a RuntimeError."""
    spoken: list[list[float]] = [[] for _ in range(lines)]
    failed: list[Exception] = []

    def speak(number: int) -> None:
        try:
            with _line(port) as ask:
                for one in asked[number::lines]:
                    began = time.perf_counter()
                    _expect(ask(one), status)
                    spoken[number].append(time.perf_counter() - began)
        except Exception as problem:
            failed.append(problem)

    threads = [threading.Thread(target=speak, args=[number]) for number in range(lines)]
    since = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - since
    if failed:
        raise failed[0]
    return Visits(seconds, [one for each in spoken for one in each])


def visit_now_and_then(
    port: int, asked: Iterator[bytes], *, status: int, a_second: float, until: Callable[[], bool]
) -> Visits:
    """Ask so often a second, whatever the last answer took; what is late because of it counts as waiting."""
    each = []
    since = time.perf_counter()
    with _line(port) as ask:
        for number, one in enumerate(asked):
            due = since + number / a_second
            if until():
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            _expect(ask(one), status)
            each.append(time.perf_counter() - due)
    return Visits(time.perf_counter() - since, each)


def _expect(answer: bytes, status: int) -> None:
    if not answer.startswith(f"HTTP/1.1 {status} ".encode()):
        raise RuntimeError(f"not {status}: {answer[:300]!r}")


@contextmanager
def _line(port: int) -> Iterator[Callable[[bytes], bytes]]:
    """Yield what asks over one connection."""
    line = socket.create_connection(("127.0.0.1", port), 30)

    def ask(question: bytes) -> bytes:
        line.sendall(question)
        answer = line.recv(65_536)
        while b"\r\n\r\n" not in answer:
            if not (more := line.recv(65_536)):
                raise ConnectionError("hung up before an answer")
            answer += more
        head, _, body = answer.partition(b"\r\n\r\n")
        if found := LENGTH.search(head):
            while len(body) < int(found[1]):
                body += line.recv(65_536)
        return answer

    try:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield ask
    finally:
        line.close()
