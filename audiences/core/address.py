"""One person, one spelling: what people type, what we store, what we send to, and what makes them one."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import idna

LOCAL_OCTETS = 64
DOMAIN_OCTETS = 255
# RFC 5321 atoms; anything beyond ASCII is RFC 6531's, less what cannot be seen.
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+")
# An address as nearly all are: nothing in it needs a closer look but its domain.
_USUAL = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
# What a paste brings along at the ends.
_EDGES = " \t\r\n\u00a0\u202f"


class AddressFault(StrEnum):
    EMPTY = "empty"
    NO_AT = "no_at"
    SPACE = "space"
    CONTROL = "control"
    LOCAL = "local"
    LOCAL_LONG = "local_long"
    QUOTED = "quoted"
    DOMAIN = "domain"
    DOMAIN_LONG = "domain_long"
    LITERAL = "literal"
    SINGLE_LABEL = "single_label"


class BadAddress(ValueError):
    """No address that we could write to; the code says why."""

    def __init__(self, code: AddressFault) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True)
class Address:
    """The local part as typed, the domain as the wire wants it, and the whole as people read it."""

    local: str
    domain_ascii: str
    shown: str

    @property
    def sent(self) -> str:
        """What stands in an envelope: the domain as A-labels."""
        return f"{self.local}@{self.domain_ascii}"


def parse(text: str) -> Address:
    """Return the address in a text; raise BadAddress with the reason for anything we would not write to."""
    text = text.strip(_EDGES)
    usual = _USUAL.fullmatch(text)
    if usual and len(usual[1]) <= LOCAL_OCTETS:
        domain_ascii, readable = _domain(usual[2])
        return Address(usual[1], domain_ascii, f"{usual[1]}@{readable}")
    text = unicodedata.normalize("NFC", text)
    if not text:
        raise BadAddress(AddressFault.EMPTY)
    if text.startswith('"'):
        raise BadAddress(AddressFault.QUOTED)
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "Z":
            raise BadAddress(AddressFault.SPACE)
        if category[0] == "C":  # control, format, surrogate, unassigned: nobody can see what they do
            raise BadAddress(AddressFault.CONTROL)
    local, at, domain = text.partition("@")
    if not at or "@" in domain or not local or not domain:
        raise BadAddress(AddressFault.NO_AT)
    _check_local(local)
    domain_ascii, readable = _domain(domain)
    return Address(local, domain_ascii, f"{local}@{readable}")


def canonical(address: Address) -> str:
    """Return the one spelling by which two spellings are the same person: case is nobody's identity."""
    local = address.local.lower()
    return f"{local if local.isascii() else unicodedata.normalize('NFC', local)}@{address.domain_ascii}"


def address_key(spelling: str, pepper: bytes) -> bytes:
    """Return the keyed hash that names this person where their address must not stand (DUTIES, Keys)."""
    return hmac.digest(pepper, spelling.encode(), hashlib.sha256)


def mask(shown: str) -> str:
    """Return an address for a page that anyone with the link may see: `j•••@o•••.fr`."""
    local, _, domain = shown.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{ending}"


def sendable(shown: str) -> str:
    """Return a stored address as an envelope wants it; only readable international domains differ."""
    return shown if shown.isascii() else parse(shown).sent


def _check_local(local: str) -> None:
    if len(local.encode()) > LOCAL_OCTETS:
        raise BadAddress(AddressFault.LOCAL_LONG)
    if '"' in local or "\\" in local:
        raise BadAddress(AddressFault.QUOTED)
    if not all(_ATOM.fullmatch(atom) for atom in local.split(".")):
        raise BadAddress(AddressFault.LOCAL)


@lru_cache(maxsize=4096)
def _domain(domain: str) -> tuple[str, str]:
    """Return a domain as A-labels and as people read it."""
    if domain.startswith("["):
        raise BadAddress(AddressFault.LITERAL)
    if len(domain.encode()) > 4 * DOMAIN_OCTETS:
        raise BadAddress(AddressFault.DOMAIN_LONG)
    try:
        ascii_form = idna.encode(domain, uts46=True).decode().lower()
        readable = idna.decode(ascii_form)
    except idna.IDNAError as error:
        fault = AddressFault.DOMAIN_LONG if "too long" in str(error) else AddressFault.DOMAIN
        raise BadAddress(fault) from None
    if len(ascii_form) > DOMAIN_OCTETS:
        raise BadAddress(AddressFault.DOMAIN_LONG)
    if "." not in ascii_form.rstrip("."):
        raise BadAddress(AddressFault.SINGLE_LABEL)
    ending = ascii_form.rpartition(".")[2]
    # An empty ending is a trailing dot; a number is an IP address in plain clothes.
    if not ending or ending.isdigit():
        raise BadAddress(AddressFault.LITERAL if ending else AddressFault.DOMAIN)
    return ascii_form, readable
