"""A page that somebody named is fetched from the open internet or not at all, and never for long."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from newsletter import fetching
from newsletter.fetching import NotFetched

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nICAL"


class Site:
    """A site on this machine that answers each call with the next of its answers; it is open to the tests alone."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.answers: list[bytes | Callable[[socket.socket], None]] = []
        self.asked: list[bytes] = []
        self.listens = True
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        # the thread that waits at the door must hear of it
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            with closing(line):
                asked = b""
                while self.listens and b"\r\n\r\n" not in asked and (piece := line.recv(4096)):
                    asked += piece
                self.asked.append(asked)
                answer = self.answers.pop(0) if self.answers else OK
                try:
                    answer(line) if callable(answer) else line.sendall(answer)
                except OSError:
                    continue


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    found = Site()
    monkeypatch.setattr(fetching, "allowed_ports", lambda scheme: (found.port, 80, 443))
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    yield found
    found.close()


def refusal(url: str) -> str:
    with pytest.raises(NotFetched) as refused:
        fetching.fetch(url)
    return refused.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.8", "198.18.0.1", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "64:ff9b:1::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2002:c0a8:101::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_a_private_address_is_private_in_every_disguise(address: str) -> None:
    assert not fetching.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "82.64.10.1", "2606:4700::1111", "2a01:e0a::1"])
def test_the_open_internet_is_open(address: str) -> None:
    assert fetching.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.ics", "http://[::1]/", "https://10.0.0.7/", "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/", "http://localhost/",
    ],
)  # fmt: skip
def test_an_address_of_ours_is_called_by_none_of_its_names(url: str) -> None:
    assert refusal(url) in ("private", "unknown_host")


@pytest.mark.parametrize(
    "url",
    [
        "", "agenda", "ftp://ville.fr/a.ics", "file:///etc/passwd", "gopher://ville.fr/", "//ville.fr/a.ics", "http://",
        "https://moi:secret@ville.example/a.ics", "https://@ville.fr/", "https://ville.fr:6379/", "https://ville.fr:99999/",
        "http://[::1", "https://ville.fr/\r\nHost: x", "https://ville.fr/a b", "https://" + "x" * 300 + ".fr/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    assert refusal(url) == "bad_address"


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "resolve", lambda host, port: ["1.1.1.1", "192.168.1.1"])

    assert refusal("https://ville.fr/a.ics") == "private"


def test_the_address_that_was_looked_at_is_the_one_that_is_called(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = iter([["127.0.0.1"], ["10.0.0.1"]])
    monkeypatch.setattr(fetching, "resolve", lambda host, port: next(looked))

    assert fetching.fetch(f"http://ville.fr:{site.port}/a.ics?x=1") == b"ICAL"
    assert site.asked[0].startswith(b"GET /a.ics?x=1 HTTP/1.1\r\n")
    assert f"Host: ville.fr:{site.port}".encode() in site.asked[0]
    assert b"Cookie" not in site.asked[0]


@pytest.mark.parametrize("where", ["http://10.0.0.1/a.ics", "http://127.0.0.2/", "http://[::1]/"])
def test_a_redirect_to_a_private_address_is_not_followed(site: Site, where: str) -> None:
    site.answers = [f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()]

    assert refusal(f"http://127.0.0.1:{site.port}/") == "private"
    assert len(site.asked) == 1


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1:1/"])
def test_a_redirect_out_of_the_web_is_not_followed(site: Site, where: str) -> None:
    site.answers = [f"HTTP/1.1 301 Moved\r\nLocation: {where}\r\n\r\n".encode()]

    assert refusal(f"http://127.0.0.1:{site.port}/") == "bad_address"


def test_a_redirect_on_the_same_site_is_followed_but_not_for_ever(site: Site) -> None:
    further = b"HTTP/1.1 307 Further\r\nLocation: /b.ics\r\nContent-Length: 0\r\n\r\n"
    site.answers = [further]
    assert fetching.fetch(f"http://127.0.0.1:{site.port}/a.ics") == b"ICAL"
    assert site.asked[1].startswith(b"GET /b.ics ")

    site.answers = [further] * 9
    assert refusal(f"http://127.0.0.1:{site.port}/a.ics") == "redirects"
    assert len(site.answers) == 5


def test_a_body_without_end_is_cut(site: Site) -> None:
    def endless(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65_536)

    site.answers = [endless]

    assert refusal(f"http://127.0.0.1:{site.port}/") == "too_large"


def test_a_packed_body_is_not_unpacked(site: Site) -> None:
    site.answers = [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"]

    assert fetching.fetch(f"http://127.0.0.1:{site.port}/") == b"\x1f\x8b\x08\x00"


@pytest.mark.parametrize("before", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_a_site_that_drips_holds_nobody_up(site: Site, monkeypatch: pytest.MonkeyPatch, before: bytes) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.6)

    def drip(line: socket.socket) -> None:
        line.sendall(before)
        for _ in range(100):
            line.sendall(b"x")
            time.sleep(0.05)

    site.answers = [drip]
    began = time.monotonic()

    assert refusal(f"http://127.0.0.1:{site.port}/") == "too_slow"
    assert time.monotonic() - began < 3


def test_tls_that_never_shakes_hands_holds_nobody_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.6)
    site.answers = [lambda line: time.sleep(2)]
    began = time.monotonic()

    assert refusal(f"https://127.0.0.1:{site.port}/") == "too_slow"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "refused"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "refused"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "refused"),
        (b"garbage\x00\xff\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nICAL", "unreachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", "unreachable"),
    ],
)
def test_what_is_no_page_says_why(site: Site, answer: bytes, code: str) -> None:
    site.answers = [answer]

    assert refusal(f"http://127.0.0.1:{site.port}/") == code


def test_a_closed_port_and_an_unknown_name(site: Site) -> None:
    site.close()

    assert refusal(f"http://127.0.0.1:{site.port}/") == "unreachable"
    assert refusal("http://nulle-part.invalid/") == "unknown_host"


def test_a_site_that_speaks_no_tls_is_not_spoken_to(site: Site) -> None:
    site.listens, site.answers = False, [b"HTTP/1.1 400 plain\r\n\r\n"]

    assert refusal(f"https://127.0.0.1:{site.port}/") in ("certificate", "unreachable")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (" webcal://www.ville.fr/agenda.ics ", "https://www.ville.fr/agenda.ics"),
        ("HTTP://Ville.FR:80/A?b=1&c=é#x", "http://ville.fr/A?b=1&c=%C3%A9"),
        ("https://saint-rémy.fr", "https://xn--saint-rmy-h4a.fr/"),
    ],
)
def test_an_address_is_kept_as_it_will_be_called(typed: str, plain: str) -> None:
    assert fetching.plain_address(typed) == plain


@pytest.mark.parametrize("typed", ["http://127.0.0.1/", "http://[::1]/", "https://192.168.0.1/a.ics"])
def test_a_private_address_is_seen_before_it_is_kept(typed: str) -> None:
    with pytest.raises(NotFetched, match="private"):
        fetching.plain_address(typed)


@pytest.mark.parametrize(
    "typed", ["http://localhost/", "https://nas.local/", "https://db.internal/", "https://mairie/"]
)
def test_a_name_of_the_house_is_no_address(typed: str) -> None:
    with pytest.raises(NotFetched, match="bad_address"):
        fetching.plain_address(typed)
