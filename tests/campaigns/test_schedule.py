"""A campaign is planned, launched once, taken back, started, held and ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from audiences.models import Segment
from campaigns import chunks, enqueuing, schedule
from campaigns.core.campaign import PauseReason
from campaigns.core.tally import Tally
from campaigns.models import CampaignMove, Delivery
from newsletter import editions
from newsletter.core.states import IllegalMove
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(seconds=60)


def test_an_open_edition_is_never_planned() -> None:
    with pytest.raises(schedule.NotLocked):
        schedule.plan(make.edition(make.approved()), [], starts_at=None, by=None)


def test_planning_twice_changes_the_one_draft() -> None:
    edition = make.locked_edition()
    first = schedule.plan(edition, [], starts_at=None, by=None)
    segment = Segment.objects.create(name="Table", tree={"likes": "table"})
    second = schedule.plan(edition, [segment], starts_at=NOON, by=None)
    assert (second.pk, second.starts_at) == (first.pk, NOON)
    assert list(second.variants.values_list("segment__name", flat=True)) == ["Table"]


def test_nothing_starts_within_the_minute_of_grace() -> None:
    campaign = schedule.launch(schedule.plan(make.locked_edition(), [], starts_at=NOON, by=None), by=None, now=NOON)
    assert campaign.starts_at == NOON + MINUTE
    assert schedule.start_due(now=NOON + MINUTE - timedelta(seconds=1)) == 0
    assert schedule.start_due(now=NOON + MINUTE) == 1


def test_two_clocks_start_a_campaign_once() -> None:
    make.launched()
    assert [schedule.start_due(now=NOON), schedule.start_due(now=NOON)] == [1, 0]


def test_what_was_taken_back_is_a_draft_and_can_be_launched_again() -> None:
    campaign = make.launched()
    schedule.take_back(campaign, by=None, now=NOON)
    assert schedule.start_due(now=NOON + MINUTE) == 0
    schedule.launch(campaign, by=None, now=NOON)
    assert schedule.start_due(now=NOON + MINUTE) == 1


@pytest.mark.parametrize("chosen", [None, NOON + timedelta(hours=3)])
def test_what_was_taken_back_keeps_the_hour_that_was_chosen_and_no_other(chosen: datetime | None) -> None:
    campaign = schedule.plan(make.locked_edition(), [], starts_at=chosen, by=None)
    schedule.launch(campaign, by=None, now=NOON)

    assert schedule.take_back(campaign, by=None, now=NOON).starts_at == chosen


def test_what_has_started_cannot_be_taken_back() -> None:
    campaign = make.running()
    with pytest.raises(IllegalMove):
        schedule.take_back(campaign, by=None, now=NOON)


def test_the_template_is_compiled_at_launch_and_named_by_its_hash() -> None:
    variant = make.launched().variants.get()
    assert len(variant.template_digest) == 64
    assert b"no" in bytes(variant.template)


def test_the_audience_is_frozen_once_however_often_it_is_enqueued() -> None:
    make.readers(3)
    campaign = make.launched()
    schedule.start_due(now=NOON)
    assert enqueuing.enqueue(campaign, now=NOON) == 3
    make.readers(2)
    enqueuing.enqueue(campaign, now=NOON)
    assert (Delivery.objects.count(), chunks.tally(campaign)) == (3, Tally(queued=3))


def test_a_reader_gets_the_first_variant_that_describes_them() -> None:
    both = make.reader(interests=["table", "wine"])
    wine = make.reader(interests=["wine"])
    make.reader(interests=["craft"])
    tables, wines = (Segment.objects.create(name=n, tree={"likes": n}) for n in ("table", "wine"))
    campaign = make.running(None, tables, wines)
    got = dict(Delivery.objects.values_list("subscriber", "variant__segment__name"))
    assert (campaign.audience_size, got) == (2, {both.pk: "table", wine.pk: "wine"})


def test_positions_run_through_all_chunks_without_a_hole() -> None:
    make.readers(5)
    enqueuing_chunk, enqueuing.CHUNK = enqueuing.CHUNK, 2
    try:
        campaign = make.running()
    finally:
        enqueuing.CHUNK = enqueuing_chunk
    assert list(campaign.chunks.values_list("first", "last", "queued")) == [(1, 2, 2), (3, 4, 2), (5, 5, 1)]
    assert list(Delivery.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5]


def test_no_reader_gets_the_same_edition_by_a_second_campaign() -> None:
    make.readers(2)
    first = make.running()
    make.settled(first, "sent", "failed")
    second = make.running(first.edition)
    assert second.audience_size == 1


def test_who_asked_for_fewer_letters_gets_one_in_four_weeks() -> None:
    make.reader(monthly=True)
    make.settled(make.running(), "sent", settled_at=NOON - timedelta(days=20))
    soon = make.running()
    later = make.running(now=NOON + timedelta(days=9))
    assert (soon.audience_size, later.audience_size) == (0, 1)


def test_an_audience_of_nobody_finishes_at_once() -> None:
    campaign = make.running()
    assert (schedule.finish_done(now=NOON), campaign.audience_size) == (1, 0)


def test_cancelling_ends_what_is_queued_exact_to_the_row() -> None:
    make.readers(3)
    campaign = make.running()
    schedule.cancel(campaign, by=None, now=NOON)
    assert chunks.tally(campaign) == Tally(cancelled=3)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}


def test_what_came_too_late_expires_and_the_campaign_finishes() -> None:
    make.readers(2)
    campaign = make.running()
    schedule.finish_done(now=NOON + timedelta(days=8))
    campaign.refresh_from_db()
    assert (campaign.state, chunks.tally(campaign)) == ("finished", Tally(expired=2))


def test_pausing_says_who_and_why_and_resuming_clears_it() -> None:
    campaign, person = make.running(), make.board_member()
    schedule.pause(campaign, reason=PauseReason.BOARD, by=person, now=NOON)
    schedule.resume(campaign, by=person, now=NOON)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("running", "")
    assert list(campaign.moves.values_list("step", "by")) == [
        ("launch", None),
        ("start", None),
        ("run", None),
        ("pause", person.pk),
        ("resume", person.pk),
    ]


def test_an_edition_is_reopened_only_before_its_campaign_starts() -> None:
    edition = make.locked_edition()
    campaign = make.launched(edition)
    with pytest.raises(editions.ReopeningForbidden):
        editions.reopen(edition, by=None, now=NOON)
    schedule.take_back(campaign, by=None, now=NOON)
    assert not editions.reopen(edition, by=None, now=NOON).is_locked


def test_the_database_refuses_counts_that_do_not_add_up() -> None:
    make.reader()
    chunk = make.running().chunks.get()
    chunk.queued = 7
    with pytest.raises(IntegrityError):
        chunk.save()


@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_launch_once() -> None:
    campaign = schedule.plan(make.locked_edition(), [], starts_at=None, by=None)

    def click(_: int) -> bool:
        try:
            schedule.launch(campaign, by=None, now=NOON)
        except IllegalMove:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as hands:
        assert sum(hands.map(click, range(50))) == 1
    assert CampaignMove.objects.filter(step="launch").count() == 1


def test_a_used_up_quota_goes_on_by_itself_when_its_hour_has_moved_on() -> None:
    campaign = make.running()
    schedule.pause(campaign, reason=PauseReason.RELAY_QUOTA, by=None, now=NOON)
    assert schedule.resume_quota(now=NOON + timedelta(minutes=50)) == 0
    assert schedule.resume_quota(now=NOON + timedelta(minutes=61)) == 1
    campaign.refresh_from_db()
    assert campaign.state == "running"


def test_a_pause_of_the_board_never_goes_on_by_itself() -> None:
    campaign = make.running()
    schedule.pause(campaign, reason=PauseReason.BOARD, by=None, now=NOON)
    assert schedule.resume_quota(now=NOON + timedelta(days=1)) == 0
