"""A feast is given for one year and comes back in the others."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.calendar.days import Span, easter_of
from newsletter.core.calendar.feasts import Feast, Returns, in_year, in_years, read_feasts, why_not

SHIPPED = {feast.key: feast for feast in read_feasts(settings.BASE_DIR / "data" / "calendar" / "feasts.toml")}


def begins(feast: Feast, number: int) -> list[date]:
    return [span.first for span in in_year(feast, number)]


def test_the_transhumance_is_on_whit_monday_every_year() -> None:
    for number in range(2000, 2101):
        assert begins(SHIPPED["transhumance"], number) == [easter_of(number) + timedelta(days=50)]


def test_midnight_mass_is_on_the_24th_of_december_and_the_truffle_mass_on_a_third_sunday() -> None:
    assert [begins(SHIPPED["messe-de-minuit"], n) for n in (2026, 2040)] == [[date(2026, 12, 24)], [date(2040, 12, 24)]]
    for number in range(2000, 2101):
        [mass] = begins(SHIPPED["messe-de-la-truffe"], number)
        assert (mass.weekday(), 15 <= mass.day <= 21, mass.month) == (6, True, 1)


def test_the_truffle_season_is_in_a_year_twice() -> None:
    assert in_year(SHIPPED["truffes"], 2027) == [
        Span(date(2026, 11, 20), date(2027, 3, 14)),
        Span(date(2027, 11, 20), date(2028, 3, 14)),
    ]
    assert len(in_years(SHIPPED["truffes"], range(2026, 2029))) == 4


def test_a_feast_of_one_year_does_not_come_back() -> None:
    once = Feast("Le centenaire", Span(date(2027, 6, 1), date(2027, 6, 2)))

    assert [begins(once, number) for number in (2026, 2027, 2028)] == [[], [date(2027, 6, 1)], []]


def test_the_29th_of_february_is_the_28th_in_other_years_and_a_fifth_sunday_is_the_last() -> None:
    leap = Feast("Bissextile", Span(date(2028, 2, 29), date(2028, 2, 29)), Returns.DATES)
    fifth = Feast("Puces", Span(date(2027, 1, 31), date(2027, 1, 31)), Returns.WEEKDAY)

    assert [begins(leap, n)[0].day for n in (2027, 2028, 2032)] == [28, 29, 29]
    assert [begins(fifth, n)[0].isoformat() for n in (2026, 2027)] == ["2026-01-25", "2027-01-31"]


@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)),
    st.integers(0, 199),
    st.sampled_from(Returns),
    st.integers(2001, 2099),
)
def test_whatever_comes_back_is_as_it_was_in_its_own_year_and_once_a_year(
    first: date, length: int, returns: Returns, number: int
) -> None:
    feast = Feast("?", Span(first, first + timedelta(days=length)), returns)

    assert feast.span in in_year(feast, first.year)
    begun = [span for span in in_year(feast, number) if span.first.year == number]
    if returns is not Returns.ONCE and begun:
        [span] = begun
        assert abs(span.days - feast.span.days) <= 1, "a leap day at most"
        if returns is Returns.WEEKDAY:
            assert (span.first.weekday(), span.first.month) == (first.weekday(), first.month)


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        (date(1926, 12, 24), date(1926, 12, 24), "century"),
        (date(2099, 12, 24), date(2101, 1, 1), "century"),
        (date(2027, 2, 2), date(2027, 2, 1), "backwards"),
        (date(2027, 1, 1), date(2027, 12, 31), "too_long"),
        (date(2027, 1, 1), date(2027, 1, 1), ""),
    ],
)
def test_days_that_make_no_feast_are_named(first: date, last: date, wrong: str) -> None:
    assert why_not(Span(first, last)) == wrong


GOOD = '[[feast]]\nkey = "noel"\ntitle = "Noël"\nfirst_day = 2026-12-25\nreturns = "dates"\n'


@pytest.mark.parametrize(
    "line",
    ["", 'returns = "never"', "last_day = 2026-12-01", "last_day = 2126-12-25", 'colour = "red"', 'title = ""'],
)
def test_a_shipped_feast_that_makes_no_sense_stops_the_file_by_its_key(tmp_path: Path, line: str) -> None:
    file = tmp_path / "feasts.toml"
    name = line.partition(" ")[0]
    kept = "".join(said for said in GOOD.splitlines(keepends=True) if not (name and said.startswith(name)))
    file.write_text(GOOD + GOOD if not line else f"{kept}{line}\n")

    with pytest.raises(ValueError, match="noel"):
        read_feasts(file)


def test_what_the_file_ships_is_worth_shipping() -> None:
    assert len(SHIPPED) > 20
    told = {feast.title for feast in SHIPPED.values()}
    assert {
        "Récolte des olives, moulins ouverts",
        "Marchés de Noël",
        "Salon des santonniers",
        "Marchés aux truffes",
    } <= told
    assert all(feast.within_km for feast in SHIPPED.values() if feast.proposes)
