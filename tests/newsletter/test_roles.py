"""Who holds which role, and that somebody always can say so."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from newsletter import access, roles
from newsletter.core.roles import Role
from newsletter.models import RoleChange, User
from tests import make
from tests.together import together

pytestmark = pytest.mark.django_db


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_role_is_given_changed_and_taken_back() -> None:
    admin, luc = make.holder(Role.ADMIN), make.user()

    for role in (Role.BOARD, Role.EDITOR, None):
        roles.grant(anew(luc), role, by=admin, now=make.NOON)
        assert access.role_of(anew(luc)) is role
    assert [(one.was, one.became, one.by) for one in RoleChange.objects.order_by("pk")] == [
        ("", "board", admin),
        ("board", "editor", admin),
        ("editor", "", admin),
    ]


def test_the_same_role_again_is_no_news() -> None:
    roles.grant(make.holder(Role.EDITOR), Role.EDITOR, by=None, now=make.NOON)

    assert not RoleChange.objects.exists()


def test_the_last_admin_stays() -> None:
    only = make.holder(Role.ADMIN)

    for role in (None, Role.BOARD):
        with pytest.raises(roles.LastAdmin):
            roles.grant(only, role, by=only, now=make.NOON)
    assert access.role_of(anew(only)) is Role.ADMIN


def test_an_admin_who_may_not_sign_in_is_no_other_admin() -> None:
    only, gone = make.holder(Role.ADMIN), make.holder(Role.ADMIN)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(roles.LastAdmin):
        roles.grant(only, None, by=only, now=make.NOON)


def test_who_is_not_known_yet_is_appointed_by_their_address() -> None:
    luc = roles.appoint(email="Luc@mas.example", name="Luc", role=Role.EDITOR, by=None, now=make.NOON)
    again = roles.appoint(email="luc@mas.example", name="", role=Role.BOARD, by=None, now=make.NOON)

    assert luc == again
    assert [(one.user, one.role) for one in roles.holders()] == [(luc, Role.BOARD)]


def test_whoever_is_there_first_is_the_first_admin_and_nobody_after() -> None:
    first, second = make.board_member(), make.board_member()
    roles.found(first, now=make.NOON)
    roles.found(second, now=make.NOON)

    assert [access.role_of(anew(one)) for one in (first, second)] == [Role.ADMIN, Role.BOARD]


def test_the_highest_roles_are_named_first() -> None:
    people = [make.holder(role) for role in Role]
    make.user()

    assert [one.user for one in roles.holders()] == people[::-1]


def test_the_command_names_the_first_admin_and_keeps_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("grant_role", "jeanne@alpilles.example", "admin", "--name", "Jeanne")
    assert access.role_of(User.objects.get()) is Role.ADMIN
    assert "@" not in capsys.readouterr().out

    with pytest.raises(CommandError, match="Nobody else"):
        call_command("grant_role", "jeanne@alpilles.example", "board")


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_withdraw_each_other_at_once_do_not_leave_nobody() -> None:
    first, second = make.holder(Role.ADMIN), make.holder(Role.ADMIN)

    def withdrawing(one: User) -> Callable[[], object]:
        return lambda: roles.grant(anew(one), None, by=None, now=make.NOON)

    errors = together(withdrawing(first), withdrawing(second))

    assert [type(error) for error in errors] == [roles.LastAdmin]
    assert sum(access.role_of(anew(one)) is Role.ADMIN for one in (first, second)) == 1
