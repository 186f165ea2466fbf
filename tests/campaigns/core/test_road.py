"""Which road is next, and how long one that failed is left alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.campaign import PauseReason
from campaigns.core.road import HALF_LIFE, LONGEST, Load, begin, choose, end, shut_for, shuts
from tests.make import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_the_first_named_begins_and_then_the_one_that_was_given_least() -> None:
    assert choose([(1, Load()), (1, Load())], now=NOON) == 0
    assert choose([(1, Load(given=7, at=NOON)), (1, Load(given=6, at=NOON))], now=NOON) == 1
    assert choose([(3, Load(given=20, at=NOON)), (1, Load(given=7, at=NOON))], now=NOON) == 0
    assert choose([], now=NOON) is None


def test_workers_that_begin_in_one_moment_spread_before_any_has_sent() -> None:
    loads = [Load(given=900, at=NOON, stint=300), Load(given=1000, at=NOON, stint=300)]
    taken = []
    for _ in range(4):
        index = choose([(1, load) for load in loads], now=NOON)
        assert index is not None
        loads[index] = begin(loads[index], now=NOON)
        taken.append(index)
    assert taken == [0, 1, 0, 1]


@given(
    weights=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    stints=st.lists(st.integers(0, 400), min_size=50, max_size=120),
)
def test_over_many_drains_each_has_its_share_but_for_one_drain_s_worth(weights: list[int], stints: list[int]) -> None:
    loads = [Load() for _ in weights]
    carried = [0] * len(weights)
    for most in stints:
        index = choose(list(zip(weights, loads, strict=True)), now=NOON)
        assert index is not None
        foreseen = loads[index].stint
        loads[index] = end(begin(loads[index], now=NOON), foreseen=foreseen, carried=most, now=NOON)
        carried[index] += most
    shares = [count / weight for count, weight in zip(carried, weights, strict=True)]
    assert max(shares) - min(shares) <= max(stints)


def test_what_was_given_fades_so_a_road_that_comes_back_is_not_made_to_catch_up() -> None:
    load = Load(given=8000, at=NOON)
    assert load.lately(NOON + HALF_LIFE) == 4000
    assert load.lately(NOON + 12 * HALF_LIFE) < 2
    assert load.lately(NOON - SECOND) == 8000


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_drain_that_carried_nothing_leaves_the_load_as_it_was(given_: int, stint: int, foreseen: int) -> None:
    before = Load(given=given_, at=NOON, stint=max(1, stint))
    after = end(begin(before, now=NOON), foreseen=before.stint, carried=0, now=NOON)
    assert (after.given, after.stint) == (given_, 1)
    assert end(before, foreseen=foreseen, carried=0, now=NOON).given >= 0


@pytest.mark.parametrize("reason", [PauseReason.RELAY_POLICY, PauseReason.TOO_MANY_FAULTS, PauseReason.BOARD])
def test_what_is_said_of_our_name_or_words_is_no_matter_of_one_road(reason: PauseReason) -> None:
    assert not shuts(reason)


def test_a_road_that_fails_again_and_again_is_left_alone_twice_as_long_up_to_an_hour() -> None:
    waits = [shut_for(PauseReason.RELAY_UNREACHABLE, strikes) for strikes in range(8)]
    assert waits == [n * MINUTE for n in (1, 2, 4, 8, 16, 32, 60, 60)]
    assert shut_for(PauseReason.RELAY_QUOTA, 10**6) == LONGEST
