"""A file of members is checked against what stands, then taken in."""

import pytest

from newsletter import members, rosters
from newsletter.core.story import StoryFault
from newsletter.models import Invitation, Member, User
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "nom;métier;commune;e-mail;contact;cotisation\n"


@pytest.fixture(autouse=True)
def _communes() -> None:
    make.place("Arles", postcodes=["13200"])
    make.place("Rémy", postcodes=["60190"])
    make.place("Rémy", postcodes=["62156"])


def test_looking_writes_nothing_and_says_what_would_be() -> None:
    make.member("Mas des Oliviers")
    found = rosters.look(
        HEAD
        + "Mas des oliviers;gîte;Arles;;;\n"
        + "Moulin;moulin;Arles;luc@moulin.example;Luc;2026\n"
        + "Cave;domaine;Rémy;;;\nFour;artisan;Atlantide;;;\nTable;table;Arles;;;\n",
        "membres.csv",
    )

    assert [one.row.name for one in found.new] == ["Moulin", "Table"]
    assert found.known == ("Mas des oliviers",)
    assert [(one.number, one.fault) for one in found.wrong] == [
        (4, StoryFault.MANY_COMMUNES),
        (5, StoryFault.UNKNOWN_COMMUNE),
    ]
    assert found.to_invite == 1
    assert Member.objects.count() == 1


def test_who_is_new_is_taken_in_with_their_person_their_year_and_a_link() -> None:
    found = rosters.look(HEAD + "Moulin;moulin;Arles;luc@moulin.example;Luc;2026\nTable;table;Arles;;;\n", "")

    owed = rosters.take_in(found, invite=True, by=None, now=make.NOON)

    moulin = Member.objects.get(name="Moulin")
    assert [one.member for one in owed] == [moulin]
    assert User.objects.get(memberships__member=moulin).name == "Luc"
    assert list(Member.objects.paid_up(2026)) == [moulin]
    assert Member.objects.get(name="Table").people.count() == 0


def test_the_same_file_again_adds_nobody() -> None:
    text = HEAD + "Moulin;moulin;Arles;luc@moulin.example;Luc;2026\n"
    rosters.take_in(rosters.look(text, ""), invite=False, by=None, now=make.NOON)
    again = rosters.look(text, "")

    assert (again.new, again.known) == ((), ("Moulin",))
    assert not Invitation.objects.exists()


def test_of_two_who_confirm_the_same_file_the_second_keeps_nothing() -> None:
    found = rosters.look(HEAD + "Table;table;Arles;;;\nMoulin;moulin;Arles;;;\n", "")
    make.member("Moulin")

    with pytest.raises(members.NameTaken):
        rosters.take_in(found, invite=False, by=None, now=make.NOON)
    assert [one.name for one in Member.objects.all()] == ["Moulin"]
