"""The workers' own journal, the witness of what left: its disk is full, or it is gone."""

import resource
from contextlib import suppress

import pytest

from campaigns import chunks
from campaigns.models import WorkerSession
from tests.faults.peer import Rule
from tests.faults.scene import MOST, Scene

WINDOW = 50


def let_grow(processes: list[int], size: int) -> None:
    """Let no file of these processes grow beyond so many bytes."""
    for process in processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.fault("the journal's disk full")
def test_without_a_line_in_the_journal_nothing_is_sent(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.02))
    campaign = scene.going(800)
    scene.some_have_left(campaign)
    newest = WorkerSession.objects.latest("pk").pk
    full = [scene.house.var / "journal" / f"{newest + more}.journal" for more in range(1, 400)]
    for path in full:
        with suppress(FileExistsError):
            path.symlink_to("/dev/full")
    workers = scene.children_of("send")
    let_grow(workers, 10)  # for those who write already; the log of theirs is a file too
    scene.wait(lambda: not scene.senders(), "nobody sends any more")
    let_grow(workers, resource.RLIM_INFINITY)
    before = len(scene.captured())
    scene.wait(lambda: scene.said("so nothing is sent: [Errno 28] No space left on device"), "the log says why")
    assert len(scene.captured()) == before < 800
    assert (scene.state(campaign), chunks.tally(campaign).sending) == ("running", 0)
    for path in full:
        path.unlink(missing_ok=True)
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=2 * MOST)
    scene.seen = f"no body began, the log says why; with room again it went on by itself: {counts.in_doubt} in doubt"


@pytest.mark.fault("the journal gone")
def test_without_a_witness_the_whole_window_is_in_doubt_and_no_more(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.05))
    campaign = scene.going(400)
    scene.some_have_left(campaign)
    for path in WorkerSession.objects.filter(ended_at=None).values_list("journal", flat=True):
        (scene.house.var / "journal" / path.rpartition("/")[2]).unlink(missing_ok=True)
    scene.house.kill("send")
    scene.house.run("send")
    scene.peer.script()
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=2 * WINDOW)
    scene.seen = f"nothing is proven, so what was armed is in doubt: {counts.in_doubt} of two windows of {WINDOW}"
