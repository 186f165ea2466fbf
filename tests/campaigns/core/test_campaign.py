"""The tables of moves, walked exhaustively."""

import itertools

import pytest

from campaigns.core import campaign, delivery
from campaigns.core.campaign import CampaignState, Step
from campaigns.core.delivery import DeliveryState, Turn
from newsletter.core.states import IllegalMove, advance, sources

CAMPAIGN = {
    ("draft", "launch"): "scheduled",
    ("draft", "cancel"): "cancelled",
    ("scheduled", "take_back"): "draft",
    ("scheduled", "start"): "enqueuing",
    ("scheduled", "cancel"): "cancelled",
    ("enqueuing", "run"): "running",
    ("enqueuing", "cancel"): "cancelled",
    ("running", "pause"): "paused",
    ("running", "finish"): "finished",
    ("running", "cancel"): "cancelled",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelled",
    ("finished", "reopen"): "running",
}

DELIVERY = {
    ("queued", "arm"): "sending",
    ("queued", "skip"): "skipped",
    ("queued", "expire"): "expired",
    ("queued", "cancel"): "cancelled",
    ("sending", "disarm"): "queued",
    ("sending", "accept"): "sent",
    ("sending", "defer"): "queued",
    ("sending", "refuse"): "failed",
    ("sending", "lose"): "in_doubt",
    ("in_doubt", "prove_sent"): "sent",
    ("in_doubt", "prove_refused"): "failed",
    ("in_doubt", "prove_unsent"): "queued",
    ("in_doubt", "resend"): "queued",
    ("failed", "resend"): "queued",
    # what the world says may overtake the receipt, prove what was in doubt, and bring back what had left
    ("sending", "arrive"): "sent",
    ("sending", "bounce"): "failed",
    ("in_doubt", "arrive"): "sent",
    ("in_doubt", "bounce"): "failed",
    ("sent", "bounce"): "failed",
}


@pytest.mark.parametrize(("state", "step"), list(itertools.product(CampaignState, Step)))
def test_a_campaign_moves_along_its_table_and_nowhere_else(state: CampaignState, step: Step) -> None:
    if (state, step) in CAMPAIGN:
        assert advance(campaign.MOVES, state, step) == CAMPAIGN[state, step]
    else:
        with pytest.raises(IllegalMove):
            advance(campaign.MOVES, state, step)


@pytest.mark.parametrize(("state", "turn"), list(itertools.product(DeliveryState, Turn)))
def test_a_delivery_moves_along_its_table_and_nowhere_else(state: DeliveryState, turn: Turn) -> None:
    if (state, turn) in DELIVERY:
        assert advance(delivery.MOVES, state, turn) == DELIVERY[state, turn]
    else:
        with pytest.raises(IllegalMove):
            advance(delivery.MOVES, state, turn)


def test_what_was_sent_never_goes_back_into_the_queue() -> None:
    assert DeliveryState.QUEUED not in delivery.MOVES[DeliveryState.SENT].values()


def test_no_turn_that_time_alone_takes_leads_from_sending_to_queued() -> None:
    """DISARM is the lease holder's and DEFER is an answer: both are a living worker's word."""
    back = {turn for turn, end in delivery.MOVES[DeliveryState.SENDING].items() if end is DeliveryState.QUEUED}
    assert back == {Turn.DISARM, Turn.DEFER}


def test_the_where_of_a_compare_and_set_comes_from_the_table() -> None:
    assert sources(campaign.MOVES, Step.CANCEL) == ("draft", "scheduled", "enqueuing", "running", "paused")
