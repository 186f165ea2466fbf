"""What partners are asked before a call opens: the brief cut into lines, and what may be said to each."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Opinion(StrEnum):
    AGREE = "agree"
    RESERVE = "reserve"
    AGAINST = "against"


class PartnerKind(StrEnum):
    TOURIST_OFFICE = "tourist_office"
    TOWN = "town"
    PARK = "park"
    FESTIVAL = "festival"
    MARKETS = "markets"
    OTHER = "other"


class DestinationKind(StrEnum):
    """What a partner tells of the destination itself."""

    AGENDA = "agenda"
    MARKET = "market"
    NATIVITY = "nativity"


@dataclass(frozen=True)
class Line:
    """One line of an operation that a partner may remark on.

    Its key changes with what it says, not with the language that it is said in: `of` is what it says without words.
    """

    name: str
    text: str
    of: str = ""

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.name}\n{self.of or self.text}".encode()).hexdigest()[:16]


def lines(theme: str, brief: str, facts: Iterable[Line] = ()) -> list[Line]:
    """Return what partners read, line by line, each once; empty lines are no lines."""
    paragraphs = (Line("brief", text.strip()) for text in brief.splitlines() if text.strip())
    found = {line.key: line for line in (Line("theme", theme), *paragraphs, *facts)}
    return list(found.values())
