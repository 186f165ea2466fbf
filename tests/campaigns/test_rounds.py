"""What a human sends again or proves: exhaustive over the states, exact to the row, one winner of two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from audiences.models import Suppression
from campaigns import chunks, rounds, schedule
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import MOVES, DeliveryState
from campaigns.core.fault import Fault
from campaigns.core.rounds import TURN_OF, WORTH_RETRYING, Proof
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Delivery, Evidence
from newsletter.core.states import IllegalMove
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=30)
STATES = [state.value for state in DeliveryState]
ENDED = [state for state in STATES if state not in ("queued", "sending")]


def over(*states: str, **fields: Any) -> tuple[Campaign, list[Delivery]]:
    """A finished campaign with one row in each of these states."""
    make.readers(len(states))
    campaign = make.running()
    rows = make.settled(campaign, *states, **fields)
    assert campaign.state == "finished"
    return campaign, rows


def states(campaign: Campaign) -> list[str]:
    campaign.refresh_from_db()
    found = list(Delivery.objects.filter(campaign=campaign).order_by("position").values_list("state", flat=True))
    counted = Tally(**{state: found.count(state) for state in STATES})
    assert chunks.tally(campaign) == counted
    return found


def test_only_failed_rows_leave_again_whatever_else_there_is() -> None:
    campaign, _ = over(*ENDED)
    assert rounds.resend_failed(campaign, by=None, now=NOON) == 1
    assert states(campaign) == ["queued" if state == "failed" else state for state in ENDED]


def test_only_rows_in_doubt_leave_again_whatever_else_there_is() -> None:
    campaign, _ = over(*ENDED)
    assert rounds.resend_in_doubt(campaign, by=None, typed=1, now=NOON) == 1
    assert states(campaign) == ["queued" if state == "in_doubt" else state for state in ENDED]


def test_a_new_round_begins_with_a_life_of_its_own_and_says_who_asked() -> None:
    campaign, [row] = over("failed")
    person = make.board_member()
    rounds.resend_failed(campaign, by=person, now=LATER)
    campaign.refresh_from_db()
    row.refresh_from_db()
    assert (campaign.state, campaign.round, campaign.finished_at) == ("running", 2, None)
    assert campaign.expires_at == LATER + schedule.LIFETIME
    assert (row.state, row.round, row.attempts, row.reason, row.reply_code) == ("queued", 2, 0, "", None)
    last = campaign.moves.last()
    assert last is not None
    assert (last.step, last.by, last.reason) == ("reopen", person, "resend_failed")
    assert schedule.finish_done(now=LATER) == 0


@pytest.mark.parametrize("reason", [*(fault.value for fault in Fault), "unfillable"])
def test_by_default_only_what_another_day_may_mend_leaves_again(reason: str) -> None:
    campaign, _ = over("failed", "failed")
    Delivery.objects.filter(campaign=campaign, position=1).update(reason=reason)
    rounds.resend_failed(campaign, by=None, now=NOON)
    assert states(campaign) == ["queued" if reason in WORTH_RETRYING else "failed", "queued"]


def test_dead_addresses_leave_again_only_when_all_are_asked_for() -> None:
    campaign, _ = over("failed", reason="unknown_user")
    with pytest.raises(rounds.NothingToResend):
        rounds.resend_failed(campaign, by=None, now=NOON)
    assert (states(campaign), campaign.state, campaign.round) == (["failed"], "finished", 1)
    assert rounds.resend_failed(campaign, by=None, now=NOON, every=True) == 1


@pytest.mark.parametrize("state", [state for state in CampaignState if state is not CampaignState.FINISHED])
def test_nothing_is_sent_again_unless_the_campaign_is_finished(state: CampaignState) -> None:
    campaign, _ = over("failed", "in_doubt")
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    with pytest.raises(IllegalMove):
        rounds.resend_failed(campaign, by=None, now=NOON)
    with pytest.raises(IllegalMove):
        rounds.resend_in_doubt(campaign, by=None, typed=1, now=NOON)
    assert states(campaign) == ["failed", "in_doubt"]


@pytest.mark.parametrize("typed", [0, 1, 3])
def test_another_number_than_theirs_sends_nothing(typed: int) -> None:
    campaign, _ = over("in_doubt", "in_doubt")
    with pytest.raises(rounds.OtherNumber) as told:
        rounds.resend_in_doubt(campaign, by=None, typed=typed, now=NOON)
    assert (told.value.actual, states(campaign), campaign.state) == (2, ["in_doubt", "in_doubt"], "finished")


def test_these_in_doubt_leave_again_and_the_others_stay() -> None:
    campaign, [first, _, _] = over("in_doubt", "in_doubt", "sent")
    assert rounds.resend_in_doubt(campaign, [first.pk], by=None, typed=1, now=NOON) == 1
    assert states(campaign) == ["queued", "in_doubt", "sent"]


def test_one_of_these_that_was_settled_meanwhile_stops_the_whole() -> None:
    campaign, [first, second] = over("in_doubt", "in_doubt")
    rounds.prove(second, Proof.SENT, by=None, source="a bounce", now=NOON)
    with pytest.raises(rounds.OtherNumber):
        rounds.resend_in_doubt(campaign, [first.pk, second.pk], by=None, typed=2, now=NOON)
    assert states(campaign) == ["in_doubt", "sent"]


def test_rows_of_another_campaign_are_never_touched() -> None:
    campaign, _ = over("in_doubt")
    other = make.running()
    [theirs] = make.settled(other, "in_doubt")
    with pytest.raises(rounds.NothingToResend):
        rounds.resend_in_doubt(campaign, [theirs.pk], by=None, typed=1, now=NOON)
    assert (states(campaign), states(other)) == (["in_doubt"], ["in_doubt"])


def test_a_second_round_works_while_another_campaign_runs() -> None:
    campaign, _ = over("failed")
    running = make.running()
    rounds.resend_failed(campaign, by=None, now=NOON)
    running.refresh_from_db()
    assert (states(campaign), running.state) == (["queued"], "running")


def test_whoever_held_a_chunk_before_the_round_holds_it_no_more() -> None:
    campaign, _ = over("failed")
    before = campaign.chunks.get().lease_epoch
    rounds.resend_failed(campaign, by=None, now=NOON)
    assert campaign.chunks.get().lease_epoch == before + 1


@pytest.mark.parametrize("proof", Proof)
@pytest.mark.parametrize("state", DeliveryState)
def test_a_proof_settles_a_doubt_and_nothing_else(state: DeliveryState, proof: Proof) -> None:
    make.readers(2)
    campaign = make.running()
    [row] = make.settled(campaign, state, finished=False)
    if state is DeliveryState.IN_DOUBT:
        became = rounds.prove(row, proof, by=None, source="the relay’s log", now=NOON)
        assert became is MOVES[state][TURN_OF[proof]]
        assert states(campaign) == [became, "queued"]
        assert list(Evidence.objects.values_list("delivery", "proof", "source")) == [(row.pk, proof, "the relay’s log")]
    else:
        with pytest.raises(IllegalMove):
            rounds.prove(row, proof, by=None, source="the relay’s log", now=NOON)
        assert (states(campaign), Evidence.objects.count()) == ([state, "queued"], 0)


def test_what_was_proven_unsent_reopens_its_finished_campaign() -> None:
    campaign, [row, _] = over("in_doubt", "sent")
    rounds.prove(row, Proof.UNSENT, by=None, source="journal", now=LATER)
    row.refresh_from_db()
    assert (states(campaign), campaign.state, campaign.round) == (["queued", "sent"], "running", 2)
    assert (row.round, row.attempts, campaign.expires_at) == (2, 0, LATER + schedule.LIFETIME)


def test_what_was_proven_unsent_in_a_cancelled_campaign_never_leaves() -> None:
    make.readers(1)
    campaign = make.running()
    [row] = make.settled(campaign, "in_doubt", finished=False)
    schedule.cancel(campaign, by=None, now=NOON)
    assert rounds.prove(row, Proof.UNSENT, by=None, source="journal", now=NOON) == "cancelled"
    assert (states(campaign), campaign.state) == (["cancelled"], "cancelled")


def test_a_proof_that_the_mailbox_does_not_exist_stops_the_address() -> None:
    _, [row] = over("in_doubt")
    rounds.prove(row, Proof.REFUSED, by=None, source="log", reason="unknown_user", now=NOON)
    assert bytes(Suppression.objects.get().address_key) == bytes(row.address_key)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_press_at_once_one_starts_the_round() -> None:
    campaign, _ = over("failed", "failed", "in_doubt")

    def press(which: int) -> int:
        try:
            if which % 2:
                return rounds.resend_failed(campaign, by=None, now=NOON)
            return rounds.resend_in_doubt(campaign, by=None, typed=1, now=NOON)
        except IllegalMove:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as hands:
        winners = [count for count in hands.map(press, range(12)) if count]
    assert len(winners) == 1
    assert states(campaign).count("queued") == winners[0]
    assert campaign.round == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_proofs_for_one_doubt_one_is_taken() -> None:
    campaign, [row] = over("in_doubt")

    def bring(which: int) -> bool:
        try:
            rounds.prove(row, list(Proof)[which % 3], by=None, source="x", now=NOON)
        except IllegalMove:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as hands:
        assert sum(hands.map(bring, range(12))) == 1
    assert Evidence.objects.count() == 1
    assert len(states(campaign)) == 1
