"""Some connections to one relay, multiplexed in one process: messages in, replies out, no connection idle.

The owner's loop: as many `put` as there is `room`, `poll`, write down the replies, and again. Each message put in comes
back exactly once: as a Reply of `poll` or `close`, or as a delivery of `recall`.
"""

import logging
import math
import selectors
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from campaigns.core.receipt import Phase
from campaigns.wire.connection import TOO_LATE, Connection, Desk, HookFailed
from campaigns.wire.dialling import Dial, dial
from campaigns.wire.letters import Outgoing, Parcel, Reply, WireProblem
from campaigns.wire.patience import Patience
from campaigns.wire.session import AT_DOT, AT_END
from newsletter.core.relay import Relay, Tls

log = logging.getLogger(__name__)
PER_CONNECTION = 2  # the message being written, and the one whose envelope goes along
BUSY_WITH_ONE = 0.0005  # seconds that a message of ours takes of this process, at least
ATTEMPTS = 3
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
IDLE = 60.0  # a connection hung up after so long without work is no failure


def _yes(_: int) -> bool:
    return True


def _context(tls: Tls) -> ssl.SSLContext | None:
    if tls is Tls.NONE:
        return None
    context = ssl.create_default_context()
    if tls is Tls.OFFERED:
        # Exchangers' certificates name whatever they like; in clear would be the only other choice (RFC 3207, 7435).
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _nothing(*_: int) -> None:
    return None


class Wire:
    """Connections to one relay.

    `may_begin(delivery)` is asked before a message's envelope, before the first byte of its body, and before every
    later write that may carry its dot; no is a Reply without a code: in DATA or before nothing was written, in BODY the
    socket was closed over it. `before_dot(delivery)` is called once, before the first write that may carry the dot: if
    it raises, that write does not happen. `after_reply(delivery, code)` is called when the dot was answered, before the
    next dot of that connection. What a hook raises comes out of the next `poll` that has no reply to give; until then
    no body begins.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        ehlo_name: str,
        connections: int = 4,
        most: int = 0,
        per_connection: int = 0,
        may_begin: Callable[[int], bool] = _yes,
        before_dot: Callable[[int], object] = _nothing,
        after_reply: Callable[[int, int], object] = _nothing,
        now: Callable[[], float] = time.monotonic,
        pace: float = 1.0,
        attempts: int = ATTEMPTS,
        context: ssl.SSLContext | None = None,
        dial: Dial = dial,
    ) -> None:
        """Open nothing yet. Of `connections` it becomes `most` where answers take long, 0 is no more. `per_connection`
        messages go through one connection, 0 is no limit. `pace` scales all times that a server may take, and the waits
        between attempts."""
        self._least, self._most = connections, max(most, connections)
        self._round_trip = BUSY_WITH_ONE  # from a dot to its answer: of late, half of them took longer
        self._max, self._attempts, self._pace, self._now, self._dial = connections, attempts, pace, now, dial
        self._after_reply = after_reply
        self._selector = selectors.DefaultSelector()
        self._live: list[Connection] = []
        self._pending: deque[Parcel] = deque()
        self._replies: list[Reply] = []
        self._delay = 0.0
        self._not_before = -math.inf
        self._failed = 0
        self._problem: WireProblem | None = None
        self._desk = Desk(
            relay,
            ehlo_name,
            Patience().scaled(pace),
            self._selector,
            context or _context(relay.tls),
            per_connection,
            self._take,
            may_begin,
            before_dot,
            self._collect,
        )

    # messages

    def put(self, message: Outgoing) -> None:
        """Take a message; its bytes go out as they are, so they must be fit (`letters.check_dots`)."""
        if not message.data[-1].endswith(b"\r\n"):
            raise ValueError("a message ends with CR LF")
        self._pending.append(Parcel(message))

    def room(self) -> int:
        """Return how many more messages keep all connections busy; none before the relay has been reached."""
        ready = sum(connection.session.ready for connection in self._live)
        if not ready:
            return 0
        more = min(self._max, len(self._live) + (self._now() >= self._not_before))
        return max(0, PER_CONNECTION * more - self._unsent())

    def idle(self) -> bool:
        """Is there nothing under way, and nothing to be told?"""
        return not (self._pending or self._replies or any(line.session.carried for line in self._live))

    def recall(self) -> list[int]:
        """Take back every message whose body has not begun; those begun are completed by further `poll`s."""
        self._bury(self._now())
        recalled = [parcel for line in self._live for parcel in line.session.recall()] + list(self._pending)
        self._pending.clear()
        self._bury(self._now())
        return [parcel.delivery for parcel in recalled]

    def poll(self, timeout: float) -> list[Reply]:
        """Let the connections work; wait at most `timeout` seconds for something to happen, and return what was said.

        Raise WireProblem when no connection is left and the last attempts failed.
        """
        if not self._replies:
            self._complain()
            now = self._now()
            self._open(now)
            for key, mask in self._selector.select(self._wait(timeout, now)):
                with suppress(HookFailed):
                    key.data.work(mask, self._now())
                self._collect(key.data)
            now = self._now()
            self._tend(now)
            self._bury(now)
        if not self._replies:
            self._complain()
        return self._tell()

    def close(self, grace: float = 1.0) -> list[Reply]:
        """Say goodbye where nothing is under way, hang up elsewhere; return the last word on bodies begun.

        Messages not begun are still there for `recall`.
        """
        for line in self._live:
            if line.session.carried or not line.session.quit():
                line.close()
            else:
                line.push(self._now())
        until = time.monotonic() + grace
        self._bury(self._now())
        while self._live and (left := until - time.monotonic()) > 0:
            for key, mask in self._selector.select(left):
                key.data.work(mask, self._now())
            self._bury(self._now())
        for line in self._live:
            line.close()
        self._bury(self._now())
        self._selector.close()
        return self._tell()

    # connections

    def _open(self, now: float) -> None:
        """Open what the work at hand wants; one alone feels its way while none is ready."""
        wanted = 1
        if any(line.session.ready for line in self._live):
            busy = sum(bool(line.session.carried) or not line.session.ready for line in self._live)
            wanted = min(self._max, max(1, busy + -(-len(self._pending) // PER_CONNECTION)))
        for _ in range(wanted - len(self._live)):
            if now >= self._not_before:
                self._live.append(Connection(self._desk, self._dial(self._desk.relay), now))
                self._bury(now)

    def _tend(self, now: float) -> None:
        """Hand out what waits, and end what has waited too long."""
        for line in self._live:
            session = line.session
            if session.spent and session.quit():
                line.push(now)
            if (self._pending and session.hungry) or session.invited:
                with suppress(HookFailed):
                    line.push(now)
            if now >= line.deadline and not session.closed:
                line.expire(now)
            if session.replies:
                self._collect(line)

    def _collect(self, line: Connection) -> None:
        replies, line.session.replies = line.session.replies, []
        if line.session.proved:
            self._failed, self._problem = 0, None
        for reply in replies:
            self._replies.append(reply)
            if reply.phase is AT_END and reply.code:
                line.fruitful = True
                self._grow(self._now() - line.dotted_at)
                with suppress(HookFailed):
                    self._desk.ask(self._after_reply, reply.delivery, reply.code)

    def _grow(self, took: float) -> None:
        """Hold as many connections as keep this process busy while one of them waits for an answer."""
        self._round_trip *= 1.05 if took > self._round_trip else 1 / 1.05
        self._max = min(self._most, max(self._least, int(self._round_trip / BUSY_WITH_ONE)))

    def _bury(self, now: float) -> None:
        """Take away the connections that ended; what they did not come to waits for another."""
        for line in [line for line in self._live if line.session.closed]:
            self._live.remove(line)
            line.close()
            self._collect(line)
            self._pending.extendleft(reversed(line.session.untouched))
            problem = line.session.problem
            if line.fruitful:  # servers close after so many messages: its seat is free again
                self._delay, self._not_before = 0.0, now
                continue
            if self._live and line.ready_at == math.inf:  # as many as it takes
                self._most = max(self._least, min(self._most, len(self._live)))
            self._delay = min(LONGEST_DELAY, max(FIRST_DELAY, 2 * self._delay))
            self._not_before = now + self._delay * self._pace
            if problem and now - line.ready_at < IDLE * self._pace:
                self._failed += 1
                self._problem = problem
                log.warning("no connection to %s: %s", self._desk.relay.name, problem)

    def _complain(self) -> None:
        """Say that a hook failed, or that no connection can be had."""
        if failure := self._desk.failure:
            self._desk.failure = None
            raise failure
        if (problem := self._problem) and not self._live and (problem.lasting or self._failed >= self._attempts):
            self._problem = None
            raise problem

    # the rest

    def _take(self) -> Parcel | None:
        """Hand over the next message whose time has not passed."""
        while self._pending and not self._desk.failure:
            parcel = self._pending[0]
            with suppress(HookFailed):
                if self._desk.ask(self._desk.may_begin, parcel.delivery):
                    return self._pending.popleft()
                self._pending.popleft()
                self._replies.append(Reply(parcel.delivery, Phase.MAIL, None, TOO_LATE))
        return None

    def _tell(self) -> list[Reply]:
        replies, self._replies = self._replies, []
        return replies

    def _unsent(self) -> int:
        """Return how many messages have not been written to their end."""
        under_way = (parcel for line in self._live for parcel in line.session.carried)
        return len(self._pending) + sum(parcel.phase is not AT_DOT for parcel in under_way)

    def _wait(self, timeout: float, now: float) -> float:
        """Return how long to wait for a socket: not while there is something to write, nor past the next deadline."""
        moments = [now + timeout]
        if len(self._live) < self._max and self._not_before > now:
            moments.append(self._not_before)
        for line in self._live:
            if line.session.invited or (self._pending and line.session.hungry):
                return 0
            moments.append(line.deadline)
        return max(0.0, min(moments) - now)
