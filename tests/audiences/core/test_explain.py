"""Why a segment does not mean a reader."""

from datetime import date

from hypothesis import given

from audiences.core.explain import missing
from audiences.core.segment import All, Any, Facts, Likes, Near, Not, Segment, Speaks, matches
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
TABLE, WINE, ENGLISH, NEAR = Likes(Interest.TABLE), Likes(Interest.WINE), Speaks("en"), Near("13058", 10)


def ring(insee: str, km: int) -> frozenset[str]:
    return frozenset({insee} if km > 100 else ())


def apart(segment: Segment) -> tuple[Segment, ...]:
    return missing(segment, JEANNE, ring)


def test_whom_the_segment_means_misses_nothing() -> None:
    assert apart(All((TABLE, Not(WINE)))) == ()


def test_of_all_these_only_what_fails_is_named() -> None:
    assert apart(All((TABLE, WINE, NEAR))) == (WINE, NEAR)


def test_of_one_of_these_each_is_named_once_since_any_would_do() -> None:
    assert apart(All((Any((WINE, ENGLISH)), WINE))) == (WINE, ENGLISH)


def test_not_is_kept_before_single_facts_only() -> None:
    assert apart(Not(TABLE)) == (Not(TABLE),)
    assert apart(Not(Not(WINE))) == (WINE,)
    assert apart(Not(Any((TABLE, WINE)))) == (Not(TABLE),)
    assert apart(Not(All((TABLE, Not(WINE))))) == (Not(TABLE), WINE)


def test_a_segment_of_nobody_says_so() -> None:
    assert apart(Any(())) == (Any(()),)
    assert apart(Not(All(()))) == (Any(()),)


@given(TREES)
def test_something_is_missing_exactly_where_the_segment_does_not_match(tree: Segment) -> None:
    assert bool(apart(tree)) is not matches(tree, JEANNE, ring)


@given(TREES)
def test_whatever_is_named_missing_is_not_true_of_the_reader(tree: Segment) -> None:
    assert not any(matches(part, JEANNE, ring) for part in apart(tree))
