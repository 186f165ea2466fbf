"""One session on its socket: non-blocking, under TLS or not, knowing which bytes the kernel has taken."""

import math
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from campaigns.core.receipt import Phase
from campaigns.wire.cover import Cover
from campaigns.wire.letters import Parcel, WireProblem
from campaigns.wire.patience import Patience
from campaigns.wire.session import AT_DOT, Session, Write
from newsletter.core.relay import Relay, Tls

RECEIVE = 8_192
MOST_PARTS = 500  # the kernel takes 1,024 at a time (IOV_MAX)
TOO_LATE = "too late to send"


class HookFailed(Exception):
    """One of the owner's hooks raised: its cause says what."""


@dataclass
class Desk:
    """What a wire's connections share: the queue's hand, the owner's questions, and how to reach the relay."""

    relay: Relay
    ehlo_name: str
    patience: Patience
    selector: BaseSelector
    context: ssl.SSLContext | None
    per_connection: int
    take: Callable[[], Parcel | None]
    may_begin: Callable[[int], bool]
    before_dot: Callable[[int], object]
    collect: Callable[["Connection"], None]
    failure: Exception | None = None  # of a hook: no body begins until the owner has heard of it

    def ask(self, hook: Callable[..., object], *about: int) -> object:
        """Call a hook; whatever it raises is HookFailed, and the owner's to hear."""
        try:
            return hook(*about)
        except Exception as problem:
            self.failure = problem
            raise HookFailed from problem


class Connection:
    """A socket and its session; when the session is closed, `close` it."""

    def __init__(self, desk: Desk, sockets: Iterator[socket.socket], now: float) -> None:
        self.session = Session(desk.relay, ehlo_name=desk.ehlo_name, most=desk.per_connection)
        self.deadline = math.inf
        self.ready_at = math.inf
        self.fruitful = False  # a dot was answered on it
        self.dotted_at = now  # when the last dot was wholly with the kernel
        self._desk, self._sockets = desk, sockets
        self._sock: socket.socket | None = None
        self._error = ""
        self._connected = self._waiting = False
        self._cover: Cover | None = None
        self._parts: list[bytes | memoryview] = []  # handed to the kernel as far as it takes them
        self._parcel: Parcel | None = None  # whose body is in the parts
        self._dot_at = 0  # bytes that are still to be taken before its dot
        self._awaited: object = None
        self._dial(now)

    # the socket's events

    def work(self, mask: int, now: float) -> None:
        """The selector says that the socket is ready."""
        if not self._connected:
            self._connect(now)
        if self._connected and mask & EVENT_READ:
            self._read()
        if self.session.replies:
            self._desk.collect(self)  # what was answered is told before the next dot
        if self._connected:
            self.push(now)

    def push(self, now: float) -> None:
        """Write what may be written, until the kernel or the protocol says wait; HookFailed closes the session."""
        session = self.session
        while not session.closed:
            if self._parts:
                if self._waiting and self._parcel and self._is_too_late(self._parcel):
                    return
                if not self._send():
                    break
                self.dotted_at = now
            elif session.invited and self._desk.failure:
                break
            elif write := session.write(self._desk.take):
                if write.parcel and not self._begin(write.parcel, now):
                    return
                self._load(write)
            else:
                break
        self._watch(now)

    def expire(self, now: float) -> None:
        """The deadline has passed."""
        if self._connected:
            self.session.lose("no answer in time", blame=True)
        else:
            self._error = "no connection in time"
            self._dial(now)

    def close(self) -> None:
        """Hang up."""
        self._drop()
        self.session.hang_up("closed here")

    # coming up

    def _dial(self, now: float) -> None:
        self._drop()
        try:
            self._sock = next(self._sockets)
        except (OSError, StopIteration, UnicodeError) as problem:
            self.session.lose(self._error or str(problem))
            return
        self._desk.selector.register(self._sock, EVENT_WRITE, self)
        self.deadline = now + self._desk.patience.connect

    def _connect(self, now: float) -> None:
        assert self._sock
        if error := self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._error = os.strerror(error)
            self._dial(now)
            return
        self._connected = True
        self._desk.selector.modify(self._sock, EVENT_READ, self)
        if self._desk.relay.tls is Tls.IMPLICIT:
            self._shake()

    def _shake(self) -> None:
        assert self._desk.context
        self._cover = Cover(self._desk.context, self._desk.relay.host)
        self._uncover(b"")

    def _uncover(self, ciphered: bytes) -> None:
        """Take bytes under TLS, and let the session hear what they say."""
        cover, session = self._cover, self.session
        assert cover
        shaken = cover.shaken
        try:
            clear = cover.feed(ciphered)
        except ssl.SSLError as problem:
            if shaken:
                session.lose(str(problem))
            else:
                session.fail(WireProblem(Phase.TLS, None, str(problem), lasting=True))
            return
        finally:
            if said := cover.out():
                self._parts.append(said)
        if cover.shaken and not shaken:
            session.covered()
        if clear:
            session.receive(clear)

    # in

    def _read(self) -> None:
        assert self._sock
        try:
            data = self._sock.recv(RECEIVE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as problem:
            self.session.lose(str(problem))
            return
        if not data:
            self.session.lose("the relay closed the connection")
        elif self._cover:
            self._uncover(data)
        else:
            self.session.receive(data)
            if self.session.opening.covering and not self.session.closed:
                self._shake()

    # out

    def _is_too_late(self, parcel: Parcel) -> bool:
        """Asked before every write that may carry the dot."""
        if parcel.phase is AT_DOT or self._ask(self._desk.may_begin, parcel.delivery):
            return False
        self.session.give_up(parcel, TOO_LATE)
        return True

    def _begin(self, parcel: Parcel, now: float) -> bool:
        """The last words before a body: may it, and let it be noted that its dot may be on its way."""
        if self._is_too_late(parcel):
            return False
        self._ask(self._desk.before_dot, parcel.delivery)
        self.deadline = now + self._desk.patience.body(parcel.size)
        return True

    def _ask(self, hook: Callable[[int], object], delivery: int) -> object:
        try:
            return self._desk.ask(hook, delivery)
        except HookFailed:
            self.session.hang_up("stopped here")
            raise

    def _load(self, write: Write) -> None:
        parcel = write.parcel
        size = parcel.size if parcel else 0
        parts = [*parcel.data, write.tail] if parcel else [write.tail]
        if self._cover:
            body = self._cover.cipher(b"".join(parts[:-1]))
            size, parts = len(body), [body, self._cover.cipher(write.tail)]
        elif len(parts) > MOST_PARTS:
            parts = [b"".join(parts[:-1]), write.tail]
        self._parts, self._parcel, self._dot_at = list(parts), parcel, size

    def _send(self) -> bool:
        """Hand bytes to the kernel; return whether it took all."""
        assert self._sock
        try:
            taken = self._sock.sendmsg(self._parts)
        except (BlockingIOError, InterruptedError):
            self._wait(True)
            return False
        except OSError as problem:
            self._last_words(problem)
            return False
        if (parcel := self._parcel) and taken:
            parcel.begun = True
            self._dot_at -= taken
            if self._dot_at < 0:
                parcel.phase = AT_DOT
        for number, part in enumerate(self._parts):
            if taken < len(part):
                self._parts[: number + 1] = [memoryview(part)[taken:]]
                self._wait(True)
                return False
            taken -= len(part)
        self._parts, self._parcel = [], None
        self._wait(False)
        return True

    def _wait(self, waiting: bool) -> None:
        """Let the selector watch for room in the kernel, or no longer."""
        if waiting is not self._waiting and self._sock:
            self._waiting = waiting
            self._desk.selector.modify(self._sock, EVENT_READ | EVENT_WRITE if waiting else EVENT_READ, self)

    def _last_words(self, problem: OSError) -> None:
        """Nothing can be sent any more, but what the server said before may still be here to be read."""
        while not self.session.closed:
            try:
                assert self._sock
                data = self._sock.recv(RECEIVE)
                if not data:
                    break
                if self._cover:
                    self._uncover(data)
                else:
                    self.session.receive(data)
            except OSError:
                break
        self.session.lose(str(problem))

    # the clock

    def _watch(self, now: float) -> None:
        """Set the deadline of the oldest question; a byte of an answer is no answer and moves nothing."""
        if self._parcel:
            return
        session = self.session
        if self._cover and not self._cover.shaken:
            awaited: object = self._cover
            seconds = self._desk.patience.command
        elif session.asked:
            awaited = session.asked[0]
            seconds = self._desk.patience.answer(session.asked[0][0])
        else:
            awaited, seconds = None, math.inf
        if awaited is not self._awaited:
            self._awaited, self.deadline = awaited, now + seconds
        if session.ready and self.ready_at == math.inf:
            self.ready_at = now

    def _drop(self) -> None:
        if self._sock:
            self._desk.selector.unregister(self._sock)
            self._sock.close()
            self._sock, self._connected = None, False
