"""The picture of a sending is filled, and whatever counts something is seen."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.picture import LEAST, WIDTH, lengths, stripes


def test_three_of_two_thousand_are_still_seen() -> None:
    assert stripes([1997, 3]) == [WIDTH - LEAST, LEAST]


def test_nothing_draws_nothing() -> None:
    assert stripes([]) == []
    assert stripes([0, 0]) == [0, 0]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=8).filter(any))
def test_the_stripes_fill_the_picture_and_none_that_counts_vanishes(counts: list[int]) -> None:
    drawn = stripes(counts)

    assert sum(drawn) == WIDTH
    assert [width > 0 for width in drawn] == [count > 0 for count in counts]


def test_the_longest_bar_fills_the_picture_and_the_least_is_seen() -> None:
    assert lengths([400, 100, 1, 0]) == [WIDTH, WIDTH // 4, LEAST, 0]
    assert lengths([]) == lengths([], longest=3) == []
    assert lengths([0, 0]) == [0, 0]
