"""From leased chunk to wire and back: the loop that a worker runs, and `manage.py drain` without Celery.

No transaction is open while we talk to the relay. A window's receipts are written down in the transaction that
arms the next one, which begins while the connections still have something to write.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from audiences import links
from audiences.core.address import BadAddress, sendable
from campaigns import chunks, deliveries, paces, schedule
from campaigns.core.breaker import Breaker, after
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.outcome import Outcome, judge
from campaigns.core.receipt import Phase, Receipt
from campaigns.deliveries import Armed, LeaseLost
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.variants import domain, template_of
from campaigns.wire import dkim
from campaigns.wire.connection import TOO_LATE
from campaigns.wire.journal import JournalFailed
from campaigns.wire.letters import Outgoing, Reply, WireProblem
from campaigns.wire.line import Wire
from campaigns.workers import SessionLost, Worker, boot_clock
from newsletter import signing
from newsletter.core.holes import BadValue, one_line
from newsletter.core.message import MessageTemplate
from newsletter.core.relay import Relay

log = logging.getLogger(__name__)
WINDOW = 50
CONNECTIONS = 4
# How long bodies begun may take when no new one may begin. After SIGTERM, Celery has ten seconds more to end.
COMPLETE_WITHIN = 20.0
# How long a worker that knows what became of its messages waits for a database that is away.
DATABASE_PATIENCE = 300.0
# When it was asked to end: the journal knows what it knows, and whoever sweeps reads that.
FAREWELL_PATIENCE = 3.0
# "Too many connections", said instead of a greeting: nobody's fault, no reason to stand still until a human looks.
BUSY, BUSY_REST = 421, 5.0
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
        )
        self._chunk: Chunk | None = None
        self._template: MessageTemplate | None = None
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
        self._looked = time.monotonic()
        self._begins = True  # whether new bodies may begin
        self._arms = True  # whether the relay's hour and the rows have more

    def run(self) -> int:
        """Send until nothing is due, the time is over, or something says stop."""
        try:
            while self._goes_on():
                if self._arms and len(self._ready) < CONNECTIONS:
                    self._next_window()
                while self._ready and self._wire.room():
                    message = self._ready.popleft()
                    self._under_way[message.delivery].put = True
                    self._wire.put(message)
                if not self._under_way:
                    break
                self._hear(0.2)
                self._put_back()
        except WireProblem as problem:
            self._begins = False
            if problem.code == BUSY:
                self._rest(problem)
            else:
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

    def _rest(self, problem: WireProblem) -> None:
        """Leave a busy relay alone for a while."""
        log.warning("the relay is busy, and asked again in %s s: %s", BUSY_REST, problem)
        over = time.monotonic() + BUSY_REST
        while time.monotonic() < over and not self.stop() and timezone.now() < self.until:
            time.sleep(0.2)

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
                self._tokens = paces.take(self.relay, want=WINDOW, now=now)
            if not self._tokens or (self._chunk is None and not self._claim(now)) or not self._reached():
                self._arms = False
                return
            chunk = self._chunk
            assert chunk is not None
            self._open[chunk.pk] = chunk
            until = boot_clock() + deliveries.SEND_WITHIN.total_seconds()
            receipts = list(self._receipts[chunk.pk])
            armed = deliveries.exchange(
                chunk,
                worker=self.worker.id,
                receipts=receipts,
                want=min(WINDOW, self._tokens),
                note=self.worker.journal.armed,
                now=now,
            )
            self._written_down(chunk, receipts)
            if armed:
                self._tokens -= len(armed)
                self._take(chunk, armed, until)
                return
            self._chunk = None
            self._close_chunks()

    def _claim(self, now: datetime) -> bool:
        chunk = chunks.claim(worker=self.worker.id, now=now)
        if chunk is None:
            return False
        if self._variant != chunk.variant_id:
            self._template, self._variant = template_of(chunk.variant), chunk.variant_id
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
        assert self._template is not None
        for row in armed:
            self._under_way[row.delivery] = UnderWay(row, chunk, until)
        sender = chunk.campaign.edition.newsletter.sender_email
        for row in armed:
            try:
                message = self._template.fill(_values(chunk, row))
                message = self._sign(message) if self._sign else message
                self._ready.append(Outgoing(row.delivery, sender, sendable(row.address), message))
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
        for reply in replies:
            try:
                if reply.phase is Phase.REPLIED and reply.code is not None:
                    self.worker.journal.replied(reply.delivery, reply.code)
            except JournalFailed as problem:
                log.error("the journal cannot be written, so nothing more is sent: %s", problem)
                self._begins = False
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
        if outcome.verdict is None and (outcome.receipt is None or outcome.receipt.turn is not Turn.ACCEPT):
            return None  # nobody answered
        self._breakers[campaign], trip = after(self._breakers[campaign], outcome.verdict)
        return trip.reason if trip else None

    def _heard(self, delivery: int, receipt: Receipt) -> None:
        under_way = self._under_way.pop(delivery)
        self._receipts[under_way.chunk.pk].append(receipt)
        self.accepted += receipt.turn is Turn.ACCEPT

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
        if self._tokens:
            paces.give_back(self.relay, self._tokens, now=timezone.now())

    def _write_down(self) -> None:
        """Record and disarm, waiting for a database that is away: what we know must not become doubt."""
        if self._chunk:
            self._open[self._chunk.pk] = self._chunk
        since = time.monotonic()
        while True:
            try:
                self._put_back()
                for chunk in self._open.values():
                    self._settle(chunk)
                    deliveries.disarm_the_rest(chunk, worker=self.worker.id)
                    chunks.release(chunk)
                return
            except (OperationalError, InterfaceError) as problem:
                if time.monotonic() - since > (FAREWELL_PATIENCE if self.stop() else DATABASE_PATIENCE):
                    raise
                log.warning("the database is away, and waited for: %s", problem)
                connection.close()
                time.sleep(1)

    def _settle(self, chunk: Chunk) -> None:
        receipts = list(self._receipts[chunk.pk])
        deliveries.record(chunk, receipts, worker=self.worker.id, now=timezone.now())
        self._written_down(chunk, receipts)

    def _written_down(self, chunk: Chunk, receipts: list[Receipt]) -> None:
        """Forget receipts that are committed, and act on what they say of addresses."""
        del self._receipts[chunk.pk][: len(receipts)]
        doubtful = [receipt.delivery for receipt in receipts if receipt.turn is Turn.LOSE]
        if doubtful:
            log.warning("in doubt, no answer after the final dot: deliveries %s", doubtful)
        deliveries.suppress_the_gone(receipts, now=timezone.now())

    def _close_chunks(self) -> None:
        """Write down and give back the chunks of which nothing is under way any more."""
        busy = {under_way.chunk.pk for under_way in self._under_way.values()}
        for pk, chunk in list(self._open.items()):
            self._settle(chunk)
            if pk not in busy and chunk is not self._chunk:
                chunks.release(chunk)
                del self._open[pk]

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


def _values(chunk: Chunk, row: Armed) -> dict[str, str]:
    """Return what the holes of one message are filled with."""
    edition = chunk.campaign.edition
    newsletter = edition.newsletter
    return {
        "to_address": sendable(row.address),
        "to_name": "",
        "first_name": one_line(row.first_name),
        "date": _date(int(time.time())),
        "message_id": message_id(chunk.campaign_id, row.delivery, domain(newsletter)),
        "unsubscribe_url": links.unsubscribe_url(newsletter.pk, row.address_key),
        "preferences_url": links.preferences_url(newsletter.pk, row.address_key),
        "web_version_url": f"{settings.SITE_URL}/editions/{edition.slug}/",
    }


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """Return a Date header, written once a second."""
    return format_datetime(datetime.fromtimestamp(second, timezone.get_default_timezone()))


def message_id(campaign: int, delivery: int, domain: str) -> str:
    """Return a delivery's Message-ID, the same for ever: a relay's log and a late bounce name it by that."""
    return f"<{signing.seal(signing.Purpose.MESSAGE, f'{campaign}/{delivery}')}@{domain}>"


def _unreachable(problem: WireProblem) -> PauseReason:
    if problem.phase is Phase.AUTH:
        return PauseReason.LOGIN_REFUSED
    if problem.phase is Phase.TLS:
        return PauseReason.RELAY_INSECURE
    return PauseReason.RELAY_UNREACHABLE
