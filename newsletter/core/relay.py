"""A relay as it is named in EMAIL_URL."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class Tls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


SCHEMES = {
    "smtp": Tls.NONE,
    "smtp+tls": Tls.STARTTLS,
    "submission": Tls.STARTTLS,
    "smtp+ssl": Tls.IMPLICIT,
    "smtps": Tls.IMPLICIT,
}
LOOKS = "EMAIL_URL must look like smtp+tls://user:password@host:587"
PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.IMPLICIT: 465}


class BadRelay(ValueError):
    """The address of a relay cannot be read; the message holds no password."""


@dataclass(frozen=True)
class Relay:
    """Where campaigns leave the house. `name` is what limits and pauses are kept under."""

    host: str
    port: int
    tls: Tls = Tls.NONE
    user: str = ""
    password: str = ""
    weight: int = 1

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}" if self.user else f"{self.host}:{self.port}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.host

    def __repr__(self) -> str:  # a password never reaches a log
        return f"Relay({self.name})"


def parse_relay(url: str) -> Relay:
    """Return the relay behind `smtp[+tls|+ssl]://user:password@host:port?weight=2`; raise BadRelay."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadRelay(LOOKS) from None
    tls = SCHEMES.get(parts.scheme)
    if tls is None or not parts.hostname:
        raise BadRelay(LOOKS)
    try:
        port = parts.port or PORTS[tls]
        weight = int(parse_qs(parts.query).get("weight", ["1"])[0])
    except ValueError:
        # from None: urllib repeats what it could not read, and that may be a piece of the password
        raise BadRelay(
            "In EMAIL_URL the port and the weight are numbers; signs like / in a password are written as %2F"
        ) from None
    return Relay(
        host=parts.hostname,
        port=port,
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        weight=max(1, weight),
    )
