"""The scriptable server on real sockets, with real TLS and certificates made for the test."""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.core.relay import Relay, Tls
from tests.campaigns.wire.server import Journal, Script, Server, usually

HOST = "localhost"


def certificate(folder: Path, name: str = HOST) -> Path:
    """Return a file with a self-signed certificate for that name, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    wanted = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={name}"
    where = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", *wanted.split(), *where], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


@dataclass
class RelayServer:
    """`bytewise` answers byte by byte; `reset` hangs up with RST instead of FIN."""

    script: Script = usually
    tls: Tls = Tls.NONE
    certificate: Path | None = None
    bytewise: bool = False
    reset: bool = False
    names: list[str | None] = field(default_factory=list)  # asked for by SNI

    def __enter__(self) -> "RelayServer":
        self.journal = Journal(self.script)
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def relay(self, user: str = "", host: str = HOST) -> Relay:
        return Relay(host, self.port, self.tls, user, "s3cret" if user else "")

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._server.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(5)
                self._threads.append(threading.Thread(target=self._talk, args=(sock,), daemon=True))
                self._threads[-1].start()

    def _talk(self, sock: socket.socket) -> None:
        try:
            if self.tls is Tls.IMPLICIT:
                sock = self._cover(sock)
            with self._lock:
                server = Server(self.journal)
                out = server.greet()
            self._say(sock, out)
            while not server.closed and (data := sock.recv(65_536)):
                with self._lock:
                    out = server.receive(data)
                self._say(sock, out)
                if server.starts_tls:
                    server.starts_tls = False
                    sock = self._cover(sock)
            if self.reset and server.closed:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, ValueError):
            pass
        finally:
            sock.close()

    def _say(self, sock: socket.socket, out: bytes) -> None:
        for piece in [bytes([byte]) for byte in out] if self.bytewise else [out] * bool(out):
            sock.sendall(piece)

    def _cover(self, sock: socket.socket) -> socket.socket:
        assert self.certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda _, name, __: self.names.append(name)  # type: ignore[assignment, misc]
        return context.wrap_socket(sock, server_side=True)
