"""From the greeting to the first envelope: introduce oneself, cover the line, log in. No socket in here."""

import base64
import ipaddress
from dataclasses import dataclass
from enum import Enum, auto

from campaigns.core.receipt import Phase
from campaigns.wire.letters import WireProblem
from campaigns.wire.reading import words
from newsletter.core.relay import Relay, Tls


@dataclass(frozen=True, slots=True)
class Offers:
    """What EHLO offers. `size` 0 is no limit."""

    pipelining: bool = False
    size: int = 0
    starttls: bool = False
    smtputf8: bool = False
    eightbit: bool = False
    auth: frozenset[str] = frozenset()


def offers(raw: bytes) -> Offers:
    """Return what the lines of an EHLO reply offer; the first line is the server's name."""
    found: dict[str, list[str]] = {}
    for line in raw.decode("ascii", "replace").upper().split("\n")[1:]:
        # "AUTH=LOGIN" is how servers wrote it before the standard, and some still do beside it.
        keyword, *values = line.replace("AUTH=", "AUTH ", 1).split()[:20] or [""]
        found.setdefault(keyword, []).extend(values)
    size = next(iter(found.get("SIZE", [])), "")
    return Offers(
        pipelining="PIPELINING" in found,
        size=int(size) if size.isdecimal() and size.isascii() and len(size) < 20 else 0,
        starttls="STARTTLS" in found,
        smtputf8="SMTPUTF8" in found,
        eightbit="8BITMIME" in found,
        auth=frozenset(found.get("AUTH", [])),
    )


class Step(Enum):
    """What the server is to answer next."""

    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    STARTTLS = auto()
    PLAIN = auto()
    LOGIN = auto()
    LOGIN_USER = auto()
    LOGIN_PASSWORD = auto()


class Opening:
    """One command, one answer, until `done`. `out` is to be written; `covering` asks for the TLS handshake."""

    def __init__(self, relay: Relay, *, ehlo_name: str) -> None:
        self._relay, self._name = relay, ehlo_name.encode("ascii")
        if not self._name or any(byte <= 32 or byte == 127 for byte in self._name):
            raise ValueError(f"no name to introduce oneself with: {ehlo_name!r}")
        self._step = Step.GREETING
        self._covered = relay.tls is Tls.IMPLICIT
        self.phase = Phase.CONNECT
        self.out = b""
        self.covering = self.done = False
        self.offers = Offers()

    def answer(self, code: int, raw: bytes) -> None:
        """Take the server's next answer; raise WireProblem when there is no way on."""
        match self._step, code:
            case Step.GREETING, 220:
                self._introduce()
            case Step.EHLO, 250:
                self.offers = offers(raw)
                self._introduced()
            case Step.EHLO, 500 | 501 | 502 | 504 | 550:
                self._ask(Step.HELO, b"HELO " + self._name)  # it speaks no ESMTP
            case Step.HELO, 250:
                self._introduced()
            case Step.STARTTLS, 220:
                self.covering = True
            case Step.STARTTLS, _ if self._relay.tls is Tls.OFFERED:
                self.done = True  # offered and then refused: in clear, as if it had not been offered
            case Step.LOGIN, 334:
                self._ask(Step.LOGIN_USER, base64.b64encode(self._relay.user.encode()))
            case Step.LOGIN_USER, 334:
                self._ask(Step.LOGIN_PASSWORD, base64.b64encode(self._relay.password.encode()))
            case Step.PLAIN | Step.LOGIN_PASSWORD, 235:
                self.done = True
            case _:
                lasting = self.phase in (Phase.AUTH, Phase.TLS) and code >= 500
                raise WireProblem(self.phase, code, words(raw), lasting=lasting)

    def covered(self) -> None:
        """The line is covered: introduce oneself again, for what was said in clear counts no more."""
        self.covering, self._covered = False, True
        if self._step is Step.STARTTLS:
            self.offers = Offers()
            self._introduce()

    def _introduce(self) -> None:
        self.phase = Phase.EHLO
        self._ask(Step.EHLO, b"EHLO " + self._name)

    def _introduced(self) -> None:
        if self._relay.tls is Tls.STARTTLS and not self._covered:
            self.phase = Phase.TLS
            if not self.offers.starttls:
                raise WireProblem(Phase.TLS, None, "STARTTLS is not offered", lasting=True)
            self._ask(Step.STARTTLS, b"STARTTLS")
        elif self._relay.tls is Tls.OFFERED and not self._covered and self.offers.starttls:
            self.phase = Phase.TLS
            self._ask(Step.STARTTLS, b"STARTTLS")
        elif self._relay.user:
            self.phase = Phase.AUTH
            self._log_in()
        else:
            self.done = True

    def _log_in(self) -> None:
        if not self._covered and not _is_loopback(self._relay.host):
            raise WireProblem(Phase.AUTH, None, "a password goes over a covered line only", lasting=True)
        if "PLAIN" in self.offers.auth:
            secret = f"\0{self._relay.user}\0{self._relay.password}".encode()
            self._ask(Step.PLAIN, b"AUTH PLAIN " + base64.b64encode(secret))
        elif "LOGIN" in self.offers.auth:
            self._ask(Step.LOGIN, b"AUTH LOGIN")
        else:
            raise WireProblem(Phase.AUTH, None, "neither PLAIN nor LOGIN is offered", lasting=True)

    def _ask(self, step: Step, command: bytes) -> None:
        self._step, self.out = step, command + b"\r\n"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
