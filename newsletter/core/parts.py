"""A MessageTemplate taken apart again: text and HTML instead of bytes, for providers’ HTTP interfaces."""

import html as html_module
import quopri
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import decode_header, make_header

from newsletter.core.headers import Address
from newsletter.core.message import BOUNDARY, Context, MessageTemplate, Slot

Pieces = tuple[str | Slot, ...]


@dataclass(frozen=True)
class Parts:
    """What a message says: words, and slots for what differs from reader to reader."""

    headers: Mapping[str, Pieces]
    text: Pieces
    html: Pieces

    def header(self, name: str) -> str:
        """Return a header that is the same for all readers, decoded; empty where there is none."""
        return _decoded("".join(piece for piece in self.headers.get(name, ()) if isinstance(piece, str)))

    @property
    def subject(self) -> Pieces:
        """The subject, decoded."""
        return self._decoded_words("Subject")

    def address(self, name: str) -> Address | None:
        """Return the mailbox that From or Reply-To names."""
        written = "".join(str(piece) for piece in self.headers.get(name, ()))
        if not written:
            return None
        phrase, bracket, email = written.rpartition("<")
        if not bracket:
            return Address(email.strip())
        return Address(email.removesuffix(">"), _decoded(phrase.strip()))

    def _decoded_words(self, name: str) -> Pieces:
        pieces = self.headers.get(name, ())
        return tuple(_decoded(piece) if isinstance(piece, str) else piece for piece in pieces)


def plain(slot: Slot, values: Mapping[str, str]) -> str:
    """Return the value of a slot as a reader sees it: escaped in HTML, and nothing else; raise BadValue."""
    text = slot.text(values)
    if slot.context is Context.SUBJECT:
        return text.strip()
    return html_module.escape(text) if slot.context is Context.HTML else text


def written(pieces: Pieces, values: Mapping[str, str]) -> str:
    """Return the pieces with their slots filled for one reader; raise BadValue."""
    return "".join(piece if isinstance(piece, str) else plain(piece, values) for piece in pieces)


def take_apart(template: MessageTemplate) -> Parts:
    """Return what was compiled: the same words, the same slots."""
    head, text, html = _sections(template)
    return Parts(headers=dict(_fields(head)), text=_unquoted(text), html=_unquoted(html))


def _sections(template: MessageTemplate) -> list[list[bytes | Slot]]:
    """Cut at the boundary, which occurs in no encoded text."""
    mark = f"--{BOUNDARY}".encode("ascii")
    sections: list[list[bytes | Slot]] = [[]]
    for index, literal in enumerate(template.literals):
        first, *others = literal.split(mark)
        sections[-1].append(first)
        for other in others:
            # A part begins after its own headers; the line end before a boundary belongs to the boundary.
            sections[-1][-1] = _without_line_end(sections[-1][-1])
            sections.append([other.partition(b"\r\n\r\n")[2]])
        if index < len(template.order):
            sections[-1].append(template.slots[template.order[index]])
    # The boundary also stands in Content-Type, within quotes and without its dashes; the last one ends the message.
    return sections[:3]


def _without_line_end(piece: bytes | Slot) -> bytes | Slot:
    return piece.removesuffix(b"\r\n") if isinstance(piece, bytes) else piece


def _fields(head: list[bytes | Slot]) -> list[tuple[str, Pieces]]:
    fields: list[tuple[str, list[str | Slot]]] = []
    for piece in head:
        if isinstance(piece, Slot):
            fields[-1][1].append(piece)
            continue
        lines = piece.decode("ascii").replace("\r\n ", " ").split("\r\n")
        if fields and lines[0]:
            fields[-1][1].append(lines[0])
        for line in lines if not fields else lines[1:]:
            if line:
                name, _, value = line.partition(": ")
                fields.append((name, [value] if value else []))
    return [(name, tuple(pieces)) for name, pieces in fields]


def _unquoted(pieces: list[bytes | Slot]) -> Pieces:
    """Decode each literal by itself: every one begins and ends at the end of a line."""
    read = [piece if isinstance(piece, Slot) else quopri.decodestring(piece).decode("utf-8") for piece in pieces]
    return tuple(piece.replace("\r\n", "\n") if isinstance(piece, str) else piece for piece in read if piece)


def _decoded(words: str) -> str:
    return str(make_header(decode_header(words)))
