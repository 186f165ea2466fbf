"""The feasts come back every year, and a letter about them must never come too late."""

from datetime import date

import pytest

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
