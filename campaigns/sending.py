"""From leased chunk to wire and back: the loop that a worker runs, and `manage.py drain` without Celery.

No transaction is open while we talk to the relay. A window's receipts are written down in the transaction that
arms the next one, which begins while the connections still have something to write.
"""

import logging
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from audiences import suppressions
from audiences.core.address import BadAddress, sendable
from audiences.core.consent import StopReason
from campaigns import chunks, deliveries, paces, schedule
from campaigns.core.breaker import Breaker, after
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.fault import Fault
from campaigns.core.outcome import ACCEPT, Outcome, judge
from campaigns.core.pacing import Limits
from campaigns.core.receipt import Phase, Receipt
from campaigns.deliveries import Armed, LeaseLost
from campaigns.filling import Filling
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.wire import dkim
from campaigns.wire.connection import TOO_LATE
from campaigns.wire.journal import JournalFailed
from campaigns.wire.letters import Outgoing, Reply, WireProblem
from campaigns.wire.line import Wire
from campaigns.workers import SessionLost, Worker, boot_clock
from newsletter.core.holes import BadValue
from newsletter.core.relay import Relay

log = logging.getLogger(__name__)
WINDOW = 50
CONNECTIONS = 4
# How long bodies begun may take when no new one may begin: SIGTERM, a pause, a lost lock.
COMPLETE_WITHIN = 25.0
# How long a worker that knows what became of its messages waits for a database that is away.
DATABASE_PATIENCE = 300.0
# More rows than this share that cannot be filled are no accident of one address.
UNFILLABLE_SHARE, UNFILLABLE_LEAST = 0.01, 5
Stop = Callable[[], bool]


@dataclass(slots=True)
class UnderWay:
    """An armed message in this process's hands."""

    row: Armed
    chunk: Chunk
    until: float  # by the boot clock; later no body begins
    put: bool = False  # whether the wire has it


def drain(*, until: datetime, stop: Stop = lambda: False) -> int:
    """Send what is due until then, or until nothing is; return how many messages the relay accepted."""
    if not chunks.due(timezone.now()).exists():
        return 0
    try:
        worker = Worker(now=timezone.now())
    except JournalFailed as problem:
        log.error("the journal cannot be written, so nothing is sent: %s", problem)
        return 0
    try:
        return Drain(worker, paces.relays()[0], until=until, stop=stop).run()
    finally:
        worker.end(now=timezone.now())


class Drain:
    """One worker's windows through one relay."""

    def __init__(self, worker: Worker, relay: Relay, *, until: datetime, stop: Stop) -> None:
        self.worker, self.relay, self.until, self.stop = worker, relay, until, stop
        self.accepted = 0
        self._wire = Wire(
            relay,
            ehlo_name=settings.EHLO_NAME or "localhost",
            connections=CONNECTIONS,
            may_begin=self._may_begin,
            before_dot=worker.journal.dot,
            # Before the next dot of that connection: so a kill leaves one message of each in doubt, and not two.
            after_reply=worker.journal.heard,
        )
        self._chunk: Chunk | None = None
        self._filling: Filling | None = None
        self._variant = 0
        self._open: dict[int, Chunk] = {}  # leased, with something under way or to be written down
        self._under_way: dict[int, UnderWay] = {}
        self._ready: deque[Outgoing] = deque()
        self._back: list[int] = []  # to be put back into the queue with the next words to the database
        self._pauses: list[tuple[int, PauseReason, str]] = []
        self._receipts: defaultdict[int, list[Receipt]] = defaultdict(list)
        self._sign = dkim.signer()
        self._breakers: defaultdict[int, Breaker] = defaultdict(Breaker)
        self._tokens = 0
        self._limited, self._limits_at = True, -math.inf  # whether the relay has limits, and when that was looked at
        self._looked = self._settled = time.monotonic()
        self._begins = True  # whether new bodies may begin
        self._arms = True  # whether the relay's hour and the rows have more

    def run(self) -> int:
        """Send until nothing is due, the time is over, or something says stop."""
        try:
            while self._goes_on():
                if self._arms and len(self._ready) < CONNECTIONS:
                    self._next_window()
                for _ in range(min(len(self._ready), self._wire.room())):
                    message = self._ready.popleft()
                    self._under_way[message.delivery].put = True
                    self._wire.put(message)
                if not self._under_way:
                    break
                self._hear(0.2)
                self._put_back()
        except WireProblem as problem:
            self._begins = False
            self._pauses += [(one, _unreachable(problem), str(problem)) for one in self._campaigns()]
        except SessionLost as problem:
            log.warning("the worker's own connection to the database was lost: %s", problem)
        except (OperationalError, InterfaceError) as problem:
            log.warning("the database does not answer: %s", problem)
        except JournalFailed as problem:
            log.error("the journal cannot be written, so nothing is sent: %s", problem)
        except LeaseLost:
            log.warning("a lease was lost")
        finally:
            self._finish()
        return self.accepted

    def _goes_on(self) -> bool:
        """Look around once a second; whoever said stop, nothing new begins after it was seen."""
        if not self._begins or self.stop() or timezone.now() >= self.until:
            return False
        if time.monotonic() - self._looked > 1:
            self._looked = time.monotonic()
            return self.worker.all_run(list(self._campaigns()))
        return True

    def _campaigns(self) -> dict[int, Campaign]:
        """Return the campaigns of which anything is in our hands."""
        held = [under_way.chunk for under_way in self._under_way.values()]
        return {chunk.campaign_id: chunk.campaign for chunk in [*held, *([self._chunk] if self._chunk else [])]}

    def _next_window(self) -> None:
        """Record what was heard and arm the next messages; claim another chunk when this one has no more."""
        while self._arms:
            now = timezone.now()
            if not self._tokens:
                self._tokens = self._grant(now)
            if not self._tokens or (self._chunk is None and not self._claim(now)) or not self._reached():
                self._arms = False
                return
            chunk = self._chunk
            assert chunk is not None
            self._open[chunk.pk] = chunk
            until = boot_clock() + deliveries.SEND_WITHIN.total_seconds()
            receipts, want = list(self._receipts[chunk.pk]), min(WINDOW, self._tokens)
            armed = deliveries.exchange(
                chunk,
                worker=self.worker.id,
                receipts=receipts,
                want=want,
                note=self.worker.journal.armed,
                now=now,
            )
            self._written_down(chunk, receipts)
            if len(armed) < want:  # it has no more
                self._chunk = None
            if armed:
                self._tokens -= len(armed)
                self._take(chunk, armed, until)
            self._close_chunks()
            if armed:
                return

    def _grant(self, now: datetime) -> int:
        """Take tokens for a window where the relay has limits; whether it has is asked once a second."""
        if time.monotonic() - self._limits_at > 1:
            self._limited, self._limits_at = paces.limits(self.relay) != Limits(), time.monotonic()
        return paces.take(self.relay, want=WINDOW, now=now) if self._limited else WINDOW

    def _claim(self, now: datetime) -> bool:
        chunk = chunks.claim(worker=self.worker.id, now=now)
        if chunk is None:
            return False
        if self._variant != chunk.variant_id:
            self._filling, self._variant = Filling(chunk.campaign, chunk.variant), chunk.variant_id
        self._chunk = chunk
        return True

    def _reached(self) -> bool:
        """Wait for a first connection before arming anything: an unreachable relay touches no row."""
        deadline = time.monotonic() + 30
        while not self._wire.room() and not self._under_way:
            self._hear(0.2)
            if self.stop() or time.monotonic() > deadline:
                return False
        return True

    def _take(self, chunk: Chunk, armed: list[Armed], until: float) -> None:
        """Fill the messages of a window, which the journal knows."""
        filling = self._filling
        assert filling is not None
        for row in armed:
            self._under_way[row.delivery] = UnderWay(row, chunk, until)
        for row in armed:
            try:
                message = filling.message(row)
                message = self._sign(message) if self._sign else message
                self._ready.append(Outgoing(row.delivery, filling.sender, sendable(row.address), message))
            except (BadValue, BadAddress) as problem:
                self._heard(
                    row.delivery, Receipt(row.delivery, Turn.REFUSE, Phase.MAIL, None, str(problem), "unfillable")
                )
                self._too_many_unfillable(chunk)

    def _may_begin(self, delivery: int) -> bool:
        """Ask before a body begins and before its dot: too late is too late (DELIVERY, the arm)."""
        return boot_clock() < self._under_way[delivery].until

    def _hear(self, timeout: float) -> None:
        self._listen(self._wire.poll(timeout))

    def _listen(self, replies: list[Reply]) -> None:
        """Judge what was said. Neither database nor disk may stop this: a known answer must not become doubt."""
        try:
            self.worker.journal.flush()
        except JournalFailed as problem:
            log.error("the journal cannot be written, so nothing more is sent: %s", problem)
            self._begins = False
        for reply in replies:
            self._judge(reply)

    def _judge(self, reply: Reply) -> None:
        under_way = self._under_way[reply.delivery]
        if reply.text == TOO_LATE and not reply.begun:
            self._back.append(reply.delivery)
            return
        tried = under_way.row.attempts
        again = deliveries.may_retry(tried)
        outcome = judge(reply.delivery, reply.phase, reply.code, reply.text, may_retry=again, attempts=tried)
        campaign = under_way.chunk.campaign_id
        if pause := outcome.pause or self._tripped(campaign, outcome):
            self._begins = False
            self._pauses.append((campaign, pause, outcome.detail))
        if outcome.receipt:
            self._heard(reply.delivery, outcome.receipt)
        else:
            self._back.append(reply.delivery)

    def _tripped(self, campaign: int, outcome: Outcome) -> PauseReason | None:
        """Count an answer; return why the campaign must pause when refusals add up to "it is us"."""
        if outcome.verdict is None and (outcome.receipt is None or outcome.receipt.turn is not ACCEPT):
            return None  # nobody answered
        self._breakers[campaign], trip = after(self._breakers[campaign], outcome.verdict)
        return trip.reason if trip else None

    def _heard(self, delivery: int, receipt: Receipt) -> None:
        under_way = self._under_way.pop(delivery)
        self._receipts[under_way.chunk.pk].append(receipt)
        self.accepted += receipt.turn is ACCEPT

    def _finish(self) -> None:
        """Begin nothing more, complete the bodies begun, write everything down, give the leases back."""
        self._begins = self._arms = False
        unsent = self._wire.recall()
        deadline = time.monotonic() + COMPLETE_WITHIN
        while not self._wire.idle() and time.monotonic() < deadline:
            try:
                self._hear(0.2)
            except (WireProblem, JournalFailed) as problem:
                log.warning("%s", problem)
            unsent += self._wire.recall()
        self._listen(self._wire.close())
        unsent += self._wire.recall() + self._back
        for one, under_way in list(self._under_way.items()):
            if not under_way.put:
                unsent.append(one)
            elif one not in unsent:
                self._heard(one, Receipt(one, Turn.LOSE, Phase.DOT_SENT, text="the worker had to end"))
        self._back = unsent
        self._write_down()
        if self._tokens and self._limited:
            paces.give_back(self.relay, self._tokens, now=timezone.now())

    def _write_down(self) -> None:
        """Record and disarm, waiting for a database that is away: what we know must not become doubt."""
        if self._chunk:
            self._open[self._chunk.pk] = self._chunk
        deadline = time.monotonic() + DATABASE_PATIENCE
        while True:
            try:
                self._put_back()
                for chunk in self._open.values():
                    self._settle(chunk)
                    deliveries.disarm_the_rest(chunk, worker=self.worker.id)
                    chunks.release(chunk)
                return
            except (OperationalError, InterfaceError) as problem:
                if time.monotonic() > deadline:
                    raise
                log.warning("the database is away, and waited for: %s", problem)
                connection.close()
                time.sleep(1)

    def _settle(self, chunk: Chunk) -> None:
        receipts = list(self._receipts[chunk.pk])
        self._settled = time.monotonic()
        deliveries.record(chunk, receipts, worker=self.worker.id, now=timezone.now())
        self._written_down(chunk, receipts)

    def _written_down(self, chunk: Chunk, receipts: list[Receipt]) -> None:
        """Forget receipts that are committed, and act on what they say of addresses."""
        del self._receipts[chunk.pk][: len(receipts)]
        doubtful = [receipt.delivery for receipt in receipts if receipt.turn is Turn.LOSE]
        if doubtful:
            log.warning("in doubt, no answer after the final dot: deliveries %s", doubtful)
        self._suppress(receipts)

    def _close_chunks(self) -> None:
        """Write down and give back the chunks of which nothing is under way any more.

        Where something still is, what was heard waits for it, but never longer than a few windows.
        """
        if not self._open.keys() - ({self._chunk.pk} if self._chunk else set()):
            return
        busy = {under_way.chunk.pk for under_way in self._under_way.values()}
        for pk, chunk in list(self._open.items()):
            if chunk is self._chunk:
                continue
            if pk not in busy:
                self._settle(chunk)
                chunks.release(chunk)
                del self._open[pk]
            elif time.monotonic() - self._settled > 1:
                self._settle(chunk)

    def _put_back(self) -> None:
        """Put rows back into the queue that did not leave, and pause what must pause."""
        while self._pauses:
            campaign, reason, detail = self._pauses[0]
            log.warning("campaign %s paused: %s", campaign, reason)
            schedule.pause_if_running(campaign, reason=reason, detail=detail, now=timezone.now())
            del self._pauses[0]
        by_chunk: defaultdict[int, list[int]] = defaultdict(list)
        for one in self._back:
            if one in self._under_way:
                by_chunk[self._under_way[one].chunk.pk].append(one)
        for pk, ids in by_chunk.items():
            deliveries.disarm(self._open[pk], ids, worker=self.worker.id, now=timezone.now())
            for one in ids:
                del self._under_way[one]
            self._tokens += len(ids)
        self._back = []

    def _too_many_unfillable(self, chunk: Chunk) -> None:
        failed = Delivery.objects.filter(campaign=chunk.campaign_id, state="failed", reason="unfillable").count()
        failed += sum(receipt.reason == "unfillable" for receipts in self._receipts.values() for receipt in receipts)
        if failed >= UNFILLABLE_LEAST and failed > UNFILLABLE_SHARE * chunk.campaign.audience_size:
            self._begins = False
            self._pauses.append((chunk.campaign_id, PauseReason.TOO_MANY_FAULTS, "unfillable"))

    def _suppress(self, receipts: list[Receipt]) -> None:
        """Only "unknown user" and "unknown host" stop an address at once (DUTIES, mailbox providers)."""
        gone = [
            receipt.delivery
            for receipt in receipts
            if receipt.turn is Turn.REFUSE and receipt.reason in (Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST)
        ]
        for pk, key in Delivery.objects.filter(pk__in=gone).values_list("pk", "address_key") if gone else ():
            suppressions.suppress(
                bytes(key), reason=StopReason.UNKNOWN_USER, source=f"delivery {pk}", now=timezone.now()
            )


def _unreachable(problem: WireProblem) -> PauseReason:
    if problem.phase in (Phase.AUTH, Phase.TLS):
        return PauseReason.LOGIN_REFUSED
    return PauseReason.RELAY_UNREACHABLE
