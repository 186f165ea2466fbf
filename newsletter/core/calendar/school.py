"""The school holidays of the zones A, B and C; `data/calendar/README.md` says where their file comes from."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from newsletter.core.calendar.days import Span
from newsletter.core.calendar.zones import ZONES, SchoolZone


class Break(StrEnum):
    """Why the schools are closed."""

    AUTUMN = "autumn"
    CHRISTMAS = "christmas"
    WINTER = "winter"
    SPRING = "spring"
    ASCENSION = "ascension"
    SUMMER = "summer"


@dataclass(frozen=True)
class SchoolHoliday:
    """One break of one zone: from the first day without school to the last."""

    zone: SchoolZone
    of: Break
    span: Span


def read_school_holidays(path: Path) -> tuple[SchoolHoliday, ...]:
    """Return the breaks of the file, the earliest first; a bad line stops it, by its number."""
    found = []
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                span = Span(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
                if span.days < 1:
                    raise ValueError("runs backwards")
                found.append(SchoolHoliday(SchoolZone(row["zone"]), Break(row["break"]), span))
            except (KeyError, TypeError, ValueError) as wrong:
                raise ValueError(f"{path.name}, line {reader.line_num}: not a holiday ({wrong})") from wrong
    return tuple(sorted(found, key=lambda holiday: (holiday.span, holiday.zone)))


@dataclass(frozen=True)
class Together:
    """One break that several zones begin and end on the same days."""

    of: Break
    span: Span
    zones: tuple[SchoolZone, ...]


def together(holidays: Iterable[SchoolHoliday]) -> list[Together]:
    """Join the zones that leave and return together, the earliest first."""
    zones: dict[tuple[Span, Break], set[SchoolZone]] = {}
    for holiday in holidays:
        zones.setdefault((holiday.span, holiday.of), set()).add(holiday.zone)
    return [
        Together(of, span, tuple(zone for zone in ZONES if zone in leaving))
        for (span, of), leaving in sorted(zones.items())
    ]


def known_until(holidays: Iterable[SchoolHoliday]) -> date | None:
    """Return the last day that the table speaks of: after it, silence is not term time."""
    return max((holiday.span.last for holiday in holidays), default=None)
