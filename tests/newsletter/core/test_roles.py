"""A role holds all that the ones before it hold."""

import pytest

from newsletter.core.roles import Role, held, highest, reaches


def test_each_role_holds_those_before_it() -> None:
    assert [sorted(held(role)) for role in (None, *Role)] == [
        [],
        ["edit"],
        ["board", "edit"],
        ["admin", "board", "edit"],
    ]
    assert [highest(held(role)) for role in (None, *Role)] == [None, *Role]


def test_the_highest_permission_is_enough() -> None:
    assert highest(frozenset({"board"})) is Role.BOARD
    assert highest(frozenset({"admin"})) is Role.ADMIN


@pytest.mark.parametrize("wanted", list(Role))
def test_who_holds_nothing_reaches_nothing(wanted: Role) -> None:
    assert not reaches(None, wanted)
    assert reaches(Role.ADMIN, wanted)
    assert reaches(Role.EDITOR, wanted) is (wanted is Role.EDITOR)
