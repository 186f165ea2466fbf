"""MessageTemplate: a mail compiled once into bytes with holes, filled for each reader by joining bytes."""

import hashlib
import html as html_module
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from newsletter.core import quoted
from newsletter.core.headers import Address, address_value, message_id_value, plain_value, text_value
from newsletter.core.holes import LEAVER, UNSUBSCRIBE, Hole, Kind, given, split

# Values that only the headers ask for; the body asks for whatever its holes are called.
TO_ADDRESS = "to_address"
TO_NAME = "to_name"
DATE = "date"
MESSAGE_ID = "message_id"

_LONG = 2_048  # copying less costs less than another piece
_OURS = frozenset({"from", "to", "subject", "date", "message-id", "mime-version", "reply-to"})
# "=_" cannot occur in quoted-printable, so no text can ever contain the boundary
BOUNDARY = "=_garrigue_alternative"
_PART = f"--{BOUNDARY}\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


class Context(StrEnum):
    """Where a slot stands, which decides how its value is written."""

    TO = "to"
    SUBJECT = "subject"
    DATE = "date"
    MESSAGE_ID = "message_id"
    URL = "url"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True)
class Slot:
    """A place in the bytes: its context, and the words and holes that make its value."""

    context: Context
    pieces: tuple[str | Hole, ...] = ()

    def encode(self, values: Mapping[str, str]) -> bytes:
        """Return the value for one reader, escaped for where it stands."""
        if self.context in _BODY:
            return _bodies(self.text(values))[_BODY[self.context]]
        return _HEADERS[self.context](self, values).encode("ascii")

    def text(self, values: Mapping[str, str]) -> str:
        """Return the value before it is escaped."""
        return "".join([piece if isinstance(piece, str) else piece.text(values) for piece in self.pieces])

    @property
    def said(self) -> Callable[[Mapping[str, str]], str]:
        """What makes the text: most slots are one hole and nothing else."""
        first, *more = self.pieces
        return self.text if more or isinstance(first, str) else first.text


def _to(slot: Slot, values: Mapping[str, str]) -> str:
    return address_value(TO_ADDRESS, Address(given(TO_ADDRESS, values), values.get(TO_NAME, "")))


def _subject(slot: Slot, values: Mapping[str, str]) -> str:
    return text_value("subject", slot.text(values).strip())


def _date(slot: Slot, values: Mapping[str, str]) -> str:
    return _plain(DATE, given(DATE, values))


def _message_id(slot: Slot, values: Mapping[str, str]) -> str:
    return message_id_value(MESSAGE_ID, given(MESSAGE_ID, values))


# A date is the same for all readers of its second.
_plain = lru_cache(maxsize=4)(plain_value)
_HEADERS: dict[Context, Callable[[Slot, Mapping[str, str]], str]] = {
    Context.TO: _to,
    Context.SUBJECT: _subject,
    Context.DATE: _date,
    Context.MESSAGE_ID: _message_id,
    Context.URL: Slot.text,
}
# Which of `_bodies` stands where.
_BODY = {Context.TEXT: 0, Context.HTML: 1}


@lru_cache(maxsize=256)
def _bodies(text: str) -> tuple[bytes, bytes]:
    """Return a value as it stands in text and in HTML: often the same, and often what the reader before had."""
    escaped = html_module.escape(text)
    plain = quoted.encode_value(text)
    return plain, plain if escaped == text else quoted.encode_value(escaped)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to fill a template: headers one by one, what the bodies say once for text and HTML together."""

    parts: list[bytes]
    runs: list[slice]  # what is joined; one part alone is not copied
    order: list[int]
    headers: list[tuple[Callable[[Slot, Mapping[str, str]], str], Slot]]
    texts: list[Callable[[Mapping[str, str]], str]]
    bodies: list[tuple[int, int]]


@dataclass(frozen=True)
class MessageTemplate:
    """A whole message as literal bytes with a slot between each two of them."""

    literals: tuple[bytes, ...]
    slots: tuple[Slot, ...]
    order: tuple[int, ...]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the message for one reader, ready for the wire; a value unfit for its hole is a BadValue."""
        return b"".join(self.pieces(values))

    def pieces(self, values: Mapping[str, str]) -> list[bytes]:
        """Return the same as pieces to be laid end to end: what all readers have in common is copied for none."""
        plan = self._plan
        said = [_bodies(text(values)) for text in plan.texts]
        filled = [header(slot, values).encode("ascii") for header, slot in plan.headers]
        filled += [said[hole][which] for hole, which in plan.bodies]
        parts = plan.parts.copy()
        parts[1::2] = [filled[index] for index in plan.order]
        return [b"".join(parts[run]) for run in plan.runs]

    @cached_property
    def _plan(self) -> "_Plan":
        """What is the same for every reader, worked out once."""
        headers = [slot for slot in self.slots if slot.context not in _BODY]
        bodies = [slot for slot in self.slots if slot.context in _BODY]
        texts = {slot.pieces: slot.said for slot in bodies}
        numbers = {pieces: number for number, pieces in enumerate(texts)}
        at = {slot: number for number, slot in enumerate(headers + bodies)}
        parts = [b""] * (2 * len(self.order) + 1)
        parts[::2] = self.literals
        return _Plan(
            parts,
            _runs(parts),
            [at[self.slots[index]] for index in self.order],
            [(_HEADERS[slot.context], slot) for slot in headers],
            list(texts.values()),
            [(numbers[slot.pieces], _BODY[slot.context]) for slot in bodies],
        )

    @property
    def fields(self) -> frozenset[str]:
        """The names that `fill` asks for."""
        named = {piece.name for slot in self.slots for piece in slot.pieces if isinstance(piece, Hole)}
        return frozenset(named | {TO_ADDRESS, DATE, MESSAGE_ID})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the stored form: the same mail has the same digest."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the form in which a template is stored."""
        stored = {
            "version": 1,
            "literals": [literal.decode("ascii") for literal in self.literals],
            "slots": [[slot.context.value, [_stored(piece) for piece in slot.pieces]] for slot in self.slots],
            "order": self.order,
        }
        return json.dumps(stored, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_bytes(cls, stored: bytes) -> "MessageTemplate":
        """Return the template that `to_bytes` stored."""
        read = json.loads(stored)
        if read.get("version") != 1:
            raise ValueError(f"a message template of version {read.get('version')} cannot be read")
        return cls(
            literals=tuple(literal.encode("ascii") for literal in read["literals"]),
            slots=tuple(
                Slot(Context(context), tuple(_read(piece) for piece in pieces)) for context, pieces in read["slots"]
            ),
            order=tuple(read["order"]),
        )


def compile_message(
    *,
    html: str,
    text: str,
    subject: str,
    from_: Address,
    list_id: str,
    reply_to: Address | None = None,
    leave_by_mail: str = "",
    headers: Mapping[str, str] | None = None,
    holes: Mapping[str, Hole],
) -> MessageTemplate:
    """Return the template of a message whose html, text and subject bear the marks of these holes.

    Every message carries a one-click way out: `unsubscribe_url` is always among its fields. Where mail to the address
    `leave_by_mail` is read, that is a way out too, and `leaver` says in its subject who leaves.
    """
    ways: tuple[str | Hole, ...] = ("<", Hole(UNSUBSCRIBE, Kind.URL), ">")
    if leave_by_mail:
        address = address_value("leave_by_mail", Address(leave_by_mail)).replace("+", "%2B")
        ways = (*ways, f", <mailto:{address}?subject=leave%20", Hole(LEAVER), ">")
    bytes_ = _Builder()
    bytes_.header("From", address_value("from", from_))
    bytes_.header("To", Slot(Context.TO))
    pieces = split(subject, holes)
    if any(isinstance(piece, Hole) for piece in pieces):
        bytes_.header("Subject", Slot(Context.SUBJECT, tuple(pieces)))
    else:
        bytes_.header("Subject", text_value("subject", subject.strip()))
    bytes_.header("Date", Slot(Context.DATE))
    bytes_.header("Message-ID", Slot(Context.MESSAGE_ID))
    if reply_to:
        bytes_.header("Reply-To", address_value("reply_to", reply_to))
    bytes_.header("List-Id", plain_value("list_id", list_id))
    bytes_.header("List-Unsubscribe", Slot(Context.URL, ways))
    bytes_.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    for name, value in (headers or {}).items():
        if name.lower() in _OURS or name.lower().startswith(("content-", "list-")):
            raise ValueError(f"the engine writes {name} itself")
        bytes_.header(plain_value("header", name), text_value(name, value))
    bytes_.header("MIME-Version", "1.0")
    bytes_.header("Content-Type", f'multipart/alternative; boundary="{BOUNDARY}"')
    bytes_.literal("\r\n" + _PART % "plain")
    bytes_.body(text, Context.TEXT, holes)
    bytes_.literal("\r\n" + _PART % "html")
    bytes_.body(html, Context.HTML, holes)
    bytes_.literal(f"\r\n--{BOUNDARY}--\r\n")
    return bytes_.template()


def _runs(parts: Sequence[bytes]) -> list[slice]:
    """Return which neighbours are joined: all but the long ones, which are the same for every reader."""
    runs, start = [], 0
    for at, part in enumerate(parts):
        if len(part) >= _LONG:
            runs += [slice(start, at), slice(at, at + 1)] if start < at else [slice(at, at + 1)]
            start = at + 1
    return [*runs, slice(start, len(parts))] if start < len(parts) else runs


class _Builder:
    """Collects bytes and slots; equal slots are kept once, so a value is encoded once per reader."""

    def __init__(self) -> None:
        self._literals: list[bytes] = [b""]
        self._slots: dict[Slot, int] = {}
        self._order: list[int] = []

    def literal(self, ascii_text: str) -> None:
        self._literals[-1] += ascii_text.encode("ascii")

    def slot(self, slot: Slot) -> None:
        self._order.append(self._slots.setdefault(slot, len(self._slots)))
        self._literals.append(b"")

    def header(self, name: str, value: str | Slot) -> None:
        self.literal(f"{name}: ")
        if isinstance(value, Slot):
            self.slot(value)
        else:
            self.literal(value)
        self.literal("\r\n")

    def body(self, text: str, context: Context, holes: Mapping[str, Hole]) -> None:
        for piece in split(text.rstrip("\n") + "\n", holes):
            if isinstance(piece, Hole):
                self.slot(Slot(context, (piece,)))
            else:
                self._literals[-1] += quoted.encode(piece)

    def template(self) -> MessageTemplate:
        return MessageTemplate(tuple(self._literals), tuple(self._slots), tuple(self._order))


def _stored(piece: str | Hole) -> Any:
    return piece if isinstance(piece, str) else [piece.name, piece.kind.value, piece.before, piece.fallback]


def _read(piece: Any) -> str | Hole:
    if isinstance(piece, str):
        return piece
    name, kind, before, fallback = piece
    return Hole(name, Kind(kind), before, fallback)
