"""From leased chunk to wire and back, window by window, by one road.

No transaction is open while we talk to the relay. A window's receipts are written down in the transaction that
arms the next one, which begins while the connections still have something to write.
"""

import logging
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from audiences.core.address import BadAddress, sendable
from campaigns import chunks, deliveries, lanes, paces, roads, schedule, warmups
from campaigns.core.breaker import Breaker, after
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.fault import Fault
from campaigns.core.operators import NOWHERE
from campaigns.core.outcome import ACCEPT, Outcome, judge, unreached
from campaigns.core.pacing import Limits
from campaigns.core.receipt import Phase, Receipt
from campaigns.deliveries import Armed, LeaseLost
from campaigns.filling import Filling, Ours
from campaigns.hands import Hands
from campaigns.models import Campaign, Chunk, Delivery
from campaigns.variants import domain
from campaigns.wire import dkim
from campaigns.wire.calls import Calls, Errand
from campaigns.wire.carrier import Carrier
from campaigns.wire.connection import TOO_LATE
from campaigns.wire.dialling import dial
from campaigns.wire.journal import JournalFailed
from campaigns.wire.letters import Outgoing, Reply, WireProblem
from campaigns.wire.line import Wire
from campaigns.workers import SessionLost, Worker
from newsletter.core.environment import Road
from newsletter.core.holes import BadValue
from newsletter.core.providers import Account

log = logging.getLogger(__name__)
WINDOW = 50
CONNECTIONS, MOST_CONNECTIONS = 4, 10
# How long bodies begun may take when no new one may begin. After SIGTERM, Celery has ten seconds more to end.
COMPLETE_WITHIN = 20.0
REACHED_WITHIN = 30.0
# "Too many connections", said instead of a greeting: nobody's fault, no reason to stand still until a human looks.
BUSY, BUSY_REST = 421, timedelta(seconds=5)
# More rows than this share that cannot be filled are no accident of one address.
UNFILLABLE_SHARE, UNFILLABLE_LEAST = 0.01, 5
Stop = Callable[[], bool]


class Drain:
    """One worker's windows through one relay or provider; with a lane, those to one operator."""

    def __init__(
        self, worker: Worker, relay: Road, *, until: datetime, stop: Stop, lane: lanes.Lane | None = None
    ) -> None:
        self.worker, self.relay, self.until, self.stop, self.lane = worker, relay, until, stop, lane
        self.accepted = 0
        self.left_over = False  # whether another road may go on with what is due
        self.gave_up = False  # whether something paused, or the road was shut
        self._chunk: Chunk | None = None
        self._like: Chunk | None = None  # the last one claimed
        self._filling: Filling | None = None
        self._hands = Hands(worker)
        self._wire = self._open_road()
        self._ready: deque[tuple[Chunk, Filling, Armed, Ours]] = deque()
        self._pauses: list[tuple[int, PauseReason, str]] = []
        self._written_there = isinstance(relay, Account)  # a provider fills and signs them itself
        self._sign = dkim.signer()
        self._breakers: defaultdict[int, Breaker] = defaultdict(Breaker)
        self._rest: tuple[datetime, str] | None = None  # until when the road asked to be left alone
        self._waits = False  # for tokens, or for a first connection
        self._sought = 0.0  # since when no connection was there
        self._unsent: list[int] = []  # taken back from the wire
        self._ends_by = 0.0  # until when bodies begun may be completed
        self._slows = False  # whether the lane's operator asked for less
        self._warming: dict[int, bool] = {}
        self._tokens = 0
        self._limited, self._limits_at = True, -math.inf  # whether the relay has limits, and when that was looked at
        self._looked = time.monotonic()
        self._begins = True  # whether new bodies may begin
        self._arms = True  # whether the relay's hour and the rows have more

    def _open_road(self) -> Carrier:
        """Return what runs on this road; both ask the same before a body begins and note the same before its end."""
        if isinstance(self.relay, Account):
            journal = self.worker.journal
            return Calls(self.relay, may_begin=self._hands.in_time, before_dot=journal.dot, after_reply=journal.heard)
        lane, relay = self.lane, self.relay
        direct = lane is not None and relay.direct
        return Wire(
            lane.relay(relay) if lane else relay,
            ehlo_name=settings.EHLO_NAME or "localhost",
            connections=min(CONNECTIONS, lane.manners.connections) if lane and direct else CONNECTIONS,
            most=0 if direct else MOST_CONNECTIONS,
            per_connection=lane.manners.per_connection if lane and direct else 0,
            may_begin=self._hands.in_time,
            before_dot=self.worker.journal.dot,
            # Before the next dot of that connection: so a kill leaves one message of each in doubt, and not two.
            after_reply=self.worker.journal.heard,
            dial=lane.dial if lane and direct else dial,
        )

    def run(self) -> int:
        """Send until nothing is due, the time is over, or something says stop."""
        try:
            while self.step(0.2):
                pass
        finally:
            self.finish()
        return self.accepted

    def step(self, timeout: float) -> bool:
        """Arm, hand over and listen once; return whether there is more to do. What ends it is `finish`ed."""
        try:
            if not self._goes_on():
                return False
            self._waits = False
            if self._arms and len(self._ready) < CONNECTIONS:
                self._next_window()
            for _ in range(min(len(self._ready), self._wire.room())):
                self._put(*self._ready.popleft())
            if not (self._hands.under_way or self._waits):
                return False
            self._hear(timeout)
            self._put_back()
            return True
        except WireProblem as problem:
            self._begins = False
            if self.relay.direct:  # one operator is away: its lane rests, and nobody pauses
                self._slows = True
            elif problem.code == BUSY:
                self._rest = timezone.now() + BUSY_REST, str(problem)
            else:
                self._pauses += [(one, unreached(problem.phase), str(problem)) for one in self._campaigns()]
        except SessionLost as problem:
            log.warning("the worker's own connection to the database was lost: %s", problem)
        except (OperationalError, InterfaceError) as problem:
            log.warning("the database does not answer: %s", problem)
        except JournalFailed as problem:
            log.error("the journal cannot be written, so nothing is sent: %s", problem)
        except LeaseLost:
            log.warning("a lease was lost")
        return False

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
        ours = {self._chunk.campaign_id: self._chunk.campaign} if self._chunk else {}
        return ours | self._hands.campaigns()

    def _next_window(self) -> None:
        """Record what was heard and arm the next messages; claim another chunk when this one has no more."""
        while self._arms:
            now = timezone.now()
            if not (self._tokens or self._grant(now)):
                return
            if self._chunk is None and not self._claim(now):
                self._arms = False
                return
            chunk = self._chunk
            assert chunk is not None
            if chunk.operator != NOWHERE and not self._reached():
                return
            self._hands.hold(chunk)
            want = min(WINDOW, self._tokens)
            if self._is_warming(chunk, now) and not (want := self._of_today(chunk, want, now)):
                if self._hands.under_way:
                    return  # it may come back untried, and with it the day's room
                continue
            armed = self._hands.exchange(chunk, want, now=now)
            if len(armed) < want:  # it has no more
                if self._is_warming(chunk, now):
                    warmups.give_back(domain(chunk.campaign.edition.newsletter), want - len(armed), now=now)
                self._chunk = None
            if armed:
                self._tokens -= len(armed)
                self._take(chunk, armed)
            self._hands.close(but=self._chunk)
            if armed:
                return

    def _grant(self, now: datetime) -> bool:
        """Take tokens before anything is armed; an operator's lane fills again in a moment, a relay's hour does not."""
        want = lanes.grant(self.lane, WINDOW, now=now) if self.lane else WINDOW
        if not want:
            self._waits = True
            return False
        if time.monotonic() - self._limits_at > 1:  # whether it counts at all is asked once a second
            self._limited, self._limits_at = paces.limits(self.relay) != Limits(), time.monotonic()
        self._tokens = paces.take(self.relay, want=want, now=now) if self._limited else want
        if self.lane and self._tokens < want:
            lanes.give_back(self.lane, want - self._tokens)
        self.left_over, self._arms = not self._tokens, bool(self._tokens)
        return self._arms

    def _claim(self, now: datetime) -> bool:
        of = {"operator": self.lane.operator, "hosts": " ".join(self.lane.hosts)} if self.lane else {}
        chunk = chunks.claim(worker=self.worker.id, now=now, like=self._like, **of)
        if chunk is None:
            return False
        if not (self._like and self._like.campaign is chunk.campaign):  # another variant, or another round
            self._filling = Filling(chunk.campaign, chunk.variant)
        self._chunk = self._like = chunk
        return True

    def _reached(self) -> bool:
        """Wait for a first connection before arming anything: an unreachable relay touches no row."""
        if self._wire.room() or self._hands.under_way:
            return True
        self._sought = self._sought or time.monotonic()
        if time.monotonic() - self._sought > REACHED_WITHIN:
            raise WireProblem(Phase.CONNECT, None, "nothing was heard of it in time")
        self._waits = True
        return False

    def _is_warming(self, chunk: Chunk, now: datetime) -> bool:
        """Return whether the sender's domain is new; asked once a campaign."""
        if chunk.campaign_id not in self._warming:
            new_since = warmups.first_day(domain(chunk.campaign.edition.newsletter), now=now)
            self._warming[chunk.campaign_id] = new_since is not None
        return self._warming[chunk.campaign_id]

    def _of_today(self, chunk: Chunk, want: int, now: datetime) -> int:
        """Return how many of these a new domain may send today; when none, the campaign goes on tomorrow."""
        granted = warmups.take(domain(chunk.campaign.edition.newsletter), want=want, now=now)
        if not granted and not self._hands.under_way:
            warmups.rest(chunk.campaign, now=now)
            self._chunk = None
            self._hands.close(but=self._chunk)
        return granted

    def _take(self, chunk: Chunk, armed: list[Armed]) -> None:
        """Keep a window ready, which the journal knows."""
        filling = self._filling
        assert filling is not None
        if chunk.operator == NOWHERE:
            for row in armed:
                self._heard(row.delivery, _no_such_host(row))
            return
        self._ready.extend((chunk, filling, row, ours) for row, ours in zip(armed, filling.ours(armed), strict=True))

    def _put(self, chunk: Chunk, filling: Filling, row: Armed, ours: Ours) -> None:
        """Fill a message and hand it over: no sooner than it is wanted, so that memory holds few of them, and warm."""
        message: Outgoing | Errand
        try:
            if self._written_there:
                message = filling.errand(row, ours)
            else:
                data = filling.message(row, ours)
                data = [self._sign(b"".join(data))] if self._sign else data
                message = Outgoing(row.delivery, ours.return_path, sendable(row.address), data)
        except (BadValue, BadAddress) as problem:
            self._heard(row.delivery, Receipt(row.delivery, Turn.REFUSE, Phase.MAIL, None, str(problem), "unfillable"))
            self._too_many_unfillable(chunk)
            return
        self._hands.under_way[row.delivery].put = True
        self._wire.put(message)

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
        under_way = self._hands.under_way[reply.delivery]
        if reply.outcome is None and reply.text == TOO_LATE and not reply.begun:
            self._hands.back.append(reply.delivery)
            return
        tried = under_way.row.attempts
        again = deliveries.may_retry(tried)
        direct = self.relay.direct
        outcome = reply.outcome or judge(
            reply.delivery, reply.phase, reply.code, reply.text, may_retry=again, attempts=tried, direct=direct
        )
        campaign = under_way.chunk.campaign_id
        tripped = self._tripped(campaign, outcome)
        if self.lane and outcome.verdict and outcome.verdict.fault is Fault.THROTTLE:
            # The operator's pace, not the reader's fault: the lane rests, and what was not begun goes back untried.
            self._begins, self._slows = False, True
            if not reply.begun:
                self._hands.back.append(reply.delivery)
                return
        if direct and tripped and not outcome.pause:
            # One company's fussy server holds its own readers and nobody else's.
            self._begins, self._slows = False, True
        elif pause := outcome.pause or tripped:
            self._begins = False
            self._pauses.append((campaign, pause, outcome.detail))
        if outcome.rest:
            self._begins = False
            self._rest = timezone.now() + outcome.rest, outcome.detail
        if outcome.receipt:
            self._heard(reply.delivery, outcome.receipt)
        else:
            self._hands.back.append(reply.delivery)

    def _tripped(self, campaign: int, outcome: Outcome) -> PauseReason | None:
        """Count an answer; return why the campaign must pause when refusals add up to "it is us"."""
        if outcome.verdict is None and (outcome.receipt is None or outcome.receipt.turn is not ACCEPT):
            return None  # nobody answered
        self._breakers[campaign], trip = after(self._breakers[campaign], outcome.verdict)
        return trip.reason if trip else None

    def _heard(self, delivery: int, receipt: Receipt) -> None:
        self._hands.heard(delivery, receipt)
        self.accepted += receipt.turn is ACCEPT

    def complete(self, timeout: float) -> bool:
        """Begin nothing more and listen once; return whether the bodies begun are completed."""
        self._begins = self._arms = False
        self._unsent += self._wire.recall()
        if not self._wire.idle():
            try:
                self._hear(timeout)
            except (WireProblem, JournalFailed) as problem:
                log.warning("%s", problem)
        return self._wire.idle()

    def is_over(self, timeout: float) -> bool:
        """Listen once for the bodies begun; return whether they are completed, or had their time."""
        self._ends_by = self._ends_by or time.monotonic() + COMPLETE_WITHIN
        return self.complete(timeout) or time.monotonic() >= self._ends_by

    def finish(self) -> None:
        """Begin nothing more, complete the bodies begun, write everything down, give the leases back."""
        while not self.is_over(0.2):
            pass
        self._listen(self._wire.close())
        self._hands.let_go(self._unsent + self._wire.recall())
        if self._chunk:
            self._hands.hold(self._chunk)
        self._hands.empty(first=self._put_back, in_a_hurry=self.stop)
        if self._tokens and self._limited:
            paces.give_back(self.relay, self._tokens, now=timezone.now())
        if self.lane:
            lanes.give_back(self.lane, self._tokens)
            lanes.release(self.lane)

    def _put_back(self) -> None:
        """Put rows back into the queue that did not leave, and pause what must pause."""
        while self._pauses:
            campaign, reason, detail = self._pauses[0]
            if roads.carry_on_without(self.relay, reason=reason, detail=detail, now=timezone.now()):
                self.left_over = True
            else:
                log.warning("campaign %s paused: %s", campaign, reason)
                schedule.pause_if_running(campaign, reason=reason, detail=detail, now=timezone.now())
            self.gave_up = True
            del self._pauses[0]
        if self._slows and self.lane:
            log.warning("operator %s: a rest, then half as fast", self.lane.operator)
            lanes.slow(self.lane, now=timezone.now())
            self._slows = False
        if self._rest:
            roads.rest(self.relay, until=self._rest[0], detail=self._rest[1])
            self._rest, self.left_over = None, True
        for chunk, count in self._hands.put_back():
            self._tokens += count
            if self._warming.get(chunk.campaign_id):
                warmups.give_back(domain(chunk.campaign.edition.newsletter), count, now=timezone.now())

    def _too_many_unfillable(self, chunk: Chunk) -> None:
        failed = Delivery.objects.filter(campaign=chunk.campaign_id, state="failed", reason="unfillable").count()
        failed += self._hands.unwritten("unfillable")
        if failed >= UNFILLABLE_LEAST and failed > UNFILLABLE_SHARE * chunk.campaign.audience_size:
            self._begins = False
            self._pauses.append((chunk.campaign_id, PauseReason.TOO_MANY_FAULTS, "unfillable"))


def _no_such_host(row: Armed) -> Receipt:
    """Return what the DNS said of this reader's domain, in the words of a mail server."""
    text = "5.1.2 the domain takes no mail"
    return Receipt(row.delivery, Turn.REFUSE, Phase.RCPT, 556, text, Fault.UNKNOWN_HOST.value)
