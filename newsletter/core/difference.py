"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_PIECE = re.compile(r"\s+|[\w’']+|.")


class Fate(StrEnum):
    KEPT = "kept"
    LEFT = "left"
    CAME = "came"


@dataclass(frozen=True)
class Piece:
    """Some words in a row that share a fate."""

    fate: Fate
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing said before and after: what it is about, and the two sides in pieces."""

    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def compare(label: str, before: str, after: str) -> Difference | None:
    """Return how the two texts differ, their sides complete; None where they say the same."""
    if before == after:
        return None
    pieces = tuple(_pieces(before, after))
    return Difference(
        label,
        tuple(piece for piece in pieces if piece.fate is not Fate.CAME),
        tuple(piece for piece in pieces if piece.fate is not Fate.LEFT),
    )


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(Fate.KEPT, "".join(old[i1:i2]))
            continue
        if i2 > i1:
            yield Piece(Fate.LEFT, "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece(Fate.CAME, "".join(new[j1:j2]))
