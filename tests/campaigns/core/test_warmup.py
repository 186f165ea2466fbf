"""A domain that nobody knows yet."""

from datetime import date
from hashlib import md5

from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.warmup import NO_LIMIT, STEPS, days_needed, order, plan


def test_the_first_days_are_few_and_a_fortnight_is_enough() -> None:
    assert [plan(day) for day in range(1, 9)] == [50, 100, 200, 400, 800, 1500, 3000, 5000]
    assert (plan(0), plan(-3), plan(15), plan(400)) == (0, 0, NO_LIMIT, NO_LIMIT)


@given(st.integers(-5, 60))
def test_no_day_is_smaller_than_the_one_before_or_more_than_double_and_a_little(day: int) -> None:
    assert plan(day) <= plan(day + 1)
    if 1 <= day < len(STEPS):
        assert plan(day + 1) <= 2 * plan(day)


def test_how_many_days_an_audience_takes() -> None:
    assert [days_needed(n) for n in (0, 1, 50, 51, 150, 151, 5000, 10**7)] == [0, 1, 1, 2, 2, 3, 7, 15]
    assert days_needed(5000, first_day=20) == 1


def test_who_asked_last_is_written_to_first_and_a_day_is_shuffled_the_same_way_each_time() -> None:
    readers = [(reader, date(2026, 11, 1 + reader % 3)) for reader in range(30)]
    found = order(readers, seed="campaign 7")
    days = [1 + reader % 3 for reader in found]
    assert days == sorted(days, reverse=True)
    assert found == order(reversed(readers), seed="campaign 7")
    assert found != order(readers, seed="campaign 8")
    assert sorted(found) == list(range(30))


def test_sql_can_sort_alike() -> None:
    """md5(seed || ':' || id), as PostgreSQL writes it."""
    readers = [(reader, date(2026, 11, 1)) for reader in range(20)]
    assert order(readers, seed="s") == sorted(range(20), key=lambda one: md5(f"s:{one}".encode()).hexdigest())
