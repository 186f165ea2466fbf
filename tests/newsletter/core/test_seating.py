from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.preflight import Finding, Severity
from newsletter.core.review import OfferState
from newsletter.core.seating import OutOfStep, Seat, look_at_seats, moved, rearranged, reweighed

DAY = date(2026, 12, 1)
orders = st.lists(st.integers(0, 50), unique=True, min_size=1)


@given(orders, st.data(), st.integers(-5, 60))
def test_a_move_loses_nobody_and_puts_one_where_it_was_told(
    order: list[int], data: st.DataObject, position: int
) -> None:
    item = data.draw(st.sampled_from(order))

    after = moved(order, item, position)

    assert sorted(after) == sorted(order)
    assert after.index(item) == min(max(position, 1), len(order)) - 1
    assert [other for other in after if other != item] == [other for other in order if other != item]


@given(orders, st.data())
def test_any_order_of_the_same_is_taken_and_no_other(order: list[int], data: st.DataObject) -> None:
    wanted = data.draw(st.permutations(order))

    assert rearranged(order, wanted) == wanted
    for wrong in (wanted[1:], [*wanted, 99], [*wanted, wanted[0]]):
        with pytest.raises(OutOfStep):
            rearranged(order, wrong)


def test_each_seat_is_looked_at_on_the_planned_day() -> None:
    seats = [
        Seat("Saine", OfferState.APPROVED, DAY),
        Seat("Reprise", OfferState.DRAFT, DAY),
        Seat("Retirée", OfferState.WITHDRAWN, DAY),
        Seat("Finie", OfferState.APPROVED, DAY - timedelta(days=1)),
        Seat("Revue", OfferState.APPROVED, DAY, newer=True),
    ]

    assert list(look_at_seats(seats, DAY)) == [
        Finding(Severity.BLOCKING, "offer_gone", "Retirée"),
        Finding(Severity.BLOCKING, "offer_over", "Finie"),
        Finding(Severity.WARNING, "offer_newer", "Revue"),
    ]


@given(orders, st.data())
def test_whoever_loses_or_gains_weight_is_named_and_nobody_who_only_moved_among_equals(
    order: list[int], data: st.DataObject
) -> None:
    wanted = data.draw(st.permutations(order))
    before, after = _seated(order), _seated(wanted)

    named = reweighed(before, after)

    assert named == ([] if wanted[0] == order[0] else [wanted[0], order[0]])


def test_whoever_moves_up_because_another_left_was_not_decided_about() -> None:
    assert reweighed(_seated([1, 2, 3]), _seated([2, 3])) == [1]
    assert reweighed(_seated([1, 2]), _seated([1, 2, 3])) == [3]
    assert reweighed(_seated([1, 2]), _seated([3, 1, 2])) == [3, 1]


def _seated(order: Sequence[int]) -> dict[int, int]:
    return {one: place for place, one in enumerate(order, start=1)}
