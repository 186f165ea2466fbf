"""The ledger of exposure: written once when a sending is over, true to what left, and made anew from nothing."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from campaigns import exposures, schedule, tasks
from campaigns.models import Campaign, Exposure
from newsletter import editions, visibility
from newsletter.core.exposure import Record, Standings
from newsletter.core.interests import Category
from newsletter.models import Edition, Member, Offer
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
AFTER = NOON + timedelta(hours=1)


def locked(*offers: Offer, **fields: Any) -> Edition:
    """An edition that the board locked, as it does: so it is known who had a chance."""
    edition = make.edition(*offers, subject="Noël", preheader="Nos adresses", **fields)
    return editions.lock(edition, by=None, now=NOON)


def sent(edition: Edition, *states: str, finished: bool = True) -> Campaign:
    campaign = make.running(edition)
    make.settled(campaign, *states, finished=finished)
    return campaign


def ledger() -> list[tuple[int, int, int, int]]:
    rows = Exposure.objects.order_by("campaign", "position")
    return list(rows.values_list("member", "position", "weight", "sent"))


def test_when_a_sending_is_over_every_seat_is_written_down_with_what_really_left() -> None:
    make.readers(3)
    large, small = make.approved(), make.approved()
    sent(locked(large, small), "sent", "sent", "failed")

    assert exposures.record_due(now=AFTER) == 1
    assert exposures.record_due(now=AFTER) == 0
    assert ledger() == [(large.member_id, 1, 12, 2), (small.member_id, 2, 6, 2)]


def test_the_clock_writes_it_down() -> None:
    make.readers(1)
    sent(locked(make.approved()), "sent", finished=False)

    tasks.turn(now=AFTER)

    assert Campaign.objects.get().state == "finished"
    assert [row[3] for row in ledger()] == [1]


def test_while_letters_leave_nothing_is_written() -> None:
    make.readers(2)
    campaign = sent(locked(make.approved()), "sent", finished=False)

    assert exposures.record_due(now=AFTER) == 0
    assert exposures.record(campaign, now=AFTER) is False
    assert ledger() == []


def test_a_cancelled_sending_counts_for_what_had_left() -> None:
    make.readers(3)
    campaign = sent(locked(make.approved()), "sent", finished=False)
    schedule.cancel(campaign, by=None, now=NOON)

    exposures.record_due(now=AFTER)

    assert [row[3] for row in ledger()] == [1]


def test_a_sending_of_which_nothing_left_brought_nobody_anything() -> None:
    make.readers(1)
    sent(locked(make.approved()), "failed")

    assert exposures.record_due(now=AFTER) == 0
    assert exposures.standings(AFTER).letters == 0


def test_what_is_settled_later_is_counted_anew() -> None:
    make.readers(2)
    campaign = sent(locked(make.approved()), "sent", "in_doubt")
    exposures.record_due(now=AFTER)
    make.settled(campaign, "sent", "sent")

    assert [row[3] for row in ledger()] == [1]
    assert exposures.recount(now=AFTER) == 1
    assert exposures.recount(now=AFTER) == 0
    assert [row[3] for row in ledger()] == [2]


def test_lost_rows_are_written_the_same_again() -> None:
    make.readers(2)
    sent(locked(make.approved(), make.approved()), "sent", "sent")
    exposures.record_due(now=AFTER)
    before = ledger()
    Exposure.objects.all().delete()

    exposures.record_due(now=AFTER)

    assert ledger() == before


def test_what_was_seen_is_divided_by_the_chances_and_all_members_are_asked_for_at_once(
    django_assert_num_queries: Any,
) -> None:
    make.readers(4)
    large, small, left_out = make.approved(), make.approved(), make.approved()
    stranger = make.member()
    for edition in (locked(large, small), locked(large)):
        sent(edition, *["sent"] * 4)
    exposures.record_due(now=AFTER)

    with django_assert_num_queries(2):
        found = exposures.standings(AFTER)

    assert {pk: one.record for pk, one in found.of.items()} == {
        large.member_id: Record(Fraction(8), 2),
        small.member_id: Record(Fraction(2), 2),
        left_out.member_id: Record(Fraction(0), 2),
    }
    assert (found.letters, found.median) == (2, 1)
    assert found.standing(stranger.pk).exposure == 1, "a newcomer stands at the median"


def test_an_edition_sent_in_two_parts_is_one_letter_and_both_parts_count() -> None:
    make.readers(1)
    edition = locked(make.approved())
    sent(edition, "sent")
    make.reader()
    sent(edition, "sent")
    exposures.record_due(now=AFTER)

    found = exposures.standings(AFTER)
    assert [one.record for one in found.of.values()] == [Record(Fraction(2), 1)]
    assert found.letters == 1


def test_after_a_year_a_letter_is_forgotten() -> None:
    make.readers(1)
    offer = make.approved()
    sent(locked(offer), "sent")
    exposures.record_due(now=AFTER)

    assert exposures.standings(NOON + timedelta(days=364)).letters == 1
    assert exposures.standings(NOON + timedelta(days=366)) == Standings()


def test_whoever_left_the_association_moves_nobodys_median() -> None:
    make.readers(1)
    offer = make.approved()
    sent(locked(offer, make.approved()), "sent")
    exposures.record_due(now=AFTER)
    Member.objects.filter(pk=offer.member_id).update(is_active=False)

    found = exposures.standings(AFTER)
    assert offer.member_id not in found.of
    assert found.median == Fraction(1, 2)


def test_the_wing_that_publishes_asks_without_knowing_who_answers() -> None:
    make.readers(1)
    offer = make.approved(member=make.member(category=Category.GUIDE))
    sent(locked(offer), "sent")
    exposures.record_due(now=AFTER)

    assert visibility.standings(now=AFTER) == exposures.standings(AFTER)
    assert visibility.standings(now=AFTER).standing(offer.member_id).exposure == 1
