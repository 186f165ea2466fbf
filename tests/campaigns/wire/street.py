"""A wire and a server in one thread, on socket pairs: every byte, every second and every fault is the test's."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator

from campaigns.wire.letters import Outgoing, Parcel, Reply
from campaigns.wire.line import Wire
from newsletter.core.relay import Relay
from tests.campaigns.wire.server import Journal, Server

SENDER = "lettre@alpilles.example"
RELAY = Relay("127.0.0.1", 25)


def recipient(delivery: int) -> str:
    return f"reader{delivery}@boite.example"


def outgoing(delivery: int, lines: int = 40) -> Outgoing:
    body = b"".join(b"%d: huile d'olive, ligne %d\r\n" % (delivery, line) for line in range(lines))
    return Outgoing(delivery, SENDER, recipient(delivery), [b"Subject: fili\r\n\r\n", body])


def whole(message: Outgoing | Parcel) -> bytes:
    """Return the bytes of a message as the server shall have them."""
    return b"".join(message.data)


class Narrow:
    """A socket whose kernel takes only so many bytes at a time; below nought, it knows of a reset."""

    def __init__(self, sock: socket.socket, take: Callable[[], int]) -> None:
        self._sock, self._take = sock, take

    def sendmsg(self, parts: list[bytes]) -> int:
        if (most := self._take()) < 0:
            raise ConnectionResetError
        if not most:
            raise BlockingIOError
        return self._sock.send(b"".join(parts)[:most])

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)


class Street:
    """Where the relay lives. `step` lets its connections read and answer once."""

    def __init__(self, journal: Journal, take: Callable[[], int] = lambda: 1 << 20) -> None:
        self.journal, self._take = journal, take
        self.time = 0.0
        self._open: list[tuple[socket.socket, Server, bytes]] = []

    def dial(self, relay: Relay) -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        server = Server(self.journal)
        self._open.append((theirs, server, server.greet()))
        yield Narrow(ours, self._take)  # type: ignore[misc]

    def wire(self, **options: object) -> Wire:
        options = {"ehlo_name": "test.example", "connections": 2, "dial": self.dial, "now": lambda: self.time} | options
        return Wire(RELAY, **options)  # type: ignore[arg-type]

    def step(self, read: int = 1 << 20, say: int = 1 << 20) -> None:
        still = []
        for sock, server, out in self._open:
            try:
                if not server.closed:
                    try:
                        data = sock.recv(read)
                        if not data:
                            sock.close()
                            continue
                        out += server.receive(data)
                    except BlockingIOError:
                        pass
                sent = sock.send(out[:say]) if out else 0
            except OSError:
                sock.close()
                continue
            out = out[sent:]
            if server.closed and not out:
                sock.close()
            else:
                still.append((sock, server, out))
        self._open = still

    def close(self) -> None:
        for sock, _, _ in self._open:
            sock.close()


class Owner:
    """Who hands messages to a wire and keeps account of what comes back."""

    def __init__(self, wire: Wire, messages: int) -> None:
        self.wire = wire
        self.left = [outgoing(number) for number in range(messages)]
        self.replies: list[Reply] = []
        self.recalled: list[int] = []

    def hand_in(self) -> None:
        while self.left and self.wire.room():
            self.wire.put(self.left.pop(0))

    def poll(self) -> None:
        self.replies += self.wire.poll(0)

    def recall(self) -> None:
        self.recalled += self.wire.recall()

    def times(self) -> Counter[int]:
        """Return how often each message came back."""
        return Counter([reply.delivery for reply in self.replies] + self.recalled)
