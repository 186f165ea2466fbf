"""One SMTP connection as a state machine without a socket: bytes in, replies out, and what may be written next.

Where PIPELINING is offered, a body, its dot and the next envelope leave in one write (RFC 2920 3.1), so a message
costs one round trip; elsewhere one command waits for one answer. Answers come in the order of the questions, and
each message knows its phase, so whatever ends the connection, every message's fate is known:

* answered: one Reply with the code.
* its body begun, or its envelope answered in part: one Reply without a code; only DOT_SENT is doubt.
* nothing answered to its envelope: `untouched`, as if it had never been here.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from campaigns.core.receipt import Phase
from campaigns.wire.envelope import envelope, refusal
from campaigns.wire.letters import Parcel, Reply, WireProblem
from campaigns.wire.opening import Opening
from campaigns.wire.reading import ReplyReader, words
from newsletter.core.relay import Relay

DOT = b".\r\n"
TRIES = 2  # fresh connections that may die over one message's MAIL; then that silence is its answer


class Ask(Enum):
    """A question that the server has not answered."""

    OPENING = auto()
    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    LONE_DOT = auto()
    QUIT = auto()


# Bound once: on Python 3.11 a member asked of its class costs ten times a name, and this runs for every message.
OPENING, RSET, MAIL, RCPT = Ask.OPENING, Ask.RSET, Ask.MAIL, Ask.RCPT
DATA, END, LONE_DOT, QUIT = Ask.DATA, Ask.DOT, Ask.LONE_DOT, Ask.QUIT
AT_MAIL, AT_RCPT, AT_DATA, AT_BODY = Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY
AT_DOT, AT_END = Phase.DOT_SENT, Phase.REPLIED

Asked = tuple[Ask, Parcel | None]
Next = Callable[[], Parcel | None]


@dataclass(slots=True)
class Write:
    """What may be written now: the parcel's body, if there is one, then the tail, which begins with its dot."""

    tail: bytes
    parcel: Parcel | None = None


class Session:
    """What one server and we have said to each other. `closed`: hang up, there is nothing more to say."""

    def __init__(self, relay: Relay, *, ehlo_name: str, most: int = 0) -> None:
        """`most` messages are taken at most; none is no limit."""
        self._left = most or -1
        self.replies: list[Reply] = []  # the caller takes them away
        self.untouched: list[Parcel] = []  # once closed: what it never came to
        self.problem: WireProblem | None = None  # closed before it had a word for any message
        self.closed = self.proved = False
        self.carried: list[Parcel] = []  # whose last word is not spoken, in their order
        self.asked: deque[Asked] = deque(((OPENING, None),))
        self.invited: Parcel | None = None  # the server waits for its body
        self.opening = Opening(relay, ehlo_name=ehlo_name)
        self._reader = ReplyReader()
        self._out = b""
        self._lone_dot = self._dirty = self._pipelining = False

    # bytes in

    def receive(self, data: bytes) -> None:
        """Take what the server says, in any pieces."""
        answers = self._reader.feed(data)
        for number, (code, raw) in enumerate(answers, 1):
            if self.closed:
                return
            self._hear(code, raw)
            if self.opening.covering and (number < len(answers) or self._reader.midway):
                # Said in clear, it would be taken for something said under TLS.
                self._close(WireProblem(Phase.TLS, None, "more than one answer to STARTTLS", lasting=True))
        if self._reader.garbage:
            self.lose(self._reader.garbage, blame=True)

    def covered(self) -> None:
        """Go on under TLS."""
        self.opening.covered()
        self._speak()

    def lose(self, text: str, *, blame: bool = False) -> None:
        """The line is dead. `blame`: silence or nonsense was the answer to the oldest question."""
        if self.closed:
            return
        head = self.asked[0][1] if self.asked else None
        phase = (head.phase if head else AT_MAIL) if self.opening.done else self.opening.phase
        if head and not self.proved:  # servers close after so many messages, but hardly before the first
            head.tries += 1
        for parcel in self.carried[:]:
            if parcel.phase is not AT_MAIL or (parcel is head and (blame or parcel.tries >= TRIES)):
                self._conclude(parcel, None, text)
        self._close(WireProblem(phase, None, text))

    def fail(self, problem: WireProblem) -> None:
        """There is no line to speak on."""
        self._close(problem)

    # bytes out

    @property
    def ready(self) -> bool:
        """Is it open for messages?"""
        return self.opening.done and not self.closed

    @property
    def spent(self) -> bool:
        """Has it carried as many messages as one connection may?"""
        return self._left == 0

    @property
    def hungry(self) -> bool:
        """May an envelope be written? With PIPELINING also behind a dot that waits for its answer."""
        if not self.opening.done or self.closed or self._out or self.invited or self._lone_dot or self.spent:
            return False
        return not self.asked or (self._pipelining and self.asked[-1][0] in (END, LONE_DOT))

    def write(self, take: Next) -> Write | None:
        """Return what may be written now, if anything; `take` hands over the message whose envelope goes along."""
        if self._out:
            out, self._out = self._out, b""
            return Write(out)
        if self.invited:
            parcel, self.invited = self.invited, None
            self.asked.append((END, parcel))
            return Write(DOT + self._envelope(take) if self._pipelining else DOT, parcel)
        if self._lone_dot:
            self._lone_dot = False
            self.asked.append((LONE_DOT, None))
            return Write(DOT + self._envelope(take) if self._pipelining else DOT)
        if not self.hungry:
            return None
        tail = self._envelope(take) if self._pipelining or not self._dirty else self._rset()
        return Write(tail) if tail else None

    def quit(self) -> bool:
        """Say goodbye if nothing hangs on this connection any more; return whether there is something to write."""
        if self.ready and not (self.asked or self._out or self.invited or self._lone_dot):
            self._out = b"QUIT\r\n"
            self.asked.append((QUIT, None))
        return bool(self._out)

    def recall(self) -> list[Parcel]:
        """Take back the messages whose body has not begun; one that the server already waits for closes the line."""
        recalled = [parcel for parcel in self.carried if not parcel.begun]
        self.carried = [parcel for parcel in self.carried if parcel.begun]
        for parcel in recalled:
            parcel.done = True
            if parcel.phase is AT_BODY:
                self._close()
        return recalled

    def give_up(self, parcel: Parcel, text: str) -> None:
        """This message must not be finished, though the server waits for it: hang up."""
        self._conclude(parcel, None, text)
        self.hang_up(text)

    def hang_up(self, text: str) -> None:
        """Close the line of our own will; what was not begun is untouched, whatever the server said to it."""
        self._close(text=text)

    # what the server means

    def _hear(self, code: int, raw: bytes) -> None:
        if not self.asked or (self._out and code != 421):
            if code == 421:
                return self._close(WireProblem(AT_MAIL, code, words(raw)))
            return self.lose(f"unasked: {code} {words(raw)}", blame=True)
        ask, parcel = self.asked[0]
        if parcel:
            self.proved = True
            return self._hear_of(parcel, ask, code, raw)
        self.asked.popleft()
        if ask is OPENING:
            try:
                self.opening.answer(code, raw)
            except WireProblem as problem:
                return self._close(problem)
            return self._speak()
        if ask is QUIT or code == 421:
            return self._close(WireProblem(AT_MAIL, code, words(raw)))
        if ask is RSET and code != 250:
            self.lose(f"RSET refused: {code} {words(raw)}")
        return None

    def _hear_of(self, parcel: Parcel, ask: Ask, code: int, raw: bytes) -> None:
        """Take the answer to a question about a message; one that fits no question is blamed on that message."""
        kind = code // 100
        if ask is END:
            if parcel.phase is AT_DOT and kind != 3:
                parcel.phase = AT_END
                self._conclude(parcel, code, words(raw))
            elif kind > 3:  # refused in the middle of the body: the rest cannot be held back but by hanging up
                self._conclude(parcel, code, words(raw))
                return self._close()
            else:
                return self.lose(f"out of step: {code} {words(raw)}", blame=True)
        elif kind > 3:
            self._refused(parcel, ask, code, raw)
        elif (code != 354) if ask is DATA else (kind != 2):
            return self.lose(f"out of step: {code} {words(raw)}", blame=True)
        elif ask is DATA:
            self._invited(parcel)
        elif ask is RCPT:
            parcel.rcpt = code
            self._next(parcel, AT_DATA, DATA)
        else:
            self._next(parcel, AT_RCPT, RCPT)
        if self.closed:
            return None
        self.asked.popleft()
        return self._close() if code == 421 else None

    def _refused(self, parcel: Parcel, ask: Ask, code: int, raw: bytes) -> None:
        self._conclude(parcel, code, words(raw))
        self._dirty = True
        if ask is RCPT:
            parcel.rcpt = code

    def _next(self, parcel: Parcel, phase: Phase, ask: Ask) -> None:
        if not parcel.done:
            parcel.phase = phase
        if not self._pipelining:
            if parcel.done:  # recalled
                self._dirty = True
            else:
                _, rcpt, data = envelope(parcel)
                self._out = rcpt if ask is RCPT else data
                self.asked.append((ask, parcel))

    def _invited(self, parcel: Parcel) -> None:
        """354: the server waits. Where it accepted no recipient, a lone dot ends it; else only the body or the end."""
        if parcel.rcpt >= 400:
            self._lone_dot = True
        elif parcel.done:
            self._close()
        else:
            parcel.phase = AT_BODY
            self.invited = parcel

    # the rest

    def _speak(self) -> None:
        """Say what the opening wants said."""
        self._out, self.opening.out = self.opening.out, b""
        if self._out:
            self.asked.append((OPENING, None))
        self._pipelining = self.opening.offers.pipelining

    def _envelope(self, take: Next) -> bytes:
        while not self.spent and (parcel := take()):
            self._left -= 1
            parcel.phase, parcel.rcpt = AT_MAIL, 0
            self.carried.append(parcel)
            if no := refusal(parcel, self.opening.offers):
                parcel.phase, code, text = no
                self._conclude(parcel, code, text)
                continue
            mail, rcpt, data = envelope(parcel)
            if not self._pipelining:
                self.asked.append((MAIL, parcel))
                return mail
            rset = self._rset() if self._dirty else b""
            self.asked += (MAIL, parcel), (RCPT, parcel), (DATA, parcel)
            return rset + mail + rcpt + data
        return b""

    def _rset(self) -> bytes:
        """A refused envelope leaves the server in the middle of a transaction."""
        self._dirty = False
        self.asked.append((RSET, None))
        return b"RSET\r\n"

    def _conclude(self, parcel: Parcel, code: int | None, text: str) -> None:
        if not parcel.done:
            parcel.done = True
            self.carried.remove(parcel)
            self.replies.append(Reply(parcel.delivery, parcel.phase, code, text, parcel.begun))

    def _close(self, problem: WireProblem | None = None, *, text: str = "") -> None:
        if self.closed:
            return
        self.closed = True
        self._out, self.invited, self._lone_dot = b"", None, False
        for parcel in self.carried[:]:
            if parcel.begun:
                self._conclude(parcel, None, text)
        if not self.proved:
            self.problem = problem
        self.untouched, self.carried = self.carried, []
        for parcel in self.untouched:
            parcel.phase = AT_MAIL
