"""An HTTP session that knows whether the whole of a request was written.

`requests` raises the same exception for a connection lost before the body and for one lost while the answer was
awaited. Here the last byte of a body leaves in a write of its own: before it, nothing can have been taken.
"""

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from campaigns.core.receipt import Phase

CONNECT_TIMEOUT = 10.0
# Nothing is gained by giving up early: what was written and not answered is doubt.
ANSWER_TIMEOUT = 120.0


class Withheld(Exception):
    """The last byte was not let go, so the request does not exist for the other side."""


class Progress:
    """How far the call under way has come; `gate` is asked once, right before the byte that completes it."""

    def __init__(self) -> None:
        self.phase = Phase.CONNECT
        self.gate: Callable[[], bool] = lambda: True

    def begin(self, gate: Callable[[], bool]) -> None:
        self.phase, self.gate = Phase.CONNECT, gate

    def let_go(self) -> None:
        try:
            granted = self.gate()
        except Exception as problem:  # urllib3 would take an OSError of the journal for one of the line
            raise Withheld(str(problem)) from problem
        if not granted:
            raise Withheld
        self.phase = Phase.DOT_SENT


class _Watched:
    """Writes the body of a request but for its last byte, asks, and writes that one."""

    progress: Progress
    _in_body = False

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        self._in_body = False
        super().endheaders(*args, **kwargs)  # type: ignore[misc]
        self._in_body = True
        self.progress.phase = Phase.BODY

    def send(self, data: Any) -> None:
        if not self._in_body:
            super().send(data)  # type: ignore[misc]
            return
        if self.progress.phase is not Phase.BODY:
            raise RuntimeError("a body of several pieces has no last byte that we know of")
        super().send(data[:-1])  # type: ignore[misc]
        self.progress.let_go()
        super().send(data[-1:])  # type: ignore[misc]


class _Adapter(HTTPAdapter):
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        watch = {"progress": self._progress}
        plain = type("Plain", (_Watched, HTTPConnection), watch)
        secure = type("Secure", (_Watched, HTTPSConnection), watch)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


def watched_session(progress: Progress) -> requests.Session:
    """Return a session that never repeats or redirects a call by itself, and goes through no proxy."""
    session = requests.Session()
    # A proxy or a ~/.netrc from the environment would come between us and what was written.
    session.trust_env = False
    session.mount("http://", _Adapter(progress))
    session.mount("https://", _Adapter(progress))
    return session
