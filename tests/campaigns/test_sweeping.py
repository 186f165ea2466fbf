"""Who tidies after the dead, and believes only what the journal proves."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns import chunks, deliveries, sweeping, tasks, workers
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Chunk, Delivery, WorkerSession
from campaigns.wire.journal import Journal
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def gone() -> int:
    """The pid of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.fixture
def campaign() -> Campaign:
    make.readers(4)
    return make.running(now=timezone.now())


def dead_session(tmp_path: Path, **changes: object) -> WorkerSession:
    fields: dict[str, object] = {
        "host": workers.host(),
        "boot": workers.boot_id(),
        "pid": gone(),
        "born": "1",
        "journal": str(tmp_path / "dead.journal"),
        "started_at": timezone.now(),
    }
    return WorkerSession.objects.create(**{**fields, **changes})


def armed_by(session: WorkerSession, campaign: Campaign) -> list[int]:
    chunk = chunks.claim(worker=session.pk, now=timezone.now())
    assert chunk is not None
    return [row.delivery for row in deliveries.arm(chunk, worker=session.pk, limit=4, now=timezone.now())]


def tally(campaign: Campaign) -> Tally:
    counted = {key: Delivery.objects.filter(campaign=campaign, state=key).count() for key in chunks.STATES}
    assert chunks.tally(campaign) == Tally(**counted)
    return Tally(**counted)


def test_the_journal_tells_sent_from_unsent_from_doubt(campaign: Campaign, tmp_path: Path) -> None:
    session = dead_session(tmp_path)
    accepted, unanswered, untouched, refused = armed_by(session, campaign)
    journal = Journal(Path(session.journal), session=session.pk, boot=workers.boot_id())
    journal.armed([accepted, unanswered, untouched, refused])
    for one in (accepted, unanswered, refused):
        journal.dot(one)
    journal.replied(accepted, 250)
    journal.replied(refused, 554)
    journal.close(remove=False)
    assert sweeping.sweep(now=timezone.now()) == 1
    assert tally(campaign) == Tally(queued=1, sent=1, failed=1, in_doubt=1)
    assert Delivery.objects.get(state="in_doubt").pk == unanswered
    untried = Delivery.objects.get(state="queued")
    assert (untried.pk, untried.attempts, untried.worker) == (untouched, 0, None)
    session.refresh_from_db()
    assert session.ended_at is not None
    assert not Path(session.journal).exists()


def test_without_a_journal_the_whole_window_is_in_doubt_and_never_sent_again(
    campaign: Campaign, tmp_path: Path
) -> None:
    armed_by(dead_session(tmp_path), campaign)
    assert sweeping.sweep(now=timezone.now()) == 4
    assert tally(campaign) == Tally(in_doubt=4)
    assert chunks.claim(worker=5, now=timezone.now()) is None


def test_another_boots_journal_proves_nothing(campaign: Campaign, tmp_path: Path) -> None:
    session = dead_session(tmp_path, boot="an earlier boot")
    rows = armed_by(session, campaign)
    Journal(Path(session.journal), session=session.pk, boot="an earlier boot").armed(rows)
    assert sweeping.sweep(now=timezone.now()) == 0, "time decides here"
    Delivery.objects.update(send_before=timezone.now() - timedelta(minutes=20))
    assert sweeping.sweep(now=timezone.now()) == 4


def test_a_worker_whose_lock_is_held_is_alive_however_long_it_takes(campaign: Campaign) -> None:
    worker = workers.Worker(now=timezone.now())
    chunk = chunks.claim(worker=worker.id, now=timezone.now())
    assert chunk is not None
    deliveries.arm(chunk, worker=worker.id, limit=4, now=timezone.now())
    Delivery.objects.update(send_before=timezone.now() - timedelta(days=1))
    assert sweeping.sweep(now=timezone.now()) == 0
    assert tally(campaign) == Tally(sending=4)
    worker.lose()


def test_a_living_process_whose_line_was_cut_is_given_its_time(campaign: Campaign) -> None:
    worker = workers.Worker(now=timezone.now())
    chunk = chunks.claim(worker=worker.id, now=timezone.now())
    assert chunk is not None
    deliveries.arm(chunk, worker=worker.id, limit=4, now=timezone.now())
    worker.lose()
    assert sweeping.sweep(now=timezone.now()) == 0
    assert tally(campaign) == Tally(sending=4)
    Delivery.objects.update(send_before=timezone.now() - timedelta(minutes=13))
    assert sweeping.sweep(now=timezone.now()) == 4


def test_a_worker_on_another_machine_is_only_judged_by_time(campaign: Campaign, tmp_path: Path) -> None:
    armed_by(dead_session(tmp_path, host="elsewhere"), campaign)
    assert sweeping.sweep(now=timezone.now()) == 0
    Delivery.objects.update(send_before=timezone.now() - timedelta(minutes=11))
    assert sweeping.sweep(now=timezone.now()) == 0
    Delivery.objects.update(send_before=timezone.now() - timedelta(minutes=13))
    assert sweeping.sweep(now=timezone.now()) == 4


def test_the_chunks_of_the_dead_are_free_at_once(campaign: Campaign, tmp_path: Path) -> None:
    session = dead_session(tmp_path)
    chunk = chunks.claim(worker=session.pk, now=timezone.now())
    assert chunk is not None
    assert chunks.claim(worker=2, now=timezone.now()) is None
    sweeping.sweep(now=timezone.now())
    assert chunks.claim(worker=2, now=timezone.now()) is not None
    assert Chunk.objects.get().worker == 2


def test_who_is_woken_to_send_tidies_after_the_dead_of_its_machine_first(campaign: Campaign, tmp_path: Path) -> None:
    """A second machine has no clock of its own, and its journals nobody else can read."""
    session = dead_session(tmp_path)
    rows = armed_by(session, campaign)
    journal = Journal(Path(session.journal), session=session.pk, boot=workers.boot_id())
    journal.armed(rows)
    journal.close(remove=False)
    Campaign.objects.update(state="paused")
    tasks.drain()
    assert tally(campaign) == Tally(queued=4)


def test_a_late_answer_settles_doubt_and_only_its_own_session_may_give_it(campaign: Campaign, tmp_path: Path) -> None:
    from campaigns.core.delivery import Turn
    from campaigns.core.receipt import Phase, Receipt

    session = dead_session(tmp_path)
    one, other, *_ = armed_by(session, campaign)
    chunk = Chunk.objects.select_related("campaign__edition").get()
    sweeping.sweep(now=timezone.now())
    late = Receipt(one, Turn.ACCEPT, Phase.REPLIED, 250, "ok")
    deliveries.record(chunk, [late], worker=session.pk, now=timezone.now())
    false = Receipt(other, Turn.ACCEPT, Phase.REPLIED, 250, "ok")
    deliveries.record(chunk, [false], worker=session.pk + 1, now=timezone.now())
    assert tally(campaign) == Tally(sent=1, in_doubt=3)


def test_whoever_still_holds_the_journal_is_alive_whatever_its_pid_says(campaign: Campaign, tmp_path: Path) -> None:
    """Two containers with one machine id and a shared folder: the other's pid means nothing here."""
    session = dead_session(tmp_path)
    rows = armed_by(session, campaign)
    held = Journal(Path(session.journal), session=session.pk, boot=workers.boot_id())
    held.armed(rows)
    assert sweeping.sweep(now=timezone.now()) == 0
    assert tally(campaign) == Tally(sending=4)
    held.close(remove=False)
    sweeping.sweep(now=timezone.now())
    assert tally(campaign) == Tally(queued=4)
