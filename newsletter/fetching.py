"""A page from an address that somebody typed: fetched from the public internet alone, bounded in bytes and time.

The name is looked up once and the very address that was looked at is called, so it cannot change in between; each
redirect is looked at anew.
"""

import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

MAX_BYTES = 1_000_000
PATIENCE = 20.0  # seconds for the whole of it, redirects included
STEP_PATIENCE = 8.0
REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
AGENT = "Garrigue (calendar)"
# What ipaddress calls global in Python 3.11 and is not: protocol assignments, 6to4 relays, local NAT64, old site-local.
NOT_OPEN = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10")))


class NotFetched(Exception):
    """The page could not or must not be fetched; `code` says why, without a word of what was met."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """Where a request goes: the address that was looked at, and the name that it must answer to."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def is_public(address: str) -> bool:
    """Return whether this is a machine of the open internet, and no way around to one of ours."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        # an IPv4 address in disguise is what it is: mapped, 6to4, Teredo, NAT64, or compatible
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner is None and (found.packed[:12] == bytes.fromhex("0064ff9b") + bytes(8) or not any(found.packed[:12])):
            inner = IPv4Address(found.packed[12:])
        if inner and not _is_open(inner):
            return False
    return _is_open(found)


def fetch(url: str) -> bytes:
    """Return what stands at a public address; NotFetched says why not. No transaction may be open."""
    bell = _Bell(PATIENCE)
    try:
        for _ in range(REDIRECTS + 1):
            answer = _ask(look_at(url), bell)
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
        raise NotFetched("redirects")
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as problem:
        raise NotFetched("too_slow" if bell.rang else _code(problem)) from None
    finally:
        bell.stop()


def plain_address(url: str) -> str:
    """Return the address as it will be called; NotFetched for one that can be seen to lead nowhere public."""
    scheme, host, port, path = _parts(url)
    try:
        literal = is_public(host)
    except ValueError:  # a name
        literal = "." in host.strip(".") and not host.rstrip(".").endswith((".local", ".localhost", ".internal"))
        if not literal:
            raise NotFetched("bad_address") from None
    if not literal:
        raise NotFetched("private")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{f':{port}' if port != PORTS[scheme] else ''}{path}"


def look_at(url: str) -> Target:
    """Return where this leads, if it leads into the open; every address of the name must."""
    scheme, host, port, path = _parts(url)
    addresses = resolve(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotFetched("private")
    return Target(scheme, host, port, addresses[0], path)


def _parts(url: str) -> tuple[str, str, int, str]:
    typed = url.strip()
    try:
        parts = urlsplit(typed)
        name, port = parts.hostname or "", parts.port
        host = name if ":" in name else name.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise NotFetched("bad_address") from None
    scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme not in PORTS or not host or "@" in parts.netloc or not typed.isprintable() or " " in typed:
        raise NotFetched("bad_address")
    if port not in (None, *allowed_ports(scheme)):
        raise NotFetched("bad_address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return scheme, host, port or PORTS[scheme], quote(path, safe="/?=&%:;,+@!$'()*~-._")


def allowed_ports(scheme: str) -> tuple[int, ...]:
    """Return the ports at which calendars are served."""
    return (PORTS[scheme],)


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("unknown_host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if any(address in network for network in NOT_OPEN):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


class _Bell:
    """Rings once when patience is over, and cuts the line: a peer that drips a byte now and then holds nobody up."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, line: socket.socket) -> None:
        """Watch this line from now on, by a handle of our own: TLS takes the other away."""
        self._let_go()
        self._line = line.dup()

    def stop(self) -> None:
        self._timer.cancel()
        self._let_go()

    def _ring(self) -> None:
        self.rang = True
        with suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.close()


class _Watched:
    """A connection whose line the bell may cut, from before the first byte."""

    bell: _Bell

    def _new_conn(self) -> socket.socket:
        line: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.bell.watch(line)
        return line


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


def _ask(target: Target, bell: _Bell) -> bytes | str:
    """Return the body, or where the answer sends us."""
    connection: _Plain | _Secure
    if target.scheme == "https":
        connection = _Secure(
            target.address,
            target.port,
            timeout=STEP_PATIENCE,
            ssl_context=ssl.create_default_context(),
            server_hostname=target.host,
            assert_hostname=target.host,
        )
    else:
        connection = _Plain(target.address, target.port, timeout=STEP_PATIENCE)
    connection.bell = bell
    named = target.host if target.port == PORTS[target.scheme] else f"{target.host}:{target.port}"
    headers = {"Host": named, "User-Agent": AGENT, "Accept": "text/calendar", "Accept-Encoding": "identity"}
    try:
        connection.request("GET", target.path, headers=headers, preload_content=False, decode_content=False)
        with closing(connection.getresponse()) as answer:
            if answer.status in (301, 302, 303, 307, 308) and answer.headers.get("Location"):
                return str(answer.headers["Location"])
            if answer.status != 200:
                raise NotFetched("refused")
            return _body(answer, bell)
    finally:
        connection.close()


def _body(answer: HTTPResponse, bell: _Bell) -> bytes:
    body = b""
    while piece := answer.read1(65_536, decode_content=False):
        body += piece
        if len(body) > MAX_BYTES:
            raise NotFetched("too_large")
    if bell.rang:
        raise NotFetched("too_slow")
    return body


def _code(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLError | urllib3.exceptions.SSLError):
        return "certificate"
    # a refused connection calls itself a timeout there, for old times' sake
    if isinstance(problem, urllib3.exceptions.NewConnectionError):
        return "unreachable"
    return "too_slow" if isinstance(problem, TimeoutError | urllib3.exceptions.TimeoutError) else "unreachable"
