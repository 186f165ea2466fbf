"""Easter, public holidays and who is at work."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.calendar.days import (
    Span,
    can_end_a_call,
    easter_of,
    is_working,
    long_weekend,
    public_holidays,
    year,
)


@pytest.mark.parametrize(
    ("number", "easter"),
    [(2026, date(2026, 4, 5)), (2027, date(2027, 3, 28)), (2028, date(2028, 4, 16)), (2038, date(2038, 4, 25))],
)
def test_easter_moves_and_the_mondays_with_it(number: int, easter: date) -> None:
    assert easter_of(number) == easter
    off = public_holidays(number)
    assert {1, 39, 50} <= {(day - easter).days for day in off}


def test_france_has_eleven_public_holidays_that_have_names_in_both_languages() -> None:
    assert len(public_holidays(2027)) == len(public_holidays(2027, "en-gb")) == 11
    assert public_holidays(2027)[date(2027, 1, 1)] == "Jour de l’an"
    assert public_holidays(2027, "en")[date(2027, 7, 14)] == "National Day"


def test_nobody_is_at_work_on_a_sunday_nor_on_the_14th_of_july() -> None:
    assert [is_working(date(2027, 7, day)) for day in (11, 12, 14)] == [False, True, False]


def test_no_call_ends_between_the_years() -> None:
    assert is_working(date(2026, 12, 28))
    assert not can_end_a_call(date(2026, 12, 28))
    assert not can_end_a_call(date(2028, 1, 1))
    assert can_end_a_call(date(2027, 1, 5))


@pytest.mark.parametrize(
    ("holiday", "weekend"),
    [
        (date(2027, 5, 6), Span(date(2027, 5, 6), date(2027, 5, 9))),  # Ascension: the Friday is bridged
        (date(2027, 3, 29), Span(date(2027, 3, 27), date(2027, 3, 29))),
        (date(2026, 7, 14), Span(date(2026, 7, 11), date(2026, 7, 14))),  # a Tuesday: the Monday is bridged
        (date(2027, 7, 14), None),  # a Wednesday
        (date(2027, 5, 1), None),  # a Saturday
    ],
)
def test_a_public_holiday_makes_a_long_weekend_or_none(holiday: date, weekend: Span | None) -> None:
    assert long_weekend(holiday) == weekend


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 400), st.integers(-500, 500))
def test_a_span_holds_its_days_and_knows_whom_it_meets(first: date, length: int, away: int) -> None:
    span = Span(first, date.fromordinal(first.toordinal() + length))
    other = Span(*(date.fromordinal(day.toordinal() + away) for day in (span.first, span.last)))

    assert len(list(span)) == span.days
    assert span.meets(other) == any(day in other for day in span)


def test_a_leap_year_has_its_day() -> None:
    assert (year(2028).days, year(2027).days) == (366, 365)
