"""A question about readers: read strictly, answered in plain Python."""

from datetime import date
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core.segment import (
    DEPTH,
    NODES,
    All,
    Any,
    BadSegment,
    Facts,
    Likes,
    Near,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    matches,
    parse,
    to_json,
)
from newsletter.core.interests import Interest
from tests.audiences.trees import TREES

JEANNE = Facts(
    language="fr",
    commune="13058",
    department="13",
    interests=frozenset({"table", "olive"}),
    kind="direct",
    subscribed_on=date(2026, 3, 1),
)


def no_ring(insee: str, km: int) -> frozenset[str]:
    return frozenset()


def depth(tree: Segment) -> int:
    parts = tree.of if isinstance(tree, All | Any) else (tree.of,) if isinstance(tree, Not) else ()
    return 1 + max(map(depth, parts), default=0)


@given(TREES.filter(lambda tree: depth(tree) <= DEPTH))
def test_what_is_written_is_read_back_alike(tree: Segment) -> None:
    assert parse(to_json(tree)) == tree


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not", "likes", "near", "km", "x"]), inner, max_size=2)
    ),
)


@given(JSON)
def test_anything_else_is_refused_and_never_breaks(value: object) -> None:
    try:
        tree = parse(value)
    except BadSegment:
        return
    assert to_json(tree) == value


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        (None, "$", "not_a_node"),
        ({}, "$", "not_a_node"),
        ({"likes": "wine", "speaks": "fr"}, "$", "not_a_node"),
        ({"all": {}}, "$.all", "not_a_list"),
        ({"all": [{"any": [{"loves": "wine"}]}]}, "$.all[0].any[0].loves", "unknown_fact"),
        ({"likes": "fishing"}, "$.likes", "unknown_interest"),
        ({"likes": ["wine"]}, "$.likes", "unknown_interest"),
        ({"speaks": "français"}, "$.speaks", "bad_language"),
        ({"near": {"commune": "13058"}}, "$.near", "not_a_ring"),
        ({"near": {"commune": "13058", "km": True}}, "$.near", "bad_distance"),
        ({"near": {"commune": "13058", "km": 2.5}}, "$.near", "bad_distance"),
        ({"near": {"commune": "13058", "km": 0}}, "$.near", "bad_distance"),
        ({"near": {"commune": "Maussane", "km": 5}}, "$.near", "bad_commune"),
        ({"near": {"commune": 13058, "km": 5}}, "$.near", "bad_commune"),
        ({"department": "1"}, "$.department", "bad_department"),
        ({"department": "١٣"}, "$.department", "bad_department"),
        ({"kind": "friend"}, "$.kind", "unknown_kind"),
        ({"subscribed_since": "2026-02-30"}, "$.subscribed_since", "bad_day"),
        ({"subscribed_since": "20260201"}, "$.subscribed_since", "bad_day"),
        ({"subscribed_since": 2026}, "$.subscribed_since", "bad_day"),
    ],
)
def test_a_bad_question_is_named_by_its_place(value: object, path: str, code: str) -> None:
    with pytest.raises(BadSegment) as refused:
        parse(value)
    assert (refused.value.path, refused.value.code) == (path, code)


def test_a_tree_may_be_neither_deep_nor_large() -> None:
    deep: Anything = {"speaks": "fr"}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(BadSegment, match="too_deep"):
        parse(deep)
    with pytest.raises(BadSegment, match="too_large"):
        parse({"all": [{"speaks": "fr"}] * NODES})
    assert len(parse({"all": [{"speaks": "fr"}] * (NODES - 1)}).of) == NODES - 1  # type: ignore[union-attr, arg-type]


def test_all_of_nothing_is_everybody_and_any_of_nothing_is_nobody() -> None:
    assert matches(All(), JEANNE, no_ring)
    assert not matches(Any(), JEANNE, no_ring)
    assert not matches(Not(All()), JEANNE, no_ring)


def test_a_reader_is_near_when_the_ring_holds_their_commune() -> None:
    def ring(insee: str, km: int) -> frozenset[str]:
        return frozenset({"13058"}) if (insee, km) == ("13038", 20) else frozenset()

    assert matches(Near("13038", 20), JEANNE, ring)
    assert not matches(Near("13038", 5), JEANNE, ring)


def test_since_a_day_includes_that_day() -> None:
    assert matches(SubscribedSince(date(2026, 3, 1)), JEANNE, no_ring)
    assert not matches(SubscribedSince(date(2026, 3, 2)), JEANNE, no_ring)


def test_facts_join() -> None:
    both = All((Likes(Interest.TABLE), Not(Speaks("en"))))
    assert matches(both, JEANNE, no_ring)
    assert matches(Any((Likes(Interest.WINE), both)), JEANNE, no_ring)
