"""How even a sharing is, in two numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.measures import gini, widest_gap

values = st.lists(st.integers(0, 50).map(Fraction), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("shared", "index"), [([1, 1, 1], 0), ([0, 0, 0, 4], Fraction(3, 4)), ([1, 3], Fraction(1, 4)), ([], 0), ([0], 0)]
)
def test_ginis_index(shared: list[int], index: Fraction) -> None:
    assert gini([Fraction(one) for one in shared]) == index


@given(values)
def test_it_is_half_the_mean_difference_over_the_mean(shared: list[Fraction]) -> None:
    differences = sum(abs(one - other) for one in shared for other in shared)
    total = sum(shared)

    assert gini(shared) == (differences / (2 * len(shared) * total) if total else 0)


@given(values, st.integers(1, 9))
def test_it_asks_who_has_more_not_how_much_there_is(shared: list[Fraction], times: int) -> None:
    assert gini([one * times for one in shared]) == gini(shared) == gini(shared * 2)


def test_the_widest_gap_is_looked_for_among_equals_only() -> None:
    assert widest_gap([("a", Fraction(1)), ("a", Fraction(3)), ("b", Fraction(9))]) == 2
    assert widest_gap([]) == 0
