"""What befell messages is counted once each, by slices of which none names its few."""

from datetime import timedelta

import pytest

from audiences import subscriptions
from campaigns import fates
from campaigns.fates import Cell, Fates
from campaigns.models import Campaign, Chunk
from newsletter.models import Edition, Newsletter
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


def whole(campaign: Campaign) -> Fates:
    return sum((cell.fates for cell in fates.counted([campaign])), Fates())


def linked() -> Edition:
    """An edition whose offer has a link."""
    return make.locked_edition(make.approved(link="https://moulin.example/"))


def test_each_message_counts_once_in_each_number() -> None:
    make.readers(3)
    for _ in range(6):
        make.consenting()
    campaign = reported.sent(linked(), failed=1)
    agreeing = [row for row in reported.who_agree(campaign) if row.state == "sent"]
    first = reported.link(campaign)
    reported.clicked(agreeing[:2], first, times=3)
    reported.clicked(agreeing[2:3], first, times=0, by_machines=4)
    rows = list(campaign.deliveries.filter(state="sent").order_by("position"))
    reported.told(rows[:2], "complained")
    reported.told(rows[:4], "delivered")

    assert whole(campaign) == Fates(sent=8, failed=1, delivered=4, complained=2, left=0, agree=len(agreeing), clicked=2)


def test_two_links_of_one_person_are_one_person() -> None:
    make.consenting()
    offers = [make.approved(link=f"https://membre{n}.example/") for n in range(2)]
    campaign = reported.sent(make.locked_edition(*offers))
    rows = reported.who_agree(campaign)
    for position in (1, 2):
        reported.clicked(rows, reported.link(campaign, position))

    assert whole(campaign).clicked == 1


def test_whoever_withdrew_counts_neither_as_clicking_nor_as_agreeing() -> None:
    for _ in range(3):
        make.consenting()
    campaign = reported.sent(linked())
    rows = reported.who_agree(campaign)
    reported.clicked(rows, reported.link(campaign))
    newsletter = campaign.edition.newsletter
    subscriptions.unmeasure(newsletter, bytes(rows[0].address_key), now=reported.LATER)

    assert (whole(campaign).agree, whole(campaign).clicked) == (2, 2)


def test_a_leave_is_told_of_the_last_letter_before_it() -> None:
    make.readers(2)
    first = reported.sent()
    rows = list(first.deliveries.order_by("position"))
    reported.left(rows[0], at=make.NOON + timedelta(days=1))
    second = make.running(now=make.NOON + timedelta(days=2))
    make.settled(second, "sent")
    reported.left(rows[1], at=make.NOON + timedelta(days=3))

    assert [whole(campaign).left for campaign in (first, second)] == [1, 1]


def test_a_leave_before_the_letter_is_not_its_doing() -> None:
    reader, newsletter = make.reader(), Newsletter.objects.get()
    key, early = bytes(reader.address_key), make.NOON - timedelta(hours=2)
    subscriptions.leave(newsletter, key, now=early)
    assert subscriptions.come_back(newsletter, key, now=early + timedelta(hours=1))

    found = whole(reported.sent())

    assert (found.sent, found.left) == (1, 0)


def test_a_complaint_is_no_leave_besides() -> None:
    make.readers(1)
    campaign = reported.sent()
    row = campaign.deliveries.get()
    reported.told([row], "complained")
    reported.left(row)

    assert (whole(campaign).complained, whole(campaign).left) == (1, 0)


def test_the_operator_is_that_of_the_messages_chunk() -> None:
    make.readers(6)
    campaign = reported.sent()
    Chunk.objects.filter(campaign=campaign).update(operator="orange")

    assert {cell.operator: cell.fates.sent for cell in fates.counted([campaign])} == {"orange": 6}


def cell(operator: str, variant: int = 1, **told: int) -> Cell:
    return Cell(1, variant, operator, Fates(**told))


def test_small_hosters_stand_together_and_under_no_name() -> None:
    cells = [
        cell("orange", sent=90),
        cell("mas-de-luc.example", sent=2),
        cell("free", sent=30),
        cell("b.example", sent=4),
    ]

    assert [(one.key, one.figures.sent) for one in fates.by_operator(cells)] == [("orange", 90), ("free", 30), ("", 6)]


def test_behind_a_relay_there_is_no_table_of_operators() -> None:
    assert fates.by_operator([cell("", sent=90)]) == []


def test_one_variant_is_no_slice() -> None:
    assert fates.by_variant([cell("orange", sent=90), cell("free", sent=9)]) == []


def test_a_slice_of_few_takes_another_along() -> None:
    cells = [cell("", 1, sent=90, left=20), cell("", 2, sent=60, left=3), cell("", 3, sent=50, left=9)]

    assert [one.figures.left for one in fates.by_variant(cells)] == [20, None, None]


def test_where_fewer_than_five_agree_nothing_is_said_of_their_clicks() -> None:
    cells = [cell("", 1, sent=90, agree=50, clicked=0), cell("", 2, sent=60, agree=3, clicked=0)]

    assert [(one.figures.agree, one.figures.clicked) for one in fates.by_variant(cells)] == [(None, None), (None, None)]
    assert fates.of_whole(Fates(sent=9, agree=4, clicked=0)).clicked is None


def test_how_many_left_is_no_secret_and_what_few_did_is() -> None:
    figures = fates.of_whole(Fates(sent=3, failed=1, complained=1, left=4, agree=20, clicked=5))

    assert figures == fates.Figures(sent=3, failed=1, complained=None, left=None, agree=20, clicked=5)


def test_all_letters_cost_one_query() -> None:
    make.readers(2)
    campaigns = [reported.sent() for _ in range(3)]

    assert sum(cell.fates.sent for cell in fates.counted(campaigns)) == 6
    assert reported.asked(lambda: fates.counted(campaigns)) == 1
