"""Who had a chance in an edition: written when it is locked, forgotten when it is written anew."""

from datetime import timedelta

import pytest

from newsletter import editions, opportunities
from newsletter.core.review import OfferState
from newsletter.models import Edition, Member
from tests import make
from tests.make import NOON, SENDING_DAY

pytestmark = pytest.mark.django_db


def lock(edition: Edition) -> set[int]:
    editions.lock(edition, by=None, now=NOON)
    return chances(edition)


def chances(edition: Edition) -> set[int]:
    return set(edition.opportunities.values_list("member", flat=True))


def test_whoever_has_an_eligible_offer_had_a_chance_placed_or_not() -> None:
    placed, ready = make.approved(), make.approved()
    make.offer(OfferState.SUBMITTED)
    make.approved(valid_until=SENDING_DAY - timedelta(days=1))
    gone = make.approved()
    Member.objects.filter(pk=gone.member_id).update(is_active=False)
    edition = make.edition(placed, subject="Noël", preheader="x", planned_on=SENDING_DAY)

    assert lock(edition) == {placed.member_id, ready.member_id}


def test_two_offers_are_one_chance() -> None:
    mill = make.member()
    edition = make.edition(make.approved(member=mill), subject="Noël", preheader="x")
    make.approved(member=mill)

    assert lock(edition) == {mill.pk}
    assert opportunities.record(edition) == 1


def test_an_edition_that_is_reopened_has_given_no_chance_yet() -> None:
    edition = make.edition(make.approved(), subject="Noël", preheader="x")
    lock(edition)

    editions.reopen(edition, by=None, now=NOON)
    assert chances(edition) == set()

    late = make.approved()
    assert late.member_id in lock(edition)
