"""The admins say who holds which role; editors and the board do not even know the page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from newsletter import access
from newsletter.core.roles import Role
from newsletter.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> User:
    person = make.holder(Role.ADMIN, "jeanne@alpilles.example", name="Jeanne Aubert")
    client.force_login(person)
    return person


def role(user: User) -> Role | None:
    return access.role_of(User.objects.get(pk=user.pk))


def test_a_role_is_given_changed_and_taken_back(client: Client, admin: User) -> None:
    client.post(reverse("board:people-appoint"), {"email": "luc@mas.example", "name": "Luc", "role": "editor"})
    luc = User.objects.get(email="luc@mas.example")
    assert role(luc) is Role.EDITOR
    client.post(reverse("board:people-change", args=[luc.pk]), {"role": "board"})
    assert role(luc) is Role.BOARD
    client.post(reverse("board:people-change", args=[luc.pk]), {"role": "king"})
    assert role(luc) is Role.BOARD
    shown = client.post(reverse("board:people-change", args=[luc.pk]), {"role": ""}, follow=True).content.decode()
    assert role(luc) is None
    assert "par Jeanne Aubert" in shown


def test_the_last_admin_is_told_to_name_another_first(client: Client, admin: User) -> None:
    for said in ("", "board"):
        shown = client.post(reverse("board:people-change", args=[admin.pk]), {"role": said}, follow=True)
        assert "nommez d’abord" in shown.content.decode()
    shown = client.post(reverse("board:people-appoint"), {"email": admin.email, "role": "editor"}, follow=True)
    assert "nommez d’abord" in shown.content.decode()
    assert role(admin) is Role.ADMIN


def test_who_gives_up_their_own_role_lands_where_they_may_be(client: Client, admin: User) -> None:
    make.holder(Role.ADMIN)
    answer = client.post(reverse("board:people-change", args=[admin.pk]), {"role": "editor"}, follow=True)

    assert (answer.status_code, role(admin)) == (200, Role.EDITOR)


def test_a_mistake_is_said_at_its_field(client: Client, admin: User) -> None:
    shown = client.post(reverse("board:people-appoint"), {"email": "luc@", "role": "king"}).content.decode()

    assert "ne semble pas complète" in shown
    assert "king" in shown


def test_an_editor_works_on_offers_and_editions_and_sees_no_other_door(client: Client) -> None:
    client.force_login(make.holder(Role.EDITOR, name="Léa"))
    edition = make.locked_edition()
    pages = [client.get(reverse("board:home")), client.get(reverse("board:edition", args=[edition.pk]))]

    for page in pages:
        html: Any = page.content.decode()
        assert page.status_code == 200
        for name in ("campaigns", "readers", "board:members", "board:people"):
            assert f'href="{reverse(name)}' not in html, name
        assert reverse("campaign-prepare", args=[edition.pk]) not in html
    assert client.get(reverse("campaign-prepare", args=[edition.pk])).status_code == 404


def test_the_board_sees_all_but_the_roles(client: Client) -> None:
    client.force_login(make.holder(Role.BOARD))
    html = client.get(reverse("board:home")).content.decode()

    assert reverse("campaigns") in html
    assert reverse("board:people") not in html
