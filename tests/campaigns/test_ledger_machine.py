"""Two simulated workers and the real database: claim, arm, write, hear, crash, sweep, in any order Hypothesis likes."""

from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from audiences import subscriptions
from audiences.core.consent import Method
from campaigns import chunks, deliveries, schedule, sweeping, workers
from campaigns.core.campaign import CampaignState, PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.receipt import Phase, Receipt
from campaigns.models import Campaign, Chunk, Delivery, WorkerSession
from campaigns.wire.journal import Journal
from tests import make

HANDS = st.integers(0, 1)
ANSWERS = st.sampled_from([(Turn.ACCEPT, 250), (Turn.DEFER, 450), (Turn.REFUSE, 550), (Turn.LOSE, None)])


class Hand:
    """A worker without a process: its session's pid never was, so a sweep takes it for dead; it is told not to."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.row = WorkerSession.objects.create(
            host=workers.host(), boot=workers.boot_id(), pid=2**22 + 1, born="1", started_at=now, journal=""
        )
        path = folder / f"{self.row.pk}.journal"
        WorkerSession.objects.filter(pk=self.row.pk).update(journal=str(path))
        self.journal = Journal(path, session=self.row.pk, boot=workers.boot_id())
        self.chunk: Chunk | None = None
        self.armed: list[int] = []
        self.written: list[int] = []
        self.heard: list[Receipt] = []


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="ledger"))
        self.now = timezone.now()
        self.readers = make.readers(6)
        self.campaign = make.running(now=self.now)
        self.copies: dict[int, int] = {}
        self.hands = [Hand(self.folder, self.now) for _ in range(2)]

    def teardown(self) -> None:
        for hand in self.hands:
            hand.journal.close(remove=True)
        rmtree(self.folder)
        Campaign.objects.filter(pk=self.campaign.pk).update(state=CampaignState.CANCELLED)
        WorkerSession.objects.update(ended_at=self.now)

    @rule(which=HANDS, want=st.integers(1, 4))
    def exchange(self, which: int, want: int) -> None:
        hand = self.hands[which]
        hand.chunk = hand.chunk or chunks.claim(worker=hand.row.pk, now=self.now)
        if hand.chunk is None:
            return
        try:
            armed = deliveries.exchange(
                hand.chunk, worker=hand.row.pk, receipts=hand.heard, want=want, note=hand.journal.armed, now=self.now
            )
        except deliveries.LeaseLost:
            deliveries.record(hand.chunk, hand.heard, worker=hand.row.pk, now=self.now)
            armed = []
        hand.heard = []
        hand.armed += [row.delivery for row in armed]
        if not (armed or hand.armed or hand.written):
            chunks.release(hand.chunk)
            hand.chunk = None

    @rule(which=HANDS, accepted=st.booleans())
    def write_the_dot(self, which: int, accepted: bool) -> None:
        hand = self.hands[which]
        if hand.armed:
            one = hand.armed.pop()
            hand.journal.dot(one)
            hand.written.append(one)
            if accepted:
                self.copies[one] = self.copies.get(one, 0) + 1

    @rule(which=HANDS, refusal=ANSWERS)
    def hear(self, which: int, refusal: tuple[Turn, int | None]) -> None:
        hand = self.hands[which]
        if hand.written:
            one = hand.written.pop()
            # What the server took it may say yes to, or fall silent; never no.
            turn, code = refusal
            if (one in self.copies) != (turn is Turn.ACCEPT) and turn is not Turn.LOSE:
                turn, code = (Turn.ACCEPT, 250) if one in self.copies else (Turn.DEFER, 450)
            if code is not None:
                hand.journal.replied(one, code)
            hand.heard.append(Receipt(one, turn, Phase.REPLIED if code else Phase.DOT_SENT, code))

    @rule(which=HANDS)
    def put_back(self, which: int) -> None:
        hand = self.hands[which]
        if hand.armed and hand.chunk:
            deliveries.disarm(hand.chunk, hand.armed, worker=hand.row.pk, now=self.now)
            hand.armed = []

    @rule(which=HANDS, journal_too=st.booleans())
    def crash_and_sweep(self, which: int, journal_too: bool) -> None:
        hand, other = self.hands[which], self.hands[1 - which]
        at_most = (
            len(hand.armed) + len(hand.written) + len(hand.heard)
            if journal_too
            else len(hand.written) + sum(receipt.code is None for receipt in hand.heard)
        )
        hand.journal.close(remove=journal_too)
        WorkerSession.objects.filter(pk=other.row.pk).update(ended_at=self.now)  # out of this sweep's sight
        assert sweeping.sweep(now=self.now) <= at_most
        WorkerSession.objects.filter(pk=other.row.pk).update(ended_at=None)
        self.hands[which] = Hand(self.folder, self.now)

    @rule(minutes=st.sampled_from([1, 6, 300]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        deliveries.wake_retries(now=self.now)

    @rule()
    @precondition(lambda self: self.campaign.state != CampaignState.CANCELLED)
    def pause_or_resume(self) -> None:
        self.campaign.refresh_from_db()
        if self.campaign.state == CampaignState.RUNNING:
            self.campaign = schedule.pause(self.campaign, reason=PauseReason.BOARD, by=None, now=self.now)
        else:
            self.campaign = schedule.resume(self.campaign, by=None, now=self.now)

    @rule(which=st.integers(0, 5))
    def somebody_leaves(self, which: int) -> None:
        newsletter, key = self.campaign.edition.newsletter, bytes(self.readers[which].address_key)
        subscriptions.leave(newsletter, key, method=Method.ONE_CLICK, now=self.now)

    @rule()
    @precondition(lambda self: self.campaign.state != CampaignState.CANCELLED)
    def cancel(self) -> None:
        if len(self.copies) >= 5:
            self.campaign = schedule.cancel(self.campaign, by=None, now=self.now)

    @invariant()
    def nobody_twice(self) -> None:
        assert all(count == 1 for count in self.copies.values()), self.copies

    @invariant()
    def nothing_lost_and_the_counts_add_up(self) -> None:
        rows = dict(Delivery.objects.filter(campaign=self.campaign).values_list("pk", "state"))
        assert {pk for pk, state in rows.items() if state == "sent"} <= set(self.copies)
        assert not {pk for pk, state in rows.items() if state in ("failed", "skipped")} & set(self.copies)
        counted = {state: list(rows.values()).count(state) for state in chunks.STATES}
        tally = chunks.tally(self.campaign)
        assert {state: getattr(tally, state) for state in chunks.STATES} == counted
        held = [one for hand in self.hands for one in (*hand.armed, *hand.written, *(r.delivery for r in hand.heard))]
        assert {pk for pk, state in rows.items() if state == "sending"} <= set(held)


class LedgerMachine(TransactionTestCase):
    def test_whatever_the_order_nobody_is_written_to_twice_and_nothing_is_lost(self) -> None:
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
        run_state_machine_as_test(
            Ledger,
            settings=settings(
                max_examples=8, stateful_step_count=25, deadline=None, database=None, suppress_health_check=checks
            ),
        )
