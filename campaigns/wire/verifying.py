"""The DKIM signatures of a mail that arrived, verified by dkimpy against the keys that their domains publish."""

import logging
from collections.abc import Callable
from contextlib import suppress

import dkim

from campaigns.core.arrival import Signed, Verdict
from campaigns.core.dkim import split
from newsletter.exchangers import Unanswered, text

# Relays add one each; whoever writes more of them wants us to ask for ever.
MOST = 5
_SILENT = logging.getLogger("campaigns.dkim")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
# What hostile bytes make dkimpy raise.
_BROKEN = (dkim.DKIMException, ValueError, KeyError, IndexError, TypeError, AttributeError)
Ask = Callable[[str], bytes | None]


def signatures(raw: bytes, ask: Ask = text) -> tuple[Signed, ...]:
    """Return what became of each signature; nothing that a mail contains makes this raise. Asks the DNS."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    try:
        fields, _ = split(head)
    except UnicodeError:
        fields = []
    written = [value for name, value in fields if name == "dkim-signature"][:MOST]
    return tuple(_signed(raw, index, _tags(value), ask) for index, value in enumerate(written))


def _signed(raw: bytes, index: int, tags: dict[str, str], ask: Ask) -> Signed:
    domain = tags.get("d", "")[:255].lower()
    names = frozenset(name.strip().lower() for name in tags.get("h", "").split(":"))
    return Signed(domain, _verdict(raw, index, ask), names)


def _verdict(raw: bytes, index: int, ask: Ask) -> Verdict:
    published = [True]

    def answer(name: bytes | str, timeout: float = 0) -> bytes | None:
        said = ask(name.decode("ascii") if isinstance(name, bytes) else name)
        published[0] = said is not None
        return said

    try:
        valid = dkim.DKIM(raw, logger=_SILENT).verify(idx=index, dnsfunc=answer)
    except Unanswered:
        return Verdict.UNANSWERED
    except _BROKEN:
        valid = False
    if valid:
        return Verdict.VALID
    return Verdict.BROKEN if published[0] else Verdict.NO_KEY


def _tags(value: bytes) -> dict[str, str]:
    """Return what a signature says, b= and bh= left as they are."""
    found: dict[str, str] = {}
    for tag in value.decode("latin-1").split(";")[:40]:
        with suppress(ValueError):
            name, said = tag.split("=", 1)
            found["".join(name.split())] = "".join(said.split())
    return found
