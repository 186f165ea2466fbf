"""What a member learns of its offers: nobody is counted twice, and nothing is said that is not known."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns import member_reports
from campaigns.core.season import Beside, Half, Season
from campaigns.models import Campaign
from newsletter.core.interests import Category
from newsletter.models import Edition, Member, Offer
from tests import make

pytestmark = pytest.mark.django_db
WINTER, SUMMER = Season(2026, Half.WINTER), Season(2026, Half.SUMMER)
JULY = datetime(2026, 7, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def mill() -> Member:
    return make.member("Moulin")


def sent(*offers: Offer, to: int = 99, at: datetime = make.NOON, **fields: Any) -> Edition:
    """An edition with these offers that our relay accepted for so many of its readers; the rest failed."""
    edition = make.locked_edition(*offers, **fields)
    campaign = make.running(edition, now=at)
    size = campaign.deliveries.count()
    make.settled(campaign, *("sent" if n < to else "failed" for n in range(size)))
    return edition


def of(report: member_reports.SeasonReport) -> list[tuple[str, int, int]]:
    return [(one.offer.title, one.readers, one.sendings) for one in report.offers]


def test_a_reader_of_two_letters_is_one_reader_and_two_sendings(mill: Member) -> None:
    make.readers(3)
    huile = make.approved(member=mill, title="Huile")
    sent(huile)
    sent(make.approved(), huile)

    report = member_reports.for_offer(huile)

    assert (report.readers, report.sendings) == (3, 6)
    assert [(seat.position, seat.of, seat.sendings) for seat in report.seats] == [(2, 2, 3), (1, 1, 3)]


def test_only_what_the_relay_accepted_counts(mill: Member) -> None:
    make.readers(4)
    huile = make.approved(member=mill)
    sent(huile, to=3)

    assert member_reports.for_offer(huile).readers == 3


def test_two_offers_in_one_letter_reach_its_readers_once(mill: Member) -> None:
    make.readers(3)
    huile, savon = make.approved(member=mill, title="Huile"), make.approved(member=mill, title="Savon")
    sent(huile, savon, make.approved())
    make.readers(2)
    sent(savon)

    report = member_reports.for_member(mill, None, today=make.TODAY)

    assert of(report) == [("Savon", 5, 8), ("Huile", 3, 3)]
    assert (report.readers, report.sendings, report.editions) == (5, 11, 2)


def test_a_second_sending_of_an_edition_adds_its_new_readers(mill: Member) -> None:
    make.readers(2)
    huile = make.approved(member=mill)
    edition = sent(huile)
    make.readers(3)
    late = make.running(edition)
    make.settled(late, *["sent"] * late.deliveries.count())

    report = member_reports.for_offer(huile)

    assert (report.readers, [seat.sendings for seat in report.seats]) == (5, [5])


def test_each_season_has_its_own_letters(mill: Member) -> None:
    make.readers(2)
    huile = make.approved(member=mill, title="Huile")
    sent(huile, at=JULY, planned_on=date(2026, 7, 4))
    sent(huile, to=1)

    winter = member_reports.for_member(mill, None, today=make.TODAY)
    summer = member_reports.for_member(mill, SUMMER, today=make.TODAY)

    assert (winter.season, of(winter), winter.readers) == (WINTER, [("Huile", 1, 1)], 1)
    assert (summer.season, of(summer), summer.readers) == (SUMMER, [("Huile", 2, 2)], 2)
    assert winter.seasons == summer.seasons == (WINTER, SUMMER)


def test_a_letter_that_has_not_left_counts_nothing_and_is_shown(mill: Member) -> None:
    make.readers(2)
    make.locked_edition(make.approved(member=mill, title="Huile"))
    make.edition(make.approved(member=mill, title="Secret"))

    report = member_reports.for_member(mill, None, today=make.TODAY)

    assert (of(report), report.editions) == ([("Huile", 0, 0)], 0)
    assert report.beside(report.offers[0]) is None


def test_nothing_yet_is_the_present_season(mill: Member) -> None:
    report = member_reports.for_member(mill, None, today=date(2027, 5, 1))

    assert (report.season, report.offers, report.middle) == (Season(2027, Half.SUMMER), (), None)


def test_an_offer_stands_beside_the_median_of_its_trade(mill: Member) -> None:
    huile = make.approved(member=mill, title="Huile")
    trade = [make.approved(member=make.member()) for _ in range(4)]
    make.readers(1)
    sent(*trade)
    assert member_reports.for_member(mill, WINTER, today=make.TODAY).middle is None, "four offers are too few"
    make.readers(2)
    sent(huile, make.approved(member=make.member(category=Category.LODGING)))

    report = member_reports.for_member(mill, None, today=make.TODAY)

    assert report.middle == 1
    assert report.beside(report.offers[0]) is Beside.ABOVE


def test_another_trade_is_not_compared(mill: Member) -> None:
    make.readers(1)
    hotels = [make.approved(member=make.member(category=Category.LODGING)) for _ in range(5)]
    sent(make.approved(member=mill), *hotels)

    assert member_reports.for_member(mill, None, today=make.TODAY).middle is None
    assert member_reports.for_member(hotels[0].member, None, today=make.TODAY).middle == 1


def test_a_season_costs_as_many_queries_however_much_appeared(mill: Member, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        sent(make.approved(member=mill), make.approved(member=mill))

    assert Campaign.objects.count() == 3
    with django_assert_max_num_queries(14):
        member_reports.for_member(mill, None, today=make.TODAY)
