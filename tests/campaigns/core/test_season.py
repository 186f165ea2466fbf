"""Seasons, and how an offer stands beside its trade."""

from datetime import date, timedelta

import pytest

from campaigns.core.season import Beside, Half, Season, beside, middle_of, read_season, season_of


def test_every_day_lies_in_one_season_and_within_its_ends() -> None:
    for number in range(800):
        day = date(2026, 1, 1) + timedelta(days=number)
        season = season_of(day)
        assert season.first <= day <= season.last


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2027, 3, 31), Season(2026, Half.WINTER)),
        (date(2027, 4, 1), Season(2027, Half.SUMMER)),
        (date(2027, 9, 30), Season(2027, Half.SUMMER)),
        (date(2027, 10, 1), Season(2027, Half.WINTER)),
    ],
)
def test_a_winter_is_named_by_the_year_in_which_it_begins(day: date, season: Season) -> None:
    assert season_of(day) == season
    assert read_season(season.code) == season


@pytest.mark.parametrize("code", ["", "2026", "2026-printemps", "1926-ete", "2026-ete; DROP"])
def test_other_words_name_no_season(code: str) -> None:
    assert read_season(code) is None


def test_seasons_follow_each_other() -> None:
    assert Season(2026, Half.SUMMER) < Season(2026, Half.WINTER) < Season(2027, Half.SUMMER)


@pytest.mark.parametrize(
    ("readers", "stands"), [(89, Beside.BELOW), (90, Beside.NEAR), (110, Beside.NEAR), (111, Beside.ABOVE)]
)
def test_a_tenth_more_or_less_is_near(readers: int, stands: Beside) -> None:
    assert beside(readers, 100) is stands
    assert beside(0, 0) is Beside.NEAR


def test_a_median_needs_five_offers_of_three_members() -> None:
    assert middle_of([(1, 10), (2, 20), (3, 30), (3, 40)]) is None
    assert middle_of([(1, 10), (2, 20), (2, 30), (1, 40), (1, 50)]) is None
    assert middle_of([(1, 10), (2, 20), (3, 30), (3, 40), (3, 500)]) == 30
