"""People hold a letter while it leaves: exact to the row, and no empty message where the server already waited."""

import signal
import time

import pytest
from django.utils import timezone

from campaigns import chunks, schedule
from campaigns.core.campaign import PauseReason
from campaigns.models import Campaign
from tests.faults.peer import Rule
from tests.faults.scene import Scene

EFFECTIVE = 2.0


def pause(campaign: Campaign) -> None:
    schedule.pause(campaign, reason=PauseReason.BOARD, by=None, now=timezone.now())


def cancel(campaign: Campaign) -> None:
    schedule.cancel(campaign, by=None, now=timezone.now())


def last_begun(scene: Scene) -> float:
    return max(one["at"] for one in scene.peer.events("begun", scene.domain))


@pytest.mark.parametrize("how", ["pause", "cancel", "SIGTERM"])
@pytest.mark.fault("{how} with 354 open")
def test_where_the_server_already_waits_nothing_is_sent_that_is_not_whole(scene: Scene, how: str) -> None:
    scene.peer.script(Rule("data", wait=4, first=9))
    campaign = scene.going(300)
    scene.wait(lambda: scene.peer.count("data") >= 12, "servers are about to say 354")
    began = time.monotonic()
    if how == "SIGTERM":
        send = scene.house.children.pop("send")
        send.send_signal(signal.SIGTERM)
        assert scene.house.ended(send, within=30) == 0
        scene.house.run("send")
    else:
        {"pause": pause, "cancel": cancel}[how](campaign)
    scene.is_quiet(campaign)
    scene.wait(lambda: not scene.senders() or how == "SIGTERM", "the workers have let go")
    assert how == "SIGTERM" or last_begun(scene) < began + EFFECTIVE
    before = len(scene.captured())
    scene.peer.script()
    if how == "pause":
        time.sleep(2)
        assert len(scene.captured()) == before
        scene.resume(campaign)
    if how != "cancel":
        scene.finishes(campaign)
    counts = scene.judge(campaign, finished=how != "cancel")
    assert counts.captured == counts.sent
    scene.seen = "the lines were closed, no empty message at the peer, nobody in doubt"


@pytest.mark.fault("pause: no body begins after 2 s, exact to the row")
def test_a_pause_is_effective_within_two_seconds(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.01))
    campaign = scene.going(3000)
    scene.some_have_left(campaign, 100)
    pause(campaign)
    began = time.monotonic()
    scene.is_quiet(campaign)
    assert scene.peer.accepted(scene.domain)
    time.sleep(2)
    seconds = last_begun(scene) - began
    assert seconds < EFFECTIVE
    assert len(scene.captured()) == scene.sent(campaign)
    assert chunks.tally(campaign).queued == 3000 - scene.sent(campaign)
    assert "Le bureau a mis cet envoi en pause." in scene.page(campaign)
    scene.resume(campaign)
    scene.finishes(campaign)
    scene.judge(campaign)
    scene.seen = f"the last body began {max(0.0, seconds):.1f} s after the pause; sent = captured, to the row"


@pytest.mark.fault("pause/resume 100 times")
def test_a_hundred_pauses_lose_and_double_nothing(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.005))
    campaign = scene.going(6000)
    scene.some_have_left(campaign)
    for _ in range(100):
        pause(campaign)
        time.sleep(0.05)
        scene.resume(campaign)
        time.sleep(0.15)
    scene.peer.script()
    scene.finishes(campaign, seconds=120)
    scene.judge(campaign)
    assert campaign.moves.filter(step="pause").count() == 100
    scene.seen = "every pause in the history, every reader with one letter"


@pytest.mark.small
@pytest.mark.fault("cancel mid-send")
def test_what_was_cancelled_never_leaves(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.01))
    campaign = scene.going(3000)
    scene.some_have_left(campaign, 100)
    cancel(campaign)
    began = time.monotonic()
    scene.is_quiet(campaign)
    scene.wait(lambda: chunks.tally(campaign).queued == 0, "what came back is cancelled too")
    time.sleep(2)
    assert last_begun(scene) < began + EFFECTIVE
    counts = scene.judge(campaign, finished=False)
    assert (counts.sent, counts.other) == (counts.captured, 3000 - counts.sent)
    scene.seen = f"{counts.sent} had left, {counts.other} are cancelled, to the row"
