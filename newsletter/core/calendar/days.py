"""Days, and stretches of them: Easter, public holidays, and on which days people are at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from dateutil.easter import easter

ONE_DAY = timedelta(days=1)
# What the calendar speaks of: before and after, the tables of feasts and holidays say nothing.
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Between the years nobody answers a call, though some of these days are working days.
BETWEEN_THE_YEARS = {(12, day) for day in range(24, 32)} | {(1, 1), (1, 2)}


@dataclass(frozen=True, order=True)
class Span:
    """From the first to the last day, both of them counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

    def meets(self, other: "Span") -> bool:
        return self.first <= other.last and other.first <= self.last


def year(number: int) -> Span:
    """Return the whole year."""
    return Span(date(number, 1, 1), date(number, 12, 31))


def easter_of(number: int) -> date:
    """Return Easter Sunday, from which half of the feasts are counted."""
    found: date = easter(number)
    return found


@lru_cache(maxsize=64)
def public_holidays(number: int, language: str = "fr") -> dict[date, str]:
    """Return the days of a year on which France does not work, with their names."""
    said = "fr" if language.startswith("fr") else "en_US"
    found = holidays.country_holidays("FR", years=number, language=said)
    return {day: name.replace("'", "’") for day, name in sorted(found.items())}


def is_working(day: date) -> bool:
    """Return whether people are at work: no weekend, no public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def can_end_a_call(day: date) -> bool:
    """Return whether a call for offers may close on this day, with someone there to answer it."""
    return is_working(day) and (day.month, day.day) not in BETWEEN_THE_YEARS


def long_weekend(day: date) -> Span | None:
    """Return the days off around a public holiday that falls beside a weekend, or one working day from it."""
    begin = end = day
    if day.weekday() in (1, 3):  # a Tuesday or a Thursday is bridged
        bridge = day - ONE_DAY if day.weekday() == 1 else day + ONE_DAY
        begin, end = min(begin, bridge), max(end, bridge)
    while not is_working(begin - ONE_DAY):
        begin -= ONE_DAY
    while not is_working(end + ONE_DAY):
        end += ONE_DAY
    return Span(begin, end) if (end - begin).days >= 2 else None
