"""How providers write merge fields, and how our words keep clear of them.

A provider reads the whole text for its own syntax, member text included. So whatever could begin a field is itself
sent as a field whose value is that character: values are put in once and not read again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsletter.core.message import Slot
from newsletter.core.parts import Parts, Pieces, plain

# A brace before what makes it a tag, at the end of a piece where a field may follow, or right after a field.
_BRACES = r"\{(?=[{%#]|\Z)|\A\}"


@dataclass(frozen=True)
class Dialect:
    """The merge syntax of one provider; the field prints its value as it is, without escaping."""

    before: str
    after: str
    special: re.Pattern[str]
    start: str = ""
    end: str = ""

    def field(self, name: str) -> str:
        return f"{self.before}{name}{self.after}"


# Brevo escapes values in HTML unless it is told not to; ours are escaped already.
BREVO = Dialect("{{params.", "}}", re.compile(_BRACES), "{% autoescape off %}", "{% endautoescape %}")
# A bracket may itself become a field, which begins with braces.
MAILJET = Dialect("{{var:", "}}", re.compile(_BRACES + r"|\{(?=\[)|\[(?=\[|\Z)"))
# A percent sign after a digit is a measure of CSS, unless a word follows; any other could open or close a field.
MAILGUN = Dialect("%recipient.", "%", re.compile(r"(?<!\d)%|%(?=[\w%]|\Z)"))
# Three braces: printed as it is.
SPARKPOST = Dialect("{{{", "}}}", re.compile(_BRACES))


@dataclass(frozen=True)
class Mould:
    """A message in a provider's words: three texts with merge fields, and what each field stands for."""

    subject: str
    text: str
    html: str
    slots: Mapping[str, Slot]
    literals: Mapping[str, str]

    def values(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return what the merge fields are for one reader; raise BadValue."""
        return {**self.literals, **{name: plain(slot, values) for name, slot in self.slots.items()}}


def cast(parts: Parts, dialect: Dialect) -> Mould:
    """Return the message with this provider's merge fields in place of its slots."""
    writer = _Writer(dialect)
    return Mould(
        subject=writer.write(parts.subject),
        text=writer.write(parts.text),
        html=writer.write(parts.html),
        slots={name: slot for slot, name in writer.slots.items()},
        literals={name: character for character, name in writer.literals.items()},
    )


class _Writer:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.slots: dict[Slot, str] = {}
        self.literals: dict[str, str] = {}

    def write(self, pieces: Pieces) -> str:
        body = "".join(
            self._field(piece) if isinstance(piece, Slot) else self._clear(piece) for piece in _joined(pieces)
        )
        return f"{self.dialect.start}{body}{self.dialect.end}"

    def _field(self, slot: Slot) -> str:
        return self.dialect.field(self.slots.setdefault(slot, "s" + _letters(len(self.slots))))

    def _clear(self, text: str) -> str:
        return self.dialect.special.sub(lambda found: self._literal(found.group()), text)

    def _literal(self, character: str) -> str:
        return self.dialect.field(self.literals.setdefault(character, "c" + _letters(len(self.literals))))


def _joined(pieces: Iterable[str | Slot]) -> list[str | Slot]:
    """Lay neighbouring words together: what begins a field may stand across two pieces."""
    joined: list[str | Slot] = []
    for piece in pieces:
        if joined and isinstance(piece, str) and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _letters(number: int) -> str:
    """Letters only: a digit before a percent sign reads as a measure."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)
