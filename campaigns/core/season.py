"""The two halves of a destination's year: April to September, and the winter from October on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

# Fewer than these, and a median would tell what a neighbour's offer reached.
OFFERS, MEMBERS = 5, 3
NEAR = 0.1


class Half(StrEnum):
    SUMMER = "ete"
    WINTER = "hiver"


@dataclass(frozen=True, order=True)
class Season:
    """A half year; a winter is named by the year in which it begins."""

    year: int
    half: Half

    @property
    def first(self) -> date:
        return date(self.year, 4, 1) if self.half is Half.SUMMER else date(self.year, 10, 1)

    @property
    def last(self) -> date:
        return date(self.year, 9, 30) if self.half is Half.SUMMER else date(self.year + 1, 3, 31)

    @property
    def code(self) -> str:
        """Return how an address names it: `2026-hiver`."""
        return f"{self.year}-{self.half}"


def season_of(day: date) -> Season:
    """Return the season in which a day lies."""
    if 4 <= day.month <= 9:
        return Season(day.year, Half.SUMMER)
    return Season(day.year if day.month >= 10 else day.year - 1, Half.WINTER)


def read_season(code: str) -> Season | None:
    """Return the season that an address names; None for anything else."""
    found = re.fullmatch(r"(20\d\d)-(ete|hiver)", code)
    return Season(int(found[1]), Half(found[2])) if found else None


class Beside(StrEnum):
    """How an offer's readers stand beside the median of its trade."""

    ABOVE = "above"
    NEAR = "near"
    BELOW = "below"


def beside(readers: int, middle: int) -> Beside:
    """Return how so many readers compare; a tenth more or less is near."""
    if abs(readers - middle) <= middle * NEAR:
        return Beside.NEAR
    return Beside.ABOVE if readers > middle else Beside.BELOW


def middle_of(reached: Iterable[tuple[int, int]]) -> int | None:
    """Return the median readers of offers, given as (member, readers); None for too few offers or members."""
    found = list(reached)
    if len(found) < OFFERS or len({member for member, _readers in found}) < MEMBERS:
        return None
    return round(median(readers for _member, readers in found))
