"""A worker dies, in the worst of moments; or stands still for so long that it is taken for dead."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest
from django.utils import timezone

from campaigns import chunks, rounds
from campaigns.models import Campaign, Delivery
from tests.faults.house import until
from tests.faults.peer import SILENCE, Rule
from tests.faults.scene import LEAST, MOST, Scene

BOTH = 2 * MOST  # two children send, each over so many connections at most
RECOVERS = 30.0
random = random.Random(1944)  # type: ignore[assignment]  # the same moments in every run


def waits_for_a_lock(scene: Scene) -> bool:
    with scene.house.database() as line:
        found = line.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
    return bool(found and found[0])


def back_after(scene: Scene, campaign: Campaign) -> float:
    """Return how long it takes until another message has left."""
    began, before = time.monotonic(), len(scene.captured())
    scene.wait(lambda: len(scene.captured()) > before, "it goes on", seconds=RECOVERS)
    return time.monotonic() - began


@pytest.mark.small
@pytest.mark.fault("kill -9 of a worker while a chunk is leased")
def test_a_worker_killed_with_a_leased_chunk_is_tidied_up_after_and_the_letter_goes_on(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(1200)
    scene.some_have_left(campaign)
    scene.house.kill("send")
    assert campaign.chunks.filter(lease_until__gt=timezone.now()).exists()
    scene.house.run("send")
    seconds = back_after(scene, campaign)
    scene.finishes(campaign)
    scene.judge(campaign, doubt=BOTH)
    assert scene.said("are in doubt", "default") or scene.said("are in doubt")
    scene.seen = f"its chunks were free at the next tick; back to sending after {seconds:.0f} s, a worker's start in it"


@pytest.mark.fault("kill -9 between arm and dot")
def test_who_was_armed_and_not_written_to_yet_is_proven_unsent(scene: Scene) -> None:
    scene.peer.script(Rule("data", first=1, hold=True))
    campaign = scene.going(600)
    scene.wait(lambda: scene.peer.held("data") >= 2, "both wait for the word to begin")
    scene.wait(lambda: chunks.tally(campaign).sending >= 50, "a window is armed")
    scene.house.kill("send")
    scene.peer.script()
    scene.house.run("send")
    scene.finishes(campaign)
    scene.judge(campaign)
    scene.seen = "the journal shows no dot: all went back into the queue, nobody is in doubt"


@pytest.mark.small
@pytest.mark.fault("kill -9 after the dot, before its reply")
def test_whose_dot_was_written_is_in_doubt_and_nobody_else(scene: Scene) -> None:
    scene.peer.script(Rule("dot", first=9, hold=True))
    campaign = scene.going(600)
    scene.wait(lambda: scene.peer.held("dot") >= LEAST, "the peer has messages that it did not answer")
    scene.house.kill("send")
    scene.peer.script()
    scene.house.run("send")
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=BOTH)
    assert counts.in_doubt >= LEAST
    assert f"{counts.in_doubt}\u00a0incertains" in scene.page(campaign)
    assert "Ne rien faire est sans danger" in scene.page(campaign)
    scene.seen = "in doubt is what the peer had and had not answered; the board reads “incertains”, and that it is safe"


@pytest.mark.fault("kill -9 after the reply, before the commit")
def test_an_answer_that_was_heard_is_not_lost_with_the_worker(scene: Scene) -> None:
    campaign = scene.going(600)
    scene.some_have_left(campaign)
    with scene.house.database() as line, line.transaction():
        line.execute("SELECT id FROM campaigns_chunk WHERE campaign_id = %s FOR UPDATE", [campaign.pk])
        written = scene.sent(campaign)

        def all_is_heard() -> bool:
            """Replies stand in the journal that no worker can write into the ledger."""
            heard = sum(line.startswith("r ") for line in scene.house.journals().splitlines())
            return heard > written and waits_for_a_lock(scene)

        scene.wait(all_is_heard, "replies were heard, and their commit waits")
        heard = sum(line.startswith("r ") for line in scene.house.journals().splitlines()) - written
        scene.house.kill("send")
    scene.house.run("send")
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=BOTH)
    scene.seen = (
        f"{heard} replies stood in the journal and not in the ledger: they are sent; "
        f"{counts.in_doubt} in doubt, whose reply nobody had read yet"
    )


@pytest.mark.fault("twenty random kills during 20,000")
def test_twenty_kills_at_any_moment(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.004))
    campaign = scene.going(20_000)
    kills = 0
    while kills < 20 and scene.state(campaign) == "running":
        time.sleep(random.uniform(0.3, 1.6))
        victims = scene.senders()
        if not victims:
            continue
        if kills % 5 == 4:
            scene.house.kill("send")
            scene.house.run("send")
        else:
            with suppress(ProcessLookupError):
                os.kill(random.choice(victims), signal.SIGKILL)
        kills += 1
    scene.peer.script()
    scene.finishes(campaign, seconds=240)
    counts = scene.judge(campaign, doubt=kills * BOTH)
    assert kills == 20
    scene.seen = f"{kills} kills, four of them of a whole worker: {counts.in_doubt / kills:.1f} in doubt a kill"


@pytest.mark.fault("a worker stopped beyond its lease, swept, its doubt resent by a human, then continued")
def test_a_worker_that_wakes_up_after_its_end_changes_nothing(scene: Scene) -> None:
    scene.house.restart("send", "default", app="tests.faults.scaled", PACE="0.03")
    scene.peer.script(Rule("dot", first=9, hold=True))
    campaign = scene.going(200)  # one chunk: one of the children has it
    scene.wait(lambda: scene.peer.held("dot") >= LEAST, "messages wait for their answer")
    [sleeper] = scene.senders()
    os.kill(sleeper, signal.SIGSTOP)
    try:
        with scene.house.database() as line:  # its line would be cut by the network's own patience
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7461"
            )
        held = scene.peer.held("dot")
        scene.peer.script(Rule("dot", hold=True, last=0))
        scene.finishes(campaign)
        before = Delivery.objects.filter(campaign=campaign, state="in_doubt").count()
        assert 0 < before <= held
        rounds.resend_in_doubt(campaign, by=None, typed=before, now=timezone.now())
        scene.finishes(campaign)
    finally:
        os.kill(sleeper, signal.SIGCONT)
    begun = len(scene.peer.events("begun", scene.domain))
    assert until(lambda: sleeper not in scene.senders(), seconds=60)
    assert len(scene.peer.events("begun", scene.domain)) == begun
    assert Delivery.objects.filter(campaign=campaign, state="sent", round=2).count() == before
    scene.judge(campaign, resent=before)
    scene.seen = (
        f"{before} came into doubt, a human sent them again; the worker that woke up began no message and wrote nothing"
    )


@pytest.mark.fault("SIGKILL of the pool child only")
def test_a_killed_child_is_replaced_and_its_rows_are_settled(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(800)
    scene.some_have_left(campaign)
    os.kill(scene.senders()[0], signal.SIGKILL)
    scene.finishes(campaign)
    scene.judge(campaign, doubt=MOST)
    assert scene.house.children["send"].poll() is None
    scene.seen = "the worker put another child in its place, the clock settled what was left by the journal"


@pytest.mark.fault("SIGTERM")
def test_a_worker_that_is_asked_to_end_completes_what_it_began_and_says_what_it_could_not(scene: Scene) -> None:
    scene.peer.script(Rule("dot", first=40, last=40, say=SILENCE, takes=True), Rule("dot", wait=0.02))
    campaign = scene.going(600)
    scene.wait(lambda: scene.peer.count("dot") > 60, "some have left, one of them without an answer")
    send = scene.house.children.pop("send")
    began = time.monotonic()
    send.send_signal(signal.SIGTERM)
    assert scene.house.ended(send, within=30) == 0
    seconds = time.monotonic() - began
    after = scene.peer.events("begun", scene.domain)
    assert max(one["at"] for one in after) < began + 2
    assert scene.said("in doubt, no answer after the final dot: deliveries")
    scene.house.run("send")
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=1)
    assert counts.in_doubt == 1
    scene.seen = (
        f"exit 0 after {seconds:.0f} s; no message began after 2 s; the unanswered one is in doubt, and in the log"
    )
