"""The feasts of a place: given for one year, and how they come back in every other."""

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from newsletter.core.calendar.days import FIRST_YEAR, LAST_YEAR, Span, easter_of, year

LONGEST = 200  # days: the truffle season is the longest feast there is


class Returns(StrEnum):
    """How a feast comes back, once its days are known for one year."""

    ONCE = "once"
    DATES = "dates"  # on the same days each year: 24 December
    WEEKDAY = "weekday"  # on the same weekday of the month: the third Sunday of January
    EASTER = "easter"  # as many days from Easter: Whit Monday


@dataclass(frozen=True)
class Feast:
    """What a place celebrates, harvests or sells: its days in one year, and how they return."""

    title: str
    span: Span
    returns: Returns = Returns.ONCE
    place: str = ""
    note: str = ""
    key: str = ""  # of a feast that comes with the product
    usual: bool = False  # its days are the usual ones: to be confirmed each year
    proposes: bool = False  # worth an operation of its own
    within_km: int = 0


def in_year(feast: Feast, number: int) -> list[Span]:
    """Return when the feast is in this year: never, once, or twice for one that lasts over New Year's Day."""
    whole = year(number)
    return [span for span in (_begun_in(feast, n) for n in (number - 1, number)) if span and span.meets(whole)]


def in_years(feast: Feast, numbers: range) -> list[Span]:
    """Return each time the feast comes, in its order, without telling one over New Year's Day twice."""
    return sorted({span for number in numbers for span in in_year(feast, number)})


def _begun_in(feast: Feast, number: int) -> Span | None:
    first = feast.span.first
    if feast.returns is Returns.ONCE:
        return feast.span if first.year == number else None
    begins = {
        Returns.DATES: lambda: _same_date(first, number),
        Returns.WEEKDAY: lambda: _same_weekday(first, number),
        Returns.EASTER: lambda: easter_of(number) + (first - easter_of(first.year)),
    }[feast.returns]()
    if feast.returns is Returns.DATES:
        # the last day is a date of its own: a leap year between them moves neither
        return Span(begins, _same_date(feast.span.last, number + feast.span.last.year - first.year))
    return Span(begins, begins + timedelta(days=feast.span.days - 1))


def _same_date(day: date, number: int) -> date:
    return date(number, day.month, min(day.day, monthrange(number, day.month)[1]))


def _same_weekday(day: date, number: int) -> date:
    """Return the same Sunday (or Monday …) of the month; a fifth one is the last."""
    nth = (day.day - 1) // 7
    first = date(number, day.month, 1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + 7 * nth)
    return found if found.month == day.month else found - timedelta(days=7)


def why_not(span: Span) -> str:
    """Return why these days make no feast, as a code; nothing if they do."""
    if not (span.first.year >= FIRST_YEAR and span.last.year <= LAST_YEAR):
        return "century"
    if span.days < 1:
        return "backwards"
    return "too_long" if span.days > LONGEST else ""


def read_feasts(path: Path) -> tuple[Feast, ...]:
    """Return the feasts of a TOML file, in its order; one that makes no sense stops it, by its key."""
    found: dict[str, Feast] = {}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["feast"]:
        feast = _feast(path.name, row)
        if feast.key in found:
            raise ValueError(f"{path.name}: {feast.key} stands there twice")
        found[feast.key] = feast
    return tuple(found.values())


def _feast(name: str, row: dict[str, Any]) -> Feast:
    said = dict(row)
    try:
        first = said.pop("first_day")
        span = Span(first, said.pop("last_day", first))
        feast = Feast(span=span, returns=Returns(said.pop("returns")), **said)
        wrong = why_not(span) or ("" if feast.key and feast.title else "nameless")
    except (KeyError, TypeError, ValueError) as problem:
        wrong = str(problem)
    if wrong:
        raise ValueError(f"{name}: {row.get('key', '?')} is no feast ({wrong})")
    return feast
