"""TLS between a session and its socket, on memory: what was ciphered is counted before any of it leaves."""

import ssl

PIECE = 65_536


class Cover:
    """One TLS client. Feed it what arrives; `out()` is what to put on the socket."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.shaken = False

    def feed(self, ciphered: bytes) -> bytes:
        """Take bytes of the server, return what they say in clear; raise ssl.SSLError when it is not to be trusted."""
        self._incoming.write(ciphered)
        clear: list[bytes] = []
        try:
            if not self.shaken:
                self._tls.do_handshake()
                self.shaken = True
            while piece := self._tls.read(PIECE):
                clear.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            pass  # the server said goodbye under TLS; the socket's end follows
        return b"".join(clear)

    def cipher(self, clear: bytes) -> bytes:
        """Return what to put on the socket for these bytes."""
        rest = memoryview(clear)
        while rest:
            rest = rest[self._tls.write(rest) :]
        return self._outgoing.read()

    def out(self) -> bytes:
        """Return what TLS itself has to say: its handshake, its answers."""
        return self._outgoing.read()
