"""A year on one page: twelve months of weeks of days, each day with the little that is drawn on it."""

from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from newsletter.core.calendar import days
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.school import SchoolHoliday, together


class Kind(StrEnum):
    """What an entry of the year is."""

    PUBLIC = "public"
    SCHOOL = "school"
    FEAST = "feast"
    OPERATION = "operation"
    EDITION = "edition"


ORDER = (Kind.PUBLIC, Kind.OPERATION, Kind.EDITION, Kind.FEAST, Kind.SCHOOL)


@dataclass(frozen=True)
class Entry:
    """One thing that happens: listed in the month that it begins in, marked on its days."""

    kind: Kind
    title: str
    span: Span
    place: str = ""
    path: str = ""  # where to open it
    zones: str = ""  # of school holidays: "abc"
    usual: bool = False
    ours: bool = False  # its title is a word of the house, which has a translation


@dataclass(frozen=True)
class Day:
    """One day: its school zones on holiday, and what is marked on it."""

    on: date
    zones: str
    marks: tuple[Kind, ...]

    @property
    def is_off(self) -> bool:
        return Kind.PUBLIC in self.marks


@dataclass(frozen=True)
class Month:
    """A month as whole weeks from Monday; a day of its neighbours is None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    entries: tuple[Entry, ...]


def lay_out(number: int, holidays: Sequence[SchoolHoliday], entries: Iterable[Entry], language: str) -> list[Month]:
    """Return the twelve months; public and school holidays are added to what is given."""
    whole = days.year(number)
    all_entries = [
        *(Entry(Kind.PUBLIC, name, Span(day, day)) for day, name in days.public_holidays(number, language).items()),
        *(
            Entry(Kind.SCHOOL, leaving.of.value, leaving.span, zones="".join(leaving.zones), ours=True)
            for leaving in together(holidays)
            if leaving.span.meets(whole)
        ),
        *(entry for entry in entries if entry.span.meets(whole)),
    ]
    zones, marks = _drawn(whole, all_entries)
    months = []
    for month in range(1, 13):
        first = date(number, month, 1)
        weeks = tuple(
            tuple(
                Day(day, zones.get(day, ""), marks.get(day, ())) if day.month == month and day.year == number else None
                for day in week
            )
            for week in Calendar().monthdatescalendar(number, month)
        )
        months.append(Month(first, weeks, tuple(sorted(_listed(all_entries, first), key=_order))))
    return months


def _drawn(whole: Span, entries: Sequence[Entry]) -> tuple[dict[date, str], dict[date, tuple[Kind, ...]]]:
    zones: dict[date, str] = {}
    marks: dict[date, tuple[Kind, ...]] = {}
    for entry in entries:
        # what lasts a season is told in the list: a dot on each of its days would say nothing
        spread = entry.span.days <= 10
        for day in entry.span if entry.kind is Kind.SCHOOL or spread else (entry.span.first,):
            if day not in whole:
                continue
            if entry.kind is Kind.SCHOOL:
                zones[day] = "".join(sorted({*zones.get(day, ""), *entry.zones}))
            else:
                found = {*marks.get(day, ()), entry.kind}
                marks[day] = tuple(kind for kind in ORDER if kind in found)
    return zones, marks


def _listed(entries: Sequence[Entry], first: date) -> list[Entry]:
    """Return what begins in this month; January also tells what the old year hands over."""
    return [
        entry
        for entry in entries
        if (entry.span.first.year, entry.span.first.month) == (first.year, first.month)
        or (first.month == 1 and entry.span.first < first)
    ]


def _order(entry: Entry) -> tuple[date, int, str]:
    return entry.span.first, ORDER.index(entry.kind), entry.title
