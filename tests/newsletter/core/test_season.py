"""The feasts come back every year, and a letter about them must never come too late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core import season

FIVE_DAYS = {
    date(2026, 12, 20): date(2026, 12, 25),
    date(2026, 12, 31): date(2027, 12, 25),
    date(2027, 1, 2): date(2027, 12, 25),
    date(2027, 7, 15): date(2027, 12, 25),
    date(2028, 2, 29): date(2028, 12, 25),
}


@pytest.mark.parametrize(("today", "feasts"), FIVE_DAYS.items())
def test_the_next_feasts_are_those_a_letter_can_still_reach(today: date, feasts: date) -> None:
    assert season.next_feasts(today) == feasts


def test_from_the_twenty_first_of_december_a_letter_is_about_the_next_year() -> None:
    assert season.next_feasts(date(2026, 12, 21)) == date(2027, 12, 25)
    assert season.next_feasts(date(2026, 12, 25)) == date(2027, 12, 25)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("feasts", date(2026, 12, 25)),
        ("feasts-20", date(2026, 12, 5)),
        ("feasts+12", date(2027, 1, 6)),
        ("today", date(2026, 11, 23)),
        ("today+3", date(2026, 11, 26)),
        ("today - 400", date(2025, 10, 19)),
        (" Feasts -1 ", date(2026, 12, 24)),
        ("2026-12-06", date(2026, 12, 6)),
        ("2028-02-29", date(2028, 2, 29)),
    ],
)
def test_a_day_is_counted_from_today_or_from_the_feasts_or_plainly_written(words: str, meant: date) -> None:
    assert season.day(words, today=date(2026, 11, 23)) == meant


@pytest.mark.parametrize(
    "words", ["", "demain", "24/12/2026", "2027-02-29", "feasts+", "feasts+3 days", "easter-2", "today+99999"]
)
def test_what_is_no_day_is_refused(words: str) -> None:
    with pytest.raises(season.BadDay):
        season.day(words, today=date(2026, 11, 23))


DAYS = st.dates(min_value=date(1926, 1, 1), max_value=date(2126, 12, 31))


@given(DAYS, st.integers(0, 400), DAYS)
def test_last_years_days_come_back_on_the_same_days_of_the_year(first: date, long: int, today: date) -> None:
    last = first + timedelta(days=long)
    start, end = season.this_season(first, last, today=today)

    assert start is not None
    assert end is not None
    assert end >= today
    assert start <= end
    assert abs((end - start).days - long) <= 1, "a leap day more or less"
    assert (end.month, end.day) in {(last.month, last.day), (2, 28)}
    # and not a year later than need be
    assert end == last or season.years_on(end, -1) < today or (end.month, end.day) == (2, 28)


def test_days_that_are_ahead_stay_and_none_stay_none() -> None:
    ahead = date(2026, 12, 1), date(2027, 1, 6)

    assert season.this_season(*ahead, today=date(2026, 11, 25)) == ahead
    assert season.this_season(None, None, today=date(2026, 11, 25)) == (None, None)
    assert season.this_season(date(2025, 12, 1), None, today=date(2026, 11, 25)) == (date(2026, 12, 1), None)
    assert season.this_season(None, date(2024, 2, 29), today=date(2026, 11, 25)) == (None, date(2027, 2, 28))
