"""A mail that came back, opened carefully: whoever wrote it may have meant harm, or written it badly.

Nothing is unpacked, nothing is believed to be in the charset it claims, and what cannot be parsed is still text.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

# A report quotes a letter of some 100 kB; what is longer is not read to its end.
MOST_BYTES = 1_000_000
MOST_PARTS = 60
MOST_LETTERS = 100_000
HEADER_LETTERS = 2_000
UNREADABLE = (MessageError, ValueError, LookupError, RecursionError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True)
class Opened:
    """What a mail says: its headers, its parts, and all of it as text where no part can be told from another."""

    head: "Message[str, str]"
    parts: tuple["Message[str, str]", ...]
    whole: str

    def header(self, name: str) -> str:
        return header(self.head, name)


def open_mail(raw: bytes) -> Opened:
    """Return a mail taken apart as far as it can be; never raises."""
    raw = raw[:MOST_BYTES]
    whole = raw.decode("latin-1").replace("\r\n", "\n")
    with suppress(*UNREADABLE):
        message = BytesParser().parsebytes(raw)
        return Opened(message, tuple(_walk(message)), whole)
    try:
        return Opened(BytesHeaderParser().parsebytes(raw[:HEADER_LETTERS]), (), whole)
    except UNREADABLE:
        return Opened(Message(), (), whole)


def header(message: "Message[str, str]", name: str) -> str:
    """Return a header decoded on one line, or as it is written; empty where there is none."""
    value = str(message.get(name) or "")[:HEADER_LETTERS]
    with suppress(*UNREADABLE):
        value = str(make_header(decode_header(value)))
    return re.sub(r"\s+", " ", value).strip()


def addresses(message: "Message[str, str]", *names: str) -> Iterator[str]:
    """Return whatever looks like an address in these headers."""
    for name in names:
        for value in (message.get_all(name) or [])[:20]:
            yield from ADDRESS.findall(str(value)[:HEADER_LETTERS])


ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]\\]{1,64}@[^\s<>\"',;:()\[\]\\]{1,255}")


def text_of(part: "Message[str, str]") -> str:
    """Return what a part says, in its charset or, where there is no such charset, byte by byte."""
    try:
        said = part.get_payload(decode=True)
    except UNREADABLE:
        return ""
    if not isinstance(said, bytes):
        return "\n".join(str(inner) for inner in _inner(part))[:MOST_LETTERS]
    said = said[:MOST_LETTERS]
    try:
        return said.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        return said.decode("latin-1")


def _inner(part: "Message[str, str]") -> list["Message[str, str]"]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _walk(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Every part, the outer first, without diving into a well that has no floor."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        waiting += _inner(part)
