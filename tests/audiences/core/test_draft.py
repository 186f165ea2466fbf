"""A segment while it is built: nothing is lost by moving it about."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core import draft as drafts
from audiences.core.draft import EMPTY, GROUP, MOVES, Draft, Row, TooLarge, add, can, drop, into, out, tidy, up, wrap
from audiences.core.segment import DEPTH, NODES

ROWS = st.lists(
    st.builds(
        Row,
        st.integers(-2, 15),
        st.sampled_from([GROUP, GROUP, "speaks", "likes"]),
        st.fixed_dictionaries({"value": st.sampled_from(["all", "any", "none", "fr"])}),
    ),
    max_size=14,
)
DRAFTS = ROWS.map(lambda rows: tidy([Row(0, GROUP), *rows]))


def facts(draft: Draft) -> Counter[tuple[str, str]]:
    return Counter((row.kind, row.said.get("value", "")) for row in draft if not row.is_group)


def is_sound(draft: Draft) -> bool:
    return draft[0].is_group and tidy(list(draft)) == draft


@given(DRAFTS, st.sampled_from(sorted(MOVES)), st.data())
def test_every_move_leaves_a_sound_draft_and_loses_nothing(draft: Draft, name: str, data: st.DataObject) -> None:
    if len(draft) == 1:
        return
    index = data.draw(st.integers(1, len(draft) - 1))
    moved = MOVES[name](draft, index)
    assert is_sound(moved.draft)
    assert 0 <= moved.at < len(moved.draft)
    if name == "remove":
        assert moved.draft == draft[:index] + draft[drafts.end(draft, index) :]
    else:
        assert facts(moved.draft) == facts(draft)
        if name != "wrap":
            assert moved.draft[moved.at].kind == draft[index].kind


@given(DRAFTS, st.data())
def test_a_row_is_dropped_where_it_was_aimed_at(draft: Draft, data: st.DataObject) -> None:
    if len(draft) == 1:
        return
    index = data.draw(st.integers(1, len(draft) - 1))
    group = data.draw(st.sampled_from([at for at, row in enumerate(draft) if row.is_group]))
    place = data.draw(st.integers(0, 5))
    moved = drop(draft, index, group, place)
    assert is_sound(moved.draft)
    assert facts(moved.draft) == facts(draft)
    if moved.draft != draft:
        beside = list(drafts.children(moved.draft, drafts.parent(moved.draft, moved.at)))
        assert beside.index(moved.at) == min(place, len(beside) - 1)


@given(DRAFTS, st.data())
def test_down_takes_back_what_up_did(draft: Draft, data: st.DataObject) -> None:
    if len(draft) == 1:
        return
    index = data.draw(st.integers(1, len(draft) - 1))
    moved = up(draft, index)
    if moved.draft != draft:
        assert drafts.down(moved.draft, moved.at) == drafts.Moved(draft, index)


@given(ROWS)
def test_rows_from_a_strangers_form_become_a_sound_draft(rows: list[Row]) -> None:
    assert is_sound(tidy(rows))


def test_more_rows_than_a_segment_has_are_refused() -> None:
    with pytest.raises(TooLarge):
        tidy([Row(0, GROUP)] * (NODES + 1))


def test_into_and_out_of_a_group() -> None:
    made = add(add(EMPTY, 0, "speaks").draft, 0, GROUP).draft
    assert [(row.level, row.kind) for row in made] == [(0, GROUP), (1, "speaks"), (1, GROUP)]
    entered = into(made, 1)
    assert [(row.level, row.kind) for row in entered.draft] == [(0, GROUP), (1, GROUP), (2, "speaks")]
    left = out(entered.draft, entered.at)
    assert [(row.level, row.kind) for row in left.draft] == [(0, GROUP), (1, GROUP), (1, "speaks")]
    assert can(left.draft, 2) == {"remove", "up", "into", "wrap"}


def test_nothing_goes_deeper_than_a_segment_may() -> None:
    draft = add(EMPTY, 0, "speaks").draft
    for _ in range(DEPTH + 5):
        draft = wrap(draft, 1).draft
    assert max(row.level for row in draft) == DEPTH
