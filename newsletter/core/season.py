"""The year as a destination lives it: which feasts come next, and dates that are counted from them."""

import re
from datetime import date, timedelta

# After the 20th of December nobody plans their Christmas from a letter any more: it is about the next one.
LAST_CALL = timedelta(days=5)

COUNTED = re.compile(r"(today|feasts)\s*(?:([+-])\s*(\d{1,4}))?", re.IGNORECASE)


class BadDay(ValueError):
    """The words are neither a date nor a count of days from one."""


def next_feasts(today: date) -> date:
    """Return the next 25 December for which there is still time to send a letter."""
    christmas = date(today.year, 12, 25)
    return christmas if today <= christmas - LAST_CALL else date(today.year + 1, 12, 25)


def day(text: str, *, today: date) -> date:
    """Read `2026-12-24`, `feasts-20`, `feasts`, `feasts+12` or `today+3`; raise BadDay for anything else."""
    words = text.strip()
    counted = COUNTED.fullmatch(words)
    try:
        if counted is None:
            return date.fromisoformat(words)
        name, sign, days = counted.groups()
        start = today if name.lower() == "today" else next_feasts(today)
        return start + timedelta(days=int(f"{sign or '+'}{days or 0}"))
    except (ValueError, OverflowError):
        raise BadDay(text) from None


def this_season(first: date | None, last: date | None, *, today: date) -> tuple[date | None, date | None]:
    """Return the same days of the year at their next coming: as few years on as leave its last day ahead."""
    end = last or first
    if end is None or end >= today:
        return first, last
    years = today.year - end.year
    if years_on(end, years) < today:
        years += 1
    return first and years_on(first, years), last and years_on(last, years)


def years_on(day: date, years: int) -> date:
    """Return the same day of a later year; the 29th of February is met on the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
