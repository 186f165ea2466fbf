"""What partners are asked before a call opens: the brief cut into lines, and what may be said to each."""

import hashlib
from collections.abc import Iterator, Sequence
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
    """One line of the brief that a partner may remark on; its key changes with its words."""

    name: str
    text: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.name}\n{self.text}".encode()).hexdigest()[:16]


def lines(*, theme: str, brief: str, window: str, wanted: str, targets: Sequence[str]) -> list[Line]:
    """Return what partners read, line by line; empty lines are no lines."""
    told = [Line("theme", theme), *(Line("brief", text) for text in _paragraphs(brief)), Line("window", window)]
    told += [Line("wanted", wanted), *(Line("target", target) for target in targets)]
    found = {line.key: line for line in told if line.text.strip()}
    return list(found.values())


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        if paragraph.strip():
            yield paragraph.strip()
