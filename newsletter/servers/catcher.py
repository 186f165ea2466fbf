"""The mail catcher from the wheel `mail-devel`: every mail arrives there and none goes any further."""

import base64
import contextlib
import json
import os
import secrets
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from newsletter.servers.process import (
    CODE,
    LOOPBACK,
    Facts,
    Running,
    ServerProblem,
    port_of,
    spawn,
    stop,
    tail,
    wait_until,
)

PORTS = {"smtp": 4025, "imap": 4143, "http": 4080}
USER = "lecteur@catcher.example"


class Catcher:
    """What the catcher caught, asked over its web page."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def captured(self, to: str | None = None) -> int:
        """Return how many distinct pairs of Message-ID and recipient came of campaigns, or of one reader's.

        Log-in and test mails are not among them.
        """
        return int(json.loads(self._ask("/captured", to=to))["captured"])

    def last_mail_to(self, address: str) -> bytes | None:
        """Return the last mail to an address, or None if none came or too many came after it."""
        try:
            return self._ask("/raw", to=address)
        except urllib.error.HTTPError as answer:
            with answer:
                if answer.code == 404:
                    return None
                raise

    def mails_to(self, address: str) -> list[bytes]:
        """Return the mails to an address that are still kept, the last first."""
        return [base64.b64decode(mail) for mail in json.loads(self._ask("/mails", to=address))]

    def follow(self, address: str) -> None:
        """Keep the newsletters of one reader from now on, however many others come after."""
        self._ask("/follow", "POST", to=address)

    def page_of(self, address: str, *, first: bool = False) -> str:
        """Return where a person reads the last mail to an address, or the first."""
        return f"{self.url}/read/{urllib.parse.quote(address)}" + ("?first" if first else "")

    def reset(self) -> None:
        """Forget every mail and every count."""
        self._ask("/reset", "POST")

    def _ask(self, path: str, method: str = "GET", **query: str | None) -> bytes:
        said = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        request = urllib.request.Request(f"{self.url}{path}?{said}", method=method)  # noqa: S310
        # a proxy from the environment would be asked for a page of this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body


def start(var: Path, known: Facts, *, durable: bool = True) -> Running:
    """Start an empty catcher and return it once its mouth, its mailboxes and its page are open."""
    log = var / "log" / "catcher.log"
    password = str(known.get("password") or secrets.token_urlsafe(12))
    for _ in range(5):
        facts: Facts = {name: port_of(known, name, port) for name, port in PORTS.items()}
        facts |= {"user": USER, "password": password}
        child = spawn(
            [sys.executable, "-m", "newsletter.servers.catching"],
            log=log,
            cwd=CODE,
            env=dict(os.environ),
            stdin=json.dumps(facts).encode(),
        )
        page = Catcher(web(facts))
        if wait_until(lambda page=page: _answers(page), child, seconds=30):  # type: ignore[misc]
            return Running(child, facts)
        stop(Running(child, facts, (signal.SIGKILL,)))
        time.sleep(0.2)  # a port went to another
    raise ServerProblem(f"The mail catcher did not start ({tail(log)}); {log} says more.")


def smtp(facts: Facts) -> str:
    """Return where to send mails to."""
    return f"smtp://{LOOPBACK}:{facts['smtp']}"


def web(facts: Facts) -> str:
    """Return the page where a person reads them."""
    return f"http://{LOOPBACK}:{facts['http']}"


def _answers(page: Catcher) -> bool:
    with contextlib.suppress(OSError):
        return page.captured() == 0
    return False
