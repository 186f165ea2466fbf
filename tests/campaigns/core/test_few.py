"""Numbers that could name someone are not shown, and cannot be reckoned from those that are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.few import LEAST, Shown, beneath, shown, together, veil

PARTS = st.lists(st.integers(0, 12), max_size=6)
Table = tuple[int, ...]


@pytest.mark.parametrize(("people", "said"), [(0, 0), (1, None), (4, None), (5, 5), (812, 812)])
def test_fewer_than_five_people_are_not_told_and_nobody_is(people: int, said: int | None) -> None:
    assert shown(people) == said


@pytest.mark.parametrize("people", [0, 2, 4])
def test_of_fewer_than_five_nothing_is_told_at_all(people: int) -> None:
    assert shown(people, of=4) is None


def test_the_few_among_many_are_hidden_still() -> None:
    assert (shown(4, of=2000), shown(5, of=5), shown(0, of=5), shown(0, of=0)) == (None, 5, 0, 0)


def test_one_hidden_part_takes_the_least_of_the_others_along() -> None:
    assert veil([40, 3, 9, 0]) == [40, None, None, 0]


def test_of_two_that_are_equally_small_neither_is_chosen() -> None:
    assert veil([9, 40, 9, 3]) == [None, 40, None, None]


def test_parts_that_only_one_sum_can_make_take_another_along() -> None:
    assert veil([4, 4, 30]) == [None, None, None]
    assert veil([1, 1, 30, 6]) == [None, None, 30, None]
    assert veil([2, 3, 30]) == [None, None, 30]


def test_where_all_are_few_it_is_not_even_said_where_nobody_is() -> None:
    assert veil([1, 1, 0, 3]) == [None] * 4
    assert veil([0, 0]) == [0, 0]


def test_what_few_people_did_is_hidden_though_it_is_nothing() -> None:
    assert veil([0, 20, 8], also={0}) == [None, 20, None]
    assert veil([0, 0, 0], also={0}) == [None, 0, 0]


def test_parts_that_share_people_hide_the_few_alone_unless_they_share_nobody() -> None:
    assert beneath(30, [25, 4, 12]) == [25, None, 12]
    assert beneath(41, [25, 4, 12]) == [25, None, None]
    assert beneath(None, [25, 0]) == [None, None]


@given(PARTS, st.sets(st.integers(0, 5)))
def test_no_part_of_few_is_shown_and_nothing_that_is_shown_is_false(parts: list[int], also: set[int]) -> None:
    also = {place for place in also if place < len(parts)}
    for said in (veil(parts, also=also), beneath(sum(parts), parts, also=also)):
        for part, count in zip(parts, said, strict=True):
            assert count in (part, None)
            assert count is None or count == 0 or count >= LEAST


@given(PARTS)
def test_without_few_nothing_is_hidden(parts: list[int]) -> None:
    many = [part for part in parts if part == 0 or part >= LEAST]

    assert veil(many) == beneath(sum(many), many) == many


def reckoned(known: Iterable[tuple[int, Table]], tell: Callable[[int, Table], Sequence[Shown]]) -> set[tuple[int, int]]:
    """Return each hidden count of few that the whole, what is shown, and the rule itself leave no doubt of.

    Whoever knows the rule rules out whatever would have been shown otherwise: so all tables are asked that there are.
    """
    alike: dict[tuple[int, tuple[Shown, ...]], list[Table]] = defaultdict(list)
    for whole, table in known:
        alike[whole, tuple(tell(whole, table))].append(table)
    found = set()
    for (whole, said), tables in alike.items():
        for place, count in enumerate(said):
            possible = {table[place] for table in tables}
            # a whole of fewer than five is not told
            if count is None and whole >= LEAST and len(possible) == 1 and possible <= {1, 2, 3, 4}:
                found.add((whole, possible.pop()))
    return found


def tables(parts: int, most: int) -> Iterable[Table]:
    return (table for table in product(range(most + 1), repeat=parts) if sum(table) <= most)


@pytest.mark.parametrize(("parts", "most"), [(2, 24), (3, 22), (4, 16), (5, 12)])
def test_whoever_knows_the_whole_and_the_rule_cannot_reckon_the_few(parts: int, most: int) -> None:
    known = [(sum(table), table) for table in tables(parts, most)]

    assert reckoned(known, lambda _, table: veil(table)) == set()


@pytest.mark.parametrize(("parts", "most"), [(2, 20), (3, 16), (4, 12)])
def test_nor_where_parts_are_hidden_for_another_reason(parts: int, most: int) -> None:
    known = [(sum(table), table) for table in tables(parts, most)]
    for also in chain.from_iterable(combinations(range(parts), size) for size in range(1, parts + 1)):
        assert reckoned(known, lambda _, table, also=also: veil(table, also=also)) == set(), also


@pytest.mark.parametrize(("parts", "most"), [(2, 12), (3, 7)])
def test_nor_from_the_column_beside_of_which_they_are_a_part(parts: int, most: int) -> None:
    """As who clicked are a part of who agree: the sums of both are told."""
    alike: dict[tuple[object, ...], list[tuple[Table, Table]]] = defaultdict(list)
    for every in tables(parts, most + LEAST):
        if max(every) > most:
            continue
        for some in product(*(range(count + 1) for count in every)):
            alike[sum(every), sum(some), *map(tuple, together(every, some))].append((every, some))
    for (*wholes, first, second), pairs in alike.items():
        for column, said in enumerate((first, second)):
            for place, count in enumerate(said):
                possible = {pair[column][place] for pair in pairs}
                told = wholes[column] >= LEAST
                assert not (told and count is None and len(possible) == 1 and possible <= {1, 2, 3, 4}), pairs


def test_what_is_hidden_of_one_column_is_hidden_of_the_other() -> None:
    assert together([40, 30, 20], [12, 3, 9]) == [[40, None, None], [12, None, None]]


@pytest.mark.parametrize(("parts", "most"), [(2, 12), (3, 9), (4, 7)])
def test_nor_beneath_a_whole_in_which_they_overlap_but_for_two_fours(parts: int, most: int) -> None:
    known = [
        (whole, table)
        for table in product(range(most + 1), repeat=parts)
        for whole in range(max(table), sum(table) + 1)
        # no greater whole: what would be possible beneath it is not all tried here
        if whole <= most + LEAST
    ]

    assert reckoned(known, beneath) == ({(8, 4)} if parts == 2 else set())


@given(st.lists(st.integers(0, 9), min_size=2, max_size=5), st.data())
def test_a_bound_from_any_whole_leaves_a_doubt(parts: list[int], data: st.DataObject) -> None:
    """So many are in the hidden parts at least; it is never all that the few among them can be."""
    whole = data.draw(st.integers(max(parts), sum(parts)))
    said = beneath(shown(whole), parts)
    few = [part for part, count in zip(parts, said, strict=True) if count is None and part < LEAST]
    if shown(whole) is None or not few or not any(part >= LEAST for part in parts):
        return
    large = [part for part, count in zip(parts, said, strict=True) if count is None and part >= LEAST]

    assert large or whole - sum(count or 0 for count in said) < len(few) * (LEAST - 1)
