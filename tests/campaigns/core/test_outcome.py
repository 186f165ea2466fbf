"""What a reply on the wire means for one row, and for the whole campaign."""

import pytest

from campaigns import words
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.fault import Fault
from campaigns.core.outcome import judge
from campaigns.core.receipt import Phase


def turn(phase: Phase, code: int | None, text: str = "", *, may_retry: bool = True) -> tuple[Turn, str]:
    receipt = judge(1, phase, code, text, may_retry=may_retry).receipt
    assert receipt is not None
    return receipt.turn, receipt.reason


def test_250_to_the_final_dot_is_sent() -> None:
    assert turn(Phase.REPLIED, 250, "ok") == (Turn.ACCEPT, "")


def test_250_before_the_final_dot_is_not_sent() -> None:
    assert turn(Phase.RCPT, 250)[0] is not Turn.ACCEPT


def test_silence_after_the_dot_is_doubt_however_often_it_may_be_tried() -> None:
    assert turn(Phase.DOT_SENT, None, may_retry=True) == (Turn.LOSE, "")
    assert turn(Phase.DOT_SENT, None, may_retry=False) == (Turn.LOSE, "")


@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY])
def test_silence_before_the_dot_is_tried_again(phase: Phase) -> None:
    assert turn(phase, None) == (Turn.DEFER, "transient")


def test_a_4xx_is_tried_again_until_it_has_had_enough() -> None:
    assert turn(Phase.RCPT, 450, "4.2.0 busy") == (Turn.DEFER, "transient")
    assert turn(Phase.RCPT, 450, "4.2.0 busy", may_retry=False)[0] is Turn.REFUSE


def test_an_unknown_user_fails_alone() -> None:
    assert turn(Phase.RCPT, 550, "5.1.1 no such user") == (Turn.REFUSE, "unknown_user")


@pytest.mark.parametrize(
    ("phase", "code", "text", "reason"),
    [
        (Phase.REPLIED, 550, "5.7.515 Access denied, sending domain", PauseReason.RELAY_POLICY),
        (Phase.MAIL, 535, "5.7.8 bad credentials", PauseReason.LOGIN_REFUSED),
        (Phase.MAIL, 554, "sender refused", PauseReason.RELAY_POLICY),
        (Phase.MAIL, 451, "4.7.1 hourly limit exceeded", PauseReason.RELAY_QUOTA),
        (Phase.REPLIED, 550, "5.4.5 Daily sending quota exceeded", PauseReason.RELAY_QUOTA),
    ],
)
def test_what_is_ours_to_mend_pauses_the_campaign_and_touches_no_row(
    phase: Phase, code: int, text: str, reason: PauseReason
) -> None:
    outcome = judge(1, phase, code, text, may_retry=True)
    assert (outcome.receipt, outcome.pause) == (None, reason)


def test_what_may_be_ours_gets_a_second_try_and_no_third() -> None:
    first = judge(1, Phase.REPLIED, 554, "5.7.1 rejected by policy", may_retry=True, attempts=1)
    second = judge(1, Phase.REPLIED, 554, "5.7.1 rejected by policy", may_retry=True, attempts=2)
    assert first.receipt is not None
    assert second.receipt is not None
    assert (first.pause, first.receipt.turn, second.receipt.turn) == (None, Turn.DEFER, Turn.REFUSE)
    assert second.receipt.reason == "policy"


def test_a_throttle_never_counts_against_a_person_whatever_its_first_digit() -> None:
    said = "Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/"
    assert turn(Phase.RCPT, 500, said) == (Turn.DEFER, "throttle")


@pytest.mark.parametrize("code", [0, 199, 354, 600, 999])
def test_a_senseless_answer_to_the_dot_is_doubt_and_before_it_patience(code: int) -> None:
    assert turn(Phase.REPLIED, code, "?")[0] is Turn.LOSE
    assert turn(Phase.RCPT, code, "?")[0] is Turn.DEFER


def test_one_servers_refusal_does_not_pause_a_direct_sending() -> None:
    for phase in (Phase.CONNECT, Phase.MAIL, Phase.RCPT, Phase.REPLIED):
        outcome = judge(1, phase, 550, "5.7.1 blocked by our policy", may_retry=True, direct=True)
        assert outcome.pause is None


def test_the_ledger_hears_of_no_address() -> None:
    outcome = judge(1, Phase.RCPT, 550, "5.1.1 <jeanne@boite.example>: unknown", may_retry=True)
    assert outcome.receipt is not None
    assert "jeanne" not in outcome.receipt.text + outcome.detail


def test_every_fault_has_words_for_hoteliers() -> None:
    """QUOTA always pauses or becomes a throttle, so no row ends with it."""
    assert set(Fault) - {Fault.QUOTA} <= set(words.REASONS)
