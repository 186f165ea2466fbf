"""What was clicked of a member's offers: beside each seat, once a person, and never of few."""

from datetime import timedelta

import pytest

from campaigns import member_reports, offer_clicks
from campaigns.core.season import Beside
from campaigns.models import Campaign
from campaigns.offer_clicks import NOTHING, Clicks
from newsletter.models import Offer
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _readers() -> None:
    make.newsletter()
    for _ in range(12):
        make.consenting()


def linked(**fields: object) -> Offer:
    return make.approved(link="https://moulin.example/", **fields)


def letter(*offers: Offer, days: int = 0) -> Campaign:
    campaign = make.running(make.locked_edition(*offers), now=make.NOON + timedelta(days=days))
    make.settled(campaign, *["sent"] * 12)
    return campaign


def follow(campaign: Campaign, people: slice, position: int = 1, **fields: int) -> None:
    reported.clicked(reported.who_agree(campaign)[people], reported.link(campaign, position), **fields)


def test_a_person_of_two_letters_is_one_and_machines_are_none() -> None:
    huile = linked()
    first, second = letter(huile), letter(huile, days=1)
    follow(first, slice(6), times=2, by_machines=3)
    follow(second, slice(7))
    follow(second, slice(7, 9), times=0, by_machines=1)

    found = offer_clicks.of([huile.pk], [first.pk, second.pk])

    assert found.of_offer(huile.pk) == found.whole == Clicks(19, 7, 12, linked=True)
    assert found.of_seat(huile.pk, first.edition_id) == Clicks(12, 6, 12, linked=True)


def test_few_are_hidden_with_what_would_give_them_away() -> None:
    huile, savon = linked(), linked()
    campaign = letter(huile, savon)
    follow(campaign, slice(3))
    follow(campaign, slice(9), position=2)

    found = offer_clicks.of([huile.pk, savon.pk], [campaign.pk])

    assert found.of_offer(huile.pk) == Clicks(None, None, 12, linked=True)
    assert found.of_offer(savon.pk) == Clicks(None, 9, 12, linked=True)
    assert (found.whole.own, found.whole.people) == (12, 9)


def test_an_offer_without_a_link_has_no_clicks_to_tell() -> None:
    huile = make.approved()
    campaign = letter(huile)

    assert offer_clicks.of([huile.pk], [campaign.pk]).of_offer(huile.pk) == NOTHING


def test_the_people_who_clicked_stand_beside_the_median_of_the_trade() -> None:
    trade = [linked() for _ in range(5)]
    campaign = letter(*trade)
    for position, many in enumerate((12, 6, 6, 5, 0), start=1):
        follow(campaign, slice(many), position=position)
    season = [member_reports.for_member(one.member, None, today=make.TODAY) for one in trade]

    assert {one.clicks_middle for one in season} == {6}
    assert [one.clicks_beside(one.offers[0]) for one in season] == [
        Beside.ABOVE,
        Beside.NEAR,
        Beside.NEAR,
        Beside.BELOW,
        Beside.BELOW,
    ]


def test_a_median_of_few_is_not_told() -> None:
    trade = [linked() for _ in range(5)]
    campaign = letter(*trade)
    follow(campaign, slice(12))
    for position in range(2, 6):
        follow(campaign, slice(2), position=position)
    found = member_reports.for_member(trade[0].member, None, today=make.TODAY)

    assert (found.clicks_middle, found.clicks_beside(found.offers[0])) == (None, None)


def test_clicks_cost_as_many_queries_however_many_offers_and_letters() -> None:
    offers = [linked() for _ in range(3)]
    campaigns = [letter(*offers, days=day).pk for day in range(3)]

    def cost(many: int) -> int:
        return reported.asked(lambda: offer_clicks.of([one.pk for one in offers[:many]], campaigns[:many]))

    assert cost(1) == cost(3) == 4
