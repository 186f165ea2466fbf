"""A year on one page holds each of its days once, and each thing where it begins."""

from datetime import date

import pytest
from django.conf import settings

from newsletter.core.calendar.days import Span
from newsletter.core.calendar.school import read_school_holidays
from newsletter.core.calendar.year import Entry, Kind, lay_out

HOLIDAYS = read_school_holidays(settings.BASE_DIR / "data" / "calendar" / "school_holidays.csv")


@pytest.mark.parametrize(("number", "days"), [(2027, 365), (2028, 366), (2000, 366), (2100, 365)])
def test_every_day_is_there_once_under_its_weekday(number: int, days: int) -> None:
    months = lay_out(number, HOLIDAYS, [], "fr")
    found = [day.on for month in months for week in month.weeks for day in week if day]

    assert found == sorted(set(found))
    assert len(found) == days
    for month in months:
        for week in month.weeks:
            assert [place for place, day in enumerate(week) if day] == [day.on.weekday() for day in week if day]


def test_three_bands_run_through_february() -> None:
    days = {day.on: day for week in lay_out(2027, HOLIDAYS, [], "fr")[1].weeks for day in week if day}

    assert [days[date(2027, 2, n)].zones for n in (5, 6, 13, 20, 22)] == ["", "c", "ac", "abc", "ab"]


def test_a_thing_is_listed_where_it_begins_and_january_tells_what_the_old_year_left() -> None:
    season = Entry(Kind.FEAST, "Truffes", Span(date(2026, 11, 20), date(2027, 3, 14)))
    fair = Entry(Kind.FEAST, "Foire", Span(date(2027, 4, 30), date(2027, 5, 2)))
    past = Entry(Kind.FEAST, "Passée", Span(date(2025, 4, 30), date(2025, 5, 2)))

    months = lay_out(2027, (), [season, fair, past], "fr")

    assert [n for n, month in enumerate(months, 1) if season in month.entries] == [1]
    assert [n for n, month in enumerate(months, 1) if fair in month.entries] == [4]
    assert not any(past in month.entries for month in months)


def test_short_things_are_marked_on_each_of_their_days_and_long_ones_on_the_first() -> None:
    fair = Entry(Kind.FEAST, "Foire", Span(date(2027, 4, 29), date(2027, 5, 2)))
    season = Entry(Kind.FEAST, "Olives", Span(date(2027, 11, 3), date(2027, 12, 20)))
    letter = Entry(Kind.EDITION, "Lettre", Span(date(2027, 11, 3), date(2027, 11, 3)))

    marked = {
        day.on: day.marks
        for month in lay_out(2027, (), [fair, season, letter], "fr")
        for week in month.weeks
        for day in week
        if day and day.marks and day.marks != (Kind.PUBLIC,)
    }

    assert marked == {
        date(2027, 4, 29): (Kind.FEAST,),
        date(2027, 4, 30): (Kind.FEAST,),
        date(2027, 5, 1): (Kind.PUBLIC, Kind.FEAST),
        date(2027, 5, 2): (Kind.FEAST,),
        date(2027, 11, 3): (Kind.EDITION, Kind.FEAST),
    }
