"""Joining, and who signs in for whom."""

from collections.abc import Callable
from datetime import date

import pytest

from newsletter import members
from newsletter.access import is_board
from newsletter.core.interests import Category
from newsletter.models import Member, MemberPerson, User
from tests import make
from tests.together import together

pytestmark = pytest.mark.django_db


def admit(name: str) -> Member:
    return members.admit(name=name, category=Category.LODGING, commune=make.place(), joined_on=date(2026, 1, 1))


def test_two_members_of_one_spelling_have_addresses_of_their_own() -> None:
    assert [admit(name).slug for name in ("Mas des Oliviers", "Mas des oliviers!", "Mas dès Oliviers")] == [
        "mas-des-oliviers",
        "mas-des-oliviers-2",
        "mas-des-oliviers-3",
    ]


def test_a_name_without_latin_letters_still_gets_an_address() -> None:
    assert admit("✻").slug == "membre"


def test_a_person_is_let_in_once_in_any_spelling_of_case() -> None:
    mas, moulin = admit("Mas"), admit("Moulin")

    first = members.let_in(mas, email="jeanne@mas.example", name="Jeanne Aubert")
    again = members.let_in(mas, email="Jeanne@Mas.example", name="J. A.")
    other = members.let_in(moulin, email=" jeanne@mas.example", name="")

    assert first == again == other
    assert User.objects.get().name == "Jeanne Aubert"
    assert MemberPerson.objects.count() == 2


def test_a_seat_on_the_board_opens_the_boards_desk() -> None:
    person = members.seat_on_board(email="bureau@alpilles.example", name="Luc")

    assert is_board(User.objects.get(pk=person.pk))
    assert not is_board(make.user())


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_in_the_same_business_one_is_told() -> None:
    commune = make.place()

    def taking() -> object:
        return members.admit(name="Mas", category=Category.LODGING, commune=commune, joined_on=date(2026, 1, 1))

    assert [type(error) for error in together(taking, taking)] == [members.NameTaken]
    assert Member.objects.get().slug == "mas"


@pytest.mark.django_db(transaction=True)
def test_a_person_let_in_twice_at_once_is_one_person() -> None:
    mas, mill = make.member(), make.member()

    def letting(member: Member) -> Callable[[], object]:
        return lambda: members.let_in(member, email="luc@mas.example", name="Luc")

    assert together(letting(mas), letting(mill)) == []
    assert User.objects.get().memberships.count() == 2
