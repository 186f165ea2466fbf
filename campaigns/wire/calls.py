"""A provider's account driven like a wire: letters in, one call at a time in a thread of its own, replies out.

The thread lets a drain look around while a provider thinks: a pause or SIGTERM is heard before the byte that completes
a call, and a worker that must end does not wait for an answer. A call let go and not answered is doubt, at most one.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.esp import FEW, MANNERS
from campaigns.core.fault import Fault, Verdict, Whose
from campaigns.core.outcome import Outcome
from campaigns.core.receipt import Phase, Receipt
from campaigns.wire.connection import TOO_LATE
from campaigns.wire.esp import Answer, EspSession
from campaigns.wire.letters import Reply
from campaigns.wire.provider import Letter
from newsletter.core.message import MessageTemplate
from newsletter.core.providers import Account

# What the journal is told where SMTP would have said it: an HTTP 200 may refuse a reader.
CODES = {Turn.ACCEPT: 250, Turn.DEFER: 450, Turn.REFUSE: 550}
ENDED = "the call was not answered in time"


@dataclass(frozen=True, slots=True)
class Errand:
    """An armed message as it goes into a call."""

    letter: Letter
    template: MessageTemplate

    @property
    def delivery(self) -> int:
        return self.letter.delivery


class Calls:
    """`may_begin(delivery)` and `before_dot(delivery)` are asked for each message of a call right before the byte that
    completes it: a message whose time has passed holds the call back, and all of it goes back untried.
    `after_reply(delivery, code)` hears each answer before it is handed over."""

    def __init__(
        self,
        account: Account,
        *,
        may_begin: Callable[[int], bool],
        before_dot: Callable[[int], object],
        after_reply: Callable[[int, int], object],
    ) -> None:
        self._session = EspSession(account)
        self._may_begin, self._before_dot, self._after_reply = may_begin, before_dot, after_reply
        self._most = min(FEW, MANNERS[account.provider].batch)
        self._waiting: deque[Errand] = deque()
        self._replies: list[Reply] = []
        self._lock = threading.Lock()  # over what the call's thread and the drain both touch
        self._called: list[Errand] = []
        self._let_go: set[int] = set()
        self._held_back = self._closed = False
        self._failure: Exception | None = None
        self._answer: Answer | None = None
        self._thread: threading.Thread | None = None
        self._not_before = 0.0

    def room(self) -> int:
        """Return how many more messages fill the next call; none while the provider wants to be left alone."""
        return max(0, self._most - len(self._waiting)) if time.monotonic() >= self._not_before else 0

    def put(self, message: Errand) -> None:
        """Take a message for the next call."""
        self._waiting.append(message)

    def poll(self, timeout: float) -> list[Reply]:
        """Make a call if none is under way, and wait for its answer no longer than that."""
        if self._thread is None and self._waiting and self._failure is None:
            self._begin()
        if self._thread is not None:
            self._thread.join(timeout)
            if not self._thread.is_alive():
                self._thread = None
                self._collect()
        replies = self._told()
        if not replies and (failure := self._failure):
            self._failure = None
            raise failure
        return replies

    def recall(self) -> list[int]:
        """Take back what waits, and hold back a call that was not let go; that one comes back by `poll` or `close`."""
        with self._lock:
            self._held_back = True
        recalled = [errand.delivery for errand in self._waiting]
        self._waiting.clear()
        return recalled

    def idle(self) -> bool:
        """Is no call under way, and nothing to be told?"""
        return not (self._thread or self._replies or self._waiting)

    def close(self) -> list[Reply]:
        """Leave a call under way to itself: what was let go is doubt, the rest was never sent."""
        if self._thread is not None and not self._thread.is_alive():
            self._thread = None
            self._collect()
        with self._lock:
            self._held_back = self._closed = True
            replies = self._lost() if self._thread else []
        if self._thread is None:
            self._session.close()
        self._thread = None
        self._replies += replies
        return self._told()

    # the call

    def _begin(self) -> None:
        template = self._waiting[0].template
        same = list(takewhile(lambda errand: errand.template is template, self._waiting))[: self._most]
        for _ in same:
            self._waiting.popleft()
        self._called, self._let_go, self._answer = same, set(), None
        letters = [errand.letter for errand in same]
        self._thread = threading.Thread(target=self._call, args=(template, letters), name="call", daemon=True)
        self._thread.start()

    def _call(self, template: MessageTemplate, letters: Sequence[Letter]) -> None:
        self._answer = self._session.send(template, letters, gate=self._gate)
        if self._closed:  # nobody waited for us
            self._session.close()

    def _gate(self, deliveries: Sequence[int]) -> bool:
        """Right before the completing byte: the journal notes these, or the call does not happen."""
        with self._lock:
            if self._held_back or not all(map(self._may_begin, deliveries)):
                return False
            try:
                for delivery in deliveries:
                    self._before_dot(delivery)
            except Exception as problem:
                self._failure = problem
                raise
            self._let_go.update(deliveries)
            return True

    def _collect(self) -> None:
        """Put an answer into replies. What was let go and then certainly not taken is told to the journal as well."""
        answer = self._answer
        if answer is None:  # the thread died of something unforeseen: what was let go may have been taken
            self._replies += self._lost()
            return
        replies = [_reply(receipt) for receipt in answer.receipts]
        if answer.wait:
            self._not_before = time.monotonic() + answer.wait.total_seconds()
        for delivery in answer.untried:
            phase, code = (Phase.REPLIED, CODES[Turn.DEFER]) if delivery in self._let_go else (Phase.MAIL, None)
            replies.append(Reply(delivery, phase, code, TOO_LATE, outcome=Outcome(None)))
        if replies and answer.held_up:  # said once, by the last: it may be one that has its receipt
            outcome = replies[-1].outcome or Outcome(None)
            held_up = outcome._replace(pause=answer.pause, detail=answer.detail, rest=answer.wait)
            replies[-1] = replies[-1]._replace(outcome=held_up)
        self._replies += replies

    def _told(self) -> list[Reply]:
        replies, self._replies = self._replies, []
        for reply in replies:
            if reply.phase is Phase.REPLIED and reply.code is not None:
                self._after_reply(reply.delivery, reply.code)
        return replies

    def _lost(self) -> list[Reply]:
        """What was let go and has no answer is doubt, and a provider that leaves us waiting is away: that is said once,
        so that another call does not come into doubt as well."""
        replies: list[Reply] = []
        away: PauseReason | None = PauseReason.RELAY_UNREACHABLE
        for errand in self._called:
            if errand.delivery in self._let_go:
                doubt = Receipt(errand.delivery, Turn.LOSE, Phase.DOT_SENT, text=ENDED)
                outcome = Outcome(doubt, away, ENDED)
                replies.append(Reply(errand.delivery, Phase.DOT_SENT, None, ENDED, begun=True, outcome=outcome))
                away = None
            else:
                replies.append(Reply(errand.delivery, Phase.MAIL, None, TOO_LATE))
        return replies


def _reply(receipt: Receipt) -> Reply:
    """Return a provider's word on one message: the ledger keeps its own code, the journal the one that it can read."""
    verdict = None
    if receipt.turn is Turn.REFUSE and receipt.reason != "unfillable":
        # The provider knows the reader, we do not know why: the breaker counts it.
        verdict = Verdict(Fault(receipt.reason or Fault.UNKNOWN), Whose.READER)
    elif receipt.turn is Turn.DEFER:
        verdict = Verdict(Fault.TRANSIENT, Whose.RELAY)
    said = receipt.phase is Phase.REPLIED
    return Reply(
        receipt.delivery,
        receipt.phase,
        CODES.get(receipt.turn) if said else None,
        receipt.text,
        outcome=Outcome(receipt, verdict=verdict),
    )
