"""What was clicked: raw, without machines, by people; and no few of those who agree are told apart."""

from datetime import timedelta

import pytest

from campaigns import followed
from campaigns.followed import Followed
from campaigns.models import Campaign, Click, Link
from newsletter.core.linking import Part
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Campaign:
    """A letter with the links of three offers, to twelve readers who agree."""
    make.newsletter()
    for _ in range(12):
        make.consenting()
    offers = [make.approved(title=f"Offre {n}", link=f"https://membre{n}.example/") for n in range(3)]
    return reported.sent(make.locked_edition(*offers))


def of(campaign: Campaign, *, agree: int = 12) -> Followed:
    clicks = Click.objects.filter(delivery__campaign=campaign, times__gt=0).exclude(link__part=Part.TRAP)
    return followed.of_letter(campaign, agree=agree, clicked=clicks.values("delivery").distinct().count())


def rows(found: tuple[followed.Clicks, ...]) -> list[tuple[str, int | None, int | None, int | None]]:
    return [(one.name, one.times, one.own, one.people) for one in found]


def test_machines_stand_in_the_raw_count_and_nowhere_else(letter: Campaign) -> None:
    people = reported.who_agree(letter)
    reported.clicked(people[:6], reported.link(letter, 1), times=2, by_machines=1)
    reported.clicked(people[6:7], reported.link(letter, 2), times=0, by_machines=9)

    found = of(letter)

    assert rows(found.links) == [("Offre 0", 18, 12, 6), ("Offre 1", 9, 0, 0), ("Offre 2", 0, 0, 0)]
    assert (found.times, found.own) == (27, 12)
    assert [one.bar for one in found.links] == [1000, 0, 0]


def test_the_link_that_no_person_sees_counts_nowhere(letter: Campaign) -> None:
    reported.clicked(reported.who_agree(letter), reported.link(letter, 0), times=5)

    found = of(letter)

    assert (found.times, found.days, {one.part for one in found.links}) == (0, (), {Part.OFFER})


def test_people_of_an_offer_count_once_for_all_its_links(letter: Campaign) -> None:
    people = reported.who_agree(letter)
    one, two = reported.link(letter, 1), reported.link(letter, 2)
    Link.objects.filter(pk=two.pk).update(offer=one.offer_id)
    reported.clicked(people[:7], one)
    reported.clicked(people[:5], two)

    found = of(letter)

    assert rows(found.offers) == [("Offre 0", 12, 12, 7), ("Offre 2", 0, 0, 0)]
    assert [(one.part, one.people) for one in found.parts] == [(Part.OFFER, 7)]


def test_few_people_are_hidden_and_few_clicks_too_though_they_are_nobodys(letter: Campaign) -> None:
    reported.clicked(reported.who_agree(letter)[:3], reported.link(letter, 1))
    reported.clicked(reported.who_agree(letter)[:9], reported.link(letter, 2))

    assert rows(of(letter).links) == [
        ("Offre 0", None, None, None),
        ("Offre 1", None, None, None),
        ("Offre 2", None, None, None),
    ]


def test_people_who_share_nothing_are_hidden_so_that_no_bound_tells_how_few_they_are(letter: Campaign) -> None:
    people = reported.who_agree(letter)
    reported.clicked(people[:8], reported.link(letter, 1))
    reported.clicked(people[8:], reported.link(letter, 2))

    found = of(letter)

    assert [one.people for one in found.links] == [None, None, None]
    assert [one.people for one in found.parts] == [12]


def test_counts_of_those_who_agree_are_hidden_with_every_sum_they_are_in(letter: Campaign) -> None:
    people = reported.who_agree(letter)
    reported.clicked(people[:3], reported.link(letter, 1))
    reported.clicked(people[:6], reported.link(letter, 2))
    reported.clicked(people[:9], reported.link(letter, 3))

    found = of(letter)

    assert [one.own for one in found.links] == [None, None, 9]
    assert [one.own for one in found.offers] == [None, None, 9]
    assert ([one.own for one in found.parts], found.own) == ([None], 18)


def test_of_fewer_than_five_who_agree_no_click_is_told(letter: Campaign) -> None:
    reported.clicked(reported.who_agree(letter), reported.link(letter, 1))

    found = of(letter, agree=4)

    assert {one.people for one in (*found.links, *found.offers, *found.parts, *found.days)} == {None}


def test_days_run_from_the_departure_and_people_stand_at_their_first(letter: Campaign) -> None:
    people, link = reported.who_agree(letter), reported.link(letter, 1)
    reported.clicked(people[:6], link)
    reported.clicked(people[:6], reported.link(letter, 2), at=reported.LATER + timedelta(days=2))
    reported.clicked(people[6:], link, at=reported.LATER + timedelta(days=20))

    found = of(letter).days

    assert [(day.times, day.people) for day in found[:4]] == [(6, 6), (0, 0), (6, 0), (0, 0)]
    assert len(found) == followed.DAYS + 1
    assert (found[0].on, found[-1].on, found[-1].people) == (make.TODAY, None, 6)


def test_a_letter_without_clicks_has_no_days(letter: Campaign) -> None:
    assert of(letter).days == ()
