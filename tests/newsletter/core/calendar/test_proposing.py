"""What is proposed can be prepared in time, by people who have weekends, and is proposed again tomorrow."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.calendar.days import LAST_YEAR, Span, can_end_a_call, is_working
from newsletter.core.calendar.feasts import Feast, Returns, read_feasts
from newsletter.core.calendar.proposing import (
    CLOSED_BEFORE,
    HORIZON,
    SENT_BEFORE,
    TO_ANSWER,
    Occasion,
    Proposal,
    Why,
    dated,
    propose,
)
from newsletter.core.calendar.school import read_school_holidays
from newsletter.core.calendar.zones import SchoolZone

DATA = settings.BASE_DIR / "data" / "calendar"
HOLIDAYS = read_school_holidays(DATA / "school_holidays.csv")
FEASTS = read_feasts(DATA / "feasts.toml")
CLOCKS = [
    date(2026, 12, 20),
    date(2026, 12, 31),
    date(2027, 1, 2),
    date(2027, 7, 15),
    date(2028, 2, 29),
]


def proposed(today: date) -> list[Proposal]:
    return propose(HOLIDAYS, FEASTS, today=today)


def said(proposal: Proposal) -> str:
    return f"{proposal.occasion.key}: {proposal.call_until} {proposal.send_on}"


FIRST_TWO = {
    date(2026, 12, 20): [
        "school-winter-c-2027-02-06: 2027-01-04 2027-01-27",
        "school-winter-a-2027-02-13: 2027-01-05 2027-01-29",
    ],
    date(2026, 12, 31): [
        "school-winter-b-2027-02-20: 2027-01-12 2027-02-05",
        "weekend-2027-03-29-2027-03-27: 2027-02-16 2027-03-12",
    ],
    date(2027, 1, 2): [
        "school-winter-b-2027-02-20: 2027-01-12 2027-02-05",
        "weekend-2027-03-29-2027-03-27: 2027-02-16 2027-03-12",
    ],
    date(2027, 7, 15): [
        "feast-Fête des olives vertes-2027-09-18: 2027-08-10 2027-09-03",
        "school-autumn-2027-10-23: 2027-09-14 2027-10-08",
    ],
    date(2028, 2, 29): [
        "school-spring-c-2028-04-15: 2028-03-07 2028-03-31",
        "weekend-2028-04-17-2028-04-15: 2028-03-07 2028-03-31",
    ],
}


@pytest.mark.parametrize("today", CLOCKS)
def test_what_comes_next_on_five_days(today: date) -> None:
    assert [said(proposal) for proposal in proposed(today)[:2]] == FIRST_TWO[today]


def test_the_winter_of_zone_c_is_for_readers_of_zone_c_within_300_km() -> None:
    first = proposed(date(2026, 12, 20))[0]

    assert first.occasion.zones == (SchoolZone.C,)
    assert (first.occasion.within_km, first.days_to_book, first.days_to_compose) == (300, 10, 23)
    assert "Amandiers en fleur" in first.occasion.during


def test_what_every_zone_has_at_once_is_proposed_once_and_for_everyone() -> None:
    christmas = [found for found in proposed(date(2027, 9, 1)) if found.occasion.name == "christmas"]

    assert [(found.occasion.zones, found.occasion.span.first) for found in christmas] == [((), date(2027, 12, 18))]


def test_the_transhumance_is_part_of_its_long_weekend_and_not_a_second_operation() -> None:
    around = [found for found in proposed(date(2027, 2, 1)) if date(2027, 5, 17) in found.occasion.span]

    assert [found.occasion.why for found in around] == [Why.WEEKEND]
    assert "Fête de la transhumance" in around[0].occasion.during


days_of_the_table = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@given(days_of_the_table)
def test_dates_are_ordered_in_the_future_on_working_days_and_within_their_lead_times(today: date) -> None:
    found = proposed(today)

    for one in found:
        assert today + TO_ANSWER <= one.call_until < one.send_on < one.occasion.span.first <= one.occasion.span.last
        assert can_end_a_call(one.call_until)
        assert is_working(one.call_until)
        assert is_working(one.send_on)
        assert one.days_to_book in SENT_BEFORE
        assert one.days_to_compose in CLOSED_BEFORE
    assert found == sorted(found, key=lambda one: (one.call_until, one.send_on))


@given(days_of_the_table)
def test_nothing_is_proposed_twice(today: date) -> None:
    keys = [one.occasion.key for one in proposed(today)]

    assert len(keys) == len(set(keys))


@given(days_of_the_table)
def test_tomorrow_proposes_the_same_but_for_what_is_too_late_and_what_comes_into_sight(today: date) -> None:
    tomorrow = today + timedelta(days=1)
    now, then = set(proposed(today)), set(proposed(tomorrow))

    assert {one.call_until for one in now - then} <= {today + TO_ANSWER}
    assert {one.occasion.span.first for one in then - now} <= {tomorrow + HORIZON}


@given(st.dates(date(2000, 3, 1), date(LAST_YEAR, 12, 31)))
def test_there_are_days_for_an_occasion_on_any_day(first: date) -> None:
    proposal = dated(Occasion(Why.FEAST, "?", Span(first, first)))

    assert proposal.call_until < proposal.send_on < first


def test_a_day_that_has_its_letter_already_asks_for_no_second_one() -> None:
    today = date(2026, 12, 20)
    first = proposed(today)[0]

    left = propose(HOLIDAYS, FEASTS, today=today, prepared=[first.send_on])

    assert left == [one for one in proposed(today) if one.send_on != first.send_on]


def test_a_feast_of_the_board_is_proposed_when_it_asks_for_it() -> None:
    fair = Feast("Foire", Span(date(2026, 3, 14), date(2026, 3, 15)), Returns.WEEKDAY, proposes=True, within_km=80)

    [found] = [one for one in propose([], [fair], today=date(2027, 1, 2)) if one.occasion.why is Why.FEAST]

    assert (found.occasion.name, found.occasion.within_km) == ("Foire", 80)
    assert found.occasion.span.first == date(2027, 3, 13)


def test_beyond_the_tables_only_weekends_and_feasts_are_proposed() -> None:
    assert {one.occasion.why for one in proposed(date(2040, 1, 1))} == {Why.WEEKEND, Why.FEAST}
