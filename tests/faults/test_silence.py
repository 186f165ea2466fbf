"""Servers that take their time. The clock of the wire is scaled: its ten minutes for a dot are thirty seconds."""

import pytest

from campaigns import chunks
from tests.faults.peer import SILENCE, Rule
from tests.faults.scene import Scene

PACE = 0.02  # a dot's ten minutes are twelve seconds, a command's five are six


@pytest.fixture
def slow(scene: Scene) -> Scene:
    """Its workers are the real ones, their patience is scaled."""
    if scene.house.told("send") != ("tests.faults.scaled", {"PACE": str(PACE)}):
        scene.house.restart("send", app="tests.faults.scaled", PACE=str(PACE))
    return scene


@pytest.mark.fault("250 after minutes (clock scaled)")
def test_a_server_may_think_for_minutes_about_a_message(slow: Scene) -> None:
    slow.peer.script(Rule("dot", first=30, last=33, wait=9 * 60 * PACE))
    campaign = slow.going(200)
    slow.finishes(campaign)
    assert slow.judge(campaign).sent == 200
    slow.seen = "nine minutes for a dot are waited for: all sent, nobody in doubt"


@pytest.mark.fault("never an answer (clock scaled)")
def test_a_server_that_never_answers_leaves_a_doubt_after_ten_minutes(slow: Scene) -> None:
    slow.peer.script(
        Rule("dot", first=30, last=31, say=SILENCE, takes=True), Rule("mail", first=60, last=61, say=SILENCE)
    )
    campaign = slow.going(200)
    slow.wait(lambda: chunks.tally(campaign).queued <= 4 and not chunks.tally(campaign).sending, "all were tried")
    slow.hours_pass()
    slow.finishes(campaign)
    counts = slow.judge(campaign, doubt=2)
    assert counts.in_doubt == 2
    slow.seen = "silence after a dot is doubt, silence before it is tried again; the other lines went on meanwhile"


@pytest.mark.fault("one byte per 30 s (clock scaled)")
def test_a_trickle_is_read_to_its_end_but_not_for_ever(slow: Scene) -> None:
    byte = 30 * PACE
    slow.peer.script(
        Rule("dot", say="250 ok", first=30, last=30, byte_every=byte),
        Rule("dot", say="250 " + "so well " * 10, first=31, last=31, byte_every=byte),
    )
    campaign = slow.going(200)
    slow.finishes(campaign)
    counts = slow.judge(campaign, doubt=1)
    assert counts.in_doubt == 1
    slow.seen = "eight bytes in four minutes were an answer; eighty would have taken longer than ten: in doubt"
