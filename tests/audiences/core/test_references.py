"""Segments that ask for other segments, and places that are told by a member."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiences.core.references import named, resolved
from audiences.core.segment import (
    DEPTH,
    NODES,
    All,
    Any,
    BadSegment,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    Within,
    leaves,
)
from newsletter.core.interests import Interest
from tests.audiences.core.test_segment import depth
from tests.audiences.trees import TREES

WINE = Likes(Interest.WINE)


def test_a_group_is_replaced_by_its_question_however_far_down() -> None:
    questions = {1: Any((Within(2), Speaks("en"))), 2: WINE}
    assert resolved(Not(Within(1)), questions) == Not(Any((WINE, Speaks("en"))))
    assert named(All((Within(1), Not(Within(2))))) == {1, 2}


def test_a_member_is_replaced_by_their_commune() -> None:
    around = NearMember(5, 20)
    assert resolved(around, {}, {5: "13058"}.__getitem__) == Near("13058", 20)
    assert resolved(around, {}, lambda member: "") == Any()
    assert resolved(around, {}) == around


def test_a_group_that_is_none_means_nobody() -> None:
    assert resolved(Within(9), {}) == Any()


@pytest.mark.parametrize(
    "questions", [{1: Within(1)}, {1: Not(Within(2)), 2: All((WINE, Within(3))), 3: Any((Within(1),))}]
)
def test_a_circle_is_refused_whatever_its_length(questions: dict[int, Segment]) -> None:
    with pytest.raises(BadSegment, match="circle"):
        resolved(Within(1), questions)


def test_the_same_group_twice_is_no_circle() -> None:
    assert resolved(All((Within(1), Not(Within(1)))), {1: WINE}) == All((WINE, Not(WINE)))


def test_groups_within_groups_stay_within_the_bounds_of_one() -> None:
    chain: dict[int, Segment] = {number: Not(Within(number + 1)) for number in range(1, 5000)}
    with pytest.raises(BadSegment, match="too_deep"):
        resolved(Within(1), chain)
    doubling: dict[int, Segment] = {number: All((Within(number + 1),) * 8) for number in range(1, DEPTH - 2)}
    with pytest.raises(BadSegment, match="too_large"):
        resolved(Within(1), {**doubling, DEPTH - 2: All((WINE,) * NODES)})


@given(TREES, st.integers(1, 3))
def test_what_names_nothing_stays_as_it_is(tree: Segment, number: int) -> None:
    assume(depth(tree) <= DEPTH)
    same = resolved(tree, {number: WINE}, lambda member: "")
    assert same == tree
    assert not any(isinstance(leaf, Within) for leaf in leaves(same))
