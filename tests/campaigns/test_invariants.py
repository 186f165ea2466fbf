"""Each promise of the ledger: kept by every other test of the sending, and here broken on purpose and found."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audiences import suppressions
from audiences.core.consent import StopReason
from audiences.models import Subscription
from campaigns import invariants
from campaigns.core.retry import MAX_ATTEMPTS
from campaigns.models import Campaign, Chunk, Delivery, DeliveryRetry, Evidence
from tests import make
from tests.make import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.broken_ledger]
HOUR = timedelta(hours=1)


def found(now: object = NOON) -> set[tuple[str, str]]:
    return {(broken.invariant, broken.table) for broken in invariants.check(now=now)}  # type: ignore[arg-type]


@pytest.fixture
def campaign() -> Campaign:
    make.readers(4)
    return make.running()


def test_a_sound_ledger_breaks_nothing(campaign: Campaign) -> None:
    make.settled(campaign, "sent", "failed", "in_doubt", "skipped")
    assert found(NOON + 24 * HOUR) == set()


def test_a_row_that_vanished_is_missed(campaign: Campaign) -> None:
    Delivery.objects.filter(campaign=campaign, position=1).delete()
    assert found() == {("I1", "campaign"), ("I1", "chunk")}


def test_a_row_that_moved_without_its_chunk_is_noticed(campaign: Campaign) -> None:
    Delivery.objects.filter(campaign=campaign, position=2).update(state="skipped")
    [broken] = invariants.check(now=NOON)
    assert broken == invariants.Broken("I1", "chunk", (campaign.chunks.get().pk,))


def test_a_retry_that_its_chunk_does_not_count_is_noticed(campaign: Campaign) -> None:
    DeliveryRetry.objects.create(delivery=Delivery.objects.get(position=1), not_before=NOON)
    assert found() == {("I1", "chunk")}


def test_a_sent_message_that_waits_for_a_retry_is_noticed(campaign: Campaign) -> None:
    [row] = make.settled(campaign, "sent", finished=False)
    DeliveryRetry.objects.create(delivery=row, not_before=NOON)
    assert ("I1", "delivery") in found()


def test_two_messages_to_one_address_in_one_round_are_noticed(campaign: Campaign) -> None:
    first, second = make.settled(campaign, "sent", "sent", finished=False)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE campaigns_delivery DROP CONSTRAINT delivery_once_per_address")
    Delivery.objects.filter(pk=second.pk).update(address_key=first.address_key)
    assert invariants.check(now=NOON) == [invariants.Broken("I2", "delivery", (first.pk, second.pk))]
    Delivery.objects.filter(pk=second.pk).update(round=2)
    assert found() == set()


@pytest.mark.parametrize("code", [None, 451, 550])
def test_a_message_called_sent_that_nobody_accepted_is_noticed(campaign: Campaign, code: int | None) -> None:
    [row] = make.settled(campaign, "sent", finished=False, reply_code=code)
    assert found() == {("I3", "delivery")}
    Evidence.objects.create(delivery=row, proof="sent", source="postfix log", at=NOON)
    assert found() == set()


def test_a_message_that_nobody_can_still_be_sending_is_noticed(campaign: Campaign) -> None:
    make.settled(campaign, "sending", finished=False)
    assert (found(NOON + timedelta(minutes=19)), found(NOON + HOUR)) == (set(), {("I4", "delivery")})


def test_a_message_armed_after_its_address_was_suppressed_is_noticed(campaign: Campaign) -> None:
    [row] = make.settled(campaign, "sent", finished=False)
    suppressions.suppress(bytes(row.address_key), reason=StopReason.COMPLAINED, now=NOON)
    assert found() == set()
    Delivery.objects.filter(pk=row.pk).update(armed_at=NOON + HOUR)
    assert found() == {("I5", "delivery")}


def test_a_message_armed_after_its_reader_had_left_is_noticed(campaign: Campaign) -> None:
    [row] = make.settled(campaign, "sent", finished=False)
    Subscription.objects.filter(subscriber=row.subscriber).update(state="ended", ended_at=NOON - HOUR)
    assert found() == {("I5", "delivery")}
    # they came back since
    Subscription.objects.filter(subscriber=row.subscriber).update(state="confirmed")
    assert found() == set()


@pytest.mark.parametrize("state", ["finished", "cancelled"])
def test_a_campaign_that_is_over_with_something_queued_is_noticed(campaign: Campaign, state: str) -> None:
    Campaign.objects.update(state=state)
    assert found() == {("I6", "campaign")}


def test_a_campaign_that_nobody_finishes_is_noticed(campaign: Campaign) -> None:
    make.settled(campaign, "sent", "sent", "sent", "in_doubt", finished=False)
    assert (found(), found(NOON + HOUR)) == (set(), {("I6", "campaign")})


def test_a_message_tried_too_often_is_noticed(campaign: Campaign) -> None:
    Delivery.objects.filter(position=1).update(attempts=MAX_ATTEMPTS + 1)
    assert found() == {("I7", "delivery")}


def test_only_the_campaigns_that_were_asked_for_are_checked(campaign: Campaign) -> None:
    other = make.running()
    Delivery.objects.filter(campaign=campaign, position=1).update(attempts=MAX_ATTEMPTS + 1)
    assert invariants.check([other.pk], now=NOON) == []
    assert len(invariants.check([campaign.pk], now=NOON)) == 1


def test_each_minute_only_what_changed_is_looked_at(campaign: Campaign) -> None:
    seen: dict[int, tuple[int, ...]] = {}
    assert invariants.check_changed(seen, now=NOON) == []
    Delivery.objects.filter(position=1).update(state="skipped")
    assert invariants.check_changed(seen, now=NOON) == []
    Chunk.objects.update(lease_epoch=7)
    assert [broken.invariant for broken in invariants.check_changed(seen, now=NOON)] == ["I1"]


def test_the_command_says_which_rows_break_what_and_exits_1(campaign: Campaign) -> None:
    out, err = StringIO(), StringIO()
    call_command("check_ledger", stdout=out)
    assert "tient ses promesses" in out.getvalue()
    row = Delivery.objects.get(position=1)
    Delivery.objects.filter(pk=row.pk).update(attempts=MAX_ATTEMPTS + 1)
    with pytest.raises(CommandError) as told:
        call_command("check_ledger", campaign.pk, stderr=err)
    assert told.value.returncode == 1
    assert f"I7: delivery {row.pk}" in err.getvalue()
