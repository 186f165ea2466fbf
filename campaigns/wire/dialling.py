"""Sockets on their way to a relay."""

import errno
import socket
from collections.abc import Callable, Iterator

from newsletter.core.relay import Relay

# Two messages fit: the kernel takes a body in one go, and no more than that waits where nobody sees it.
SEND_BUFFER = 262_144
UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)

Dial = Callable[[Relay], Iterator[socket.socket]]


def dial(relay: Relay) -> Iterator[socket.socket]:
    """Yield one socket for each address of the relay, non-blocking, its connection under way; OSError if none."""
    last = OSError(errno.EHOSTUNREACH, "no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            result = sock.connect_ex(address)
        except OSError as problem:
            sock.close()
            last = problem
            continue
        if result in UNDER_WAY:
            yield sock
        else:
            sock.close()
            last = OSError(result, errno.errorcode.get(result, "no connection"))
    raise last
