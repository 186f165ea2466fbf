"""A relay as it is named in EMAIL_URL."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit


class Tls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OFFERED = "offered"  # covered where it is offered, unverified, as mail exchangers do among themselves


SCHEMES = {
    "smtp": Tls.NONE,
    "smtp+tls": Tls.STARTTLS,
    "submission": Tls.STARTTLS,
    "smtp+ssl": Tls.IMPLICIT,
    "smtps": Tls.IMPLICIT,
    "mx": Tls.OFFERED,
}
LOOKS = "EMAIL_URL must look like smtp+tls://user:password@host:587"
PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.OFFERED: 25}


class BadRelay(ValueError):
    """The address of a relay cannot be read; the message holds no password."""


@dataclass(frozen=True)
class Relay:
    """Where campaigns leave the house. `name` is what limits and pauses are kept under.

    Without a host it is each reader's own mail exchanger. `by_operator`: their operators' limits are ours to keep, for
    nobody stands in between who would (`mx://`) or who knows them (`smtp://a-postfix-of-ones-own?pace=mx`).
    """

    host: str
    port: int
    tls: Tls = Tls.NONE
    user: str = ""
    password: str = ""
    weight: int = 1
    by_operator: bool = False

    @property
    def direct(self) -> bool:
        """Return whether this is no relay: we deliver to the readers' mail exchangers ourselves."""
        return not self.host

    @property
    def name(self) -> str:
        if self.direct:
            return "mx" if self.port == PORTS[Tls.OFFERED] else f"mx:{self.port}"
        return f"{self.user}@{self.host}:{self.port}" if self.user else f"{self.host}:{self.port}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.host or self.name

    def __repr__(self) -> str:  # a password never reaches a log
        return f"Relay({self.name})"


def parse_relay(url: str) -> Relay:
    """Return the relay behind `smtp[+tls|+ssl]://user:password@host:port?weight=2` or `mx://`; raise BadRelay."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadRelay(LOOKS) from None
    tls = SCHEMES.get(parts.scheme)
    direct = parts.scheme == "mx"
    if tls is None or bool(parts.hostname) is direct or (direct and parts.username):
        raise BadRelay(LOOKS)
    try:
        port = parts.port or PORTS[tls]
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        weight = int(query.get("weight", "1"))
    except ValueError:
        # from None: urllib repeats what it could not read, and that may be a piece of the password
        raise BadRelay(
            "In EMAIL_URL the port and the weight are numbers; signs like / in a password are written as %2F"
        ) from None
    if query.get("pace", "mx") != "mx":
        raise BadRelay("In EMAIL_URL pace= knows one word: mx, for a Postfix of your own")
    return Relay(
        host=parts.hostname or "",
        port=port,
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        weight=max(1, weight),
        by_operator=direct or "pace" in query,
    )
