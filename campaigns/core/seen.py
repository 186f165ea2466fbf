"""What a mail shows: its fields on one line each, its words, its links and its pictures.

Relays fold, encode and wrap as they like, so what is compared is what comes out of that again.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from urllib.parse import urlsplit

from campaigns.core.mime import MOST_BYTES, UNREADABLE, header, open_mail

# A field of a mail stands at the beginning of a line; pages that show a source put their own words above.
_FIELD = re.compile(
    rb"^(?:Delivered-To|Return-Path|Received|Authentication-Results|DKIM-Signature|ARC-[A-Za-z-]+|X-[A-Za-z0-9-]+|From"
    rb"|To|Message-ID|Date|Subject|MIME-Version|Content-Type|List-[A-Za-z-]+|Reply-To|Sender)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_PREFACE = 20_000
# One of these is in every mail that ever travelled.
_TRAVELLED = ("From", "Message-ID", "Received")
_URL = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")
_URI = re.compile(r"<\s*([^<>]{1,2000}?)\s*>")
_TINY = re.compile(r"(?<![-\w])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)|display\s*:\s*none", re.IGNORECASE)
_SILENT = ("style", "script", "title", "head")


@dataclass(frozen=True)
class Picture:
    source: str
    tiny: bool


@dataclass(frozen=True)
class Page:
    """What an HTML part shows."""

    words: tuple[str, ...]
    links: tuple[str, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Seen:
    """A mail as its reader's program sees it. No page or no text: it has no such part."""

    head: "Message[str, str]"
    page: Page | None
    text: tuple[str, ...] | None  # its words, addresses of pages left out
    text_links: tuple[str, ...]
    others: tuple[str, ...]  # the types of further parts

    def all(self, name: str) -> list[str]:
        """Return every field of this name, decoded on one line."""
        return [_plain(header(_one(name, value), name)) for value in self.head.get_all(name) or []]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def uris(self, name: str) -> list[list[str]]:
        """Return what stands between < and > in each field of this name."""
        return [_URI.findall(value) or [value] for value in self.all(name)]


def source(said: bytes) -> bytes:
    """Return a mail's source as it is pasted or saved: without what stands above its first field."""
    said = said.removeprefix(b"\xef\xbb\xbf")[:MOST_BYTES]
    found = _FIELD.search(said[:_PREFACE])
    return said[found.start() :] if found else said


def is_mail(said: bytes) -> bool:
    """Return whether this is a mail with its head, and not only what it says."""
    head = open_mail(said).head
    return any(name in head for name in _TRAVELLED)


def look(raw: bytes) -> Seen:
    """Return what a mail shows; nothing it contains makes this raise."""
    mail = open_mail(raw)
    page: Page | None = None
    text: str | None = None
    others: list[str] = []
    for part in mail.parts:
        kind = _kind(part)
        if kind.startswith("multipart/") or isinstance(part.get_payload(), list):
            continue
        attached = "attachment" in str(part.get("Content-Disposition", "")).lower()
        if kind == "text/html" and page is None and not attached:
            page = read_page(_said(part))
        elif kind == "text/plain" and text is None and not attached:
            text = _said(part)
        else:
            others.append(kind)
    words = None if text is None else words_of(_URL.sub(" ", text))
    return Seen(mail.head, page, words, tuple(_URL.findall(text or "")), tuple(others))


def read_page(html: str) -> Page:
    """Return the words, links and pictures of an HTML page, in their order."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except UNREADABLE:
        pass  # what was read until then
    return Page(words_of(" ".join(reader.said)), tuple(reader.links), tuple(reader.pictures))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, whatever it is wrapped and spaced with."""
    return tuple(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def host(url: str) -> str:
    """Return whose address this is; empty where none can be read."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def hosts(urls: Sequence[str]) -> tuple[str, ...]:
    """Return whose addresses these are, each once."""
    return tuple(dict.fromkeys(found for url in urls if (found := host(url))))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.links: list[str] = []
        self.pictures: list[Picture] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: (value or "").strip() for name, value in attrs}
        if tag in _SILENT:
            self._silent = self._silent or tag
        elif tag == "body":
            self._silent = ""
        elif tag in ("a", "area") and own.get("href"):
            self.links.append(own["href"])
        elif tag == "img" and own.get("src"):
            self.pictures.append(Picture(own["src"], _is_tiny(own)))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def _is_tiny(own: dict[str, str]) -> bool:
    sizes = [own.get(name, "").removesuffix("px") for name in ("width", "height")]
    return any(size in ("0", "1") for size in sizes) or bool(_TINY.search(own.get("style", ""))) or "hidden" in own


def _kind(part: "Message[str, str]") -> str:
    try:
        return part.get_content_type()
    except UNREADABLE:
        return "text/plain"


def _said(part: "Message[str, str]") -> str:
    """Return the whole of a part, in its charset or, where there is no such charset, byte by byte."""
    try:
        said = part.get_payload(decode=True)
    except UNREADABLE:
        return ""
    if not isinstance(said, bytes):
        return ""
    try:
        return said.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        return said.decode("latin-1")


def _one(name: str, value: object) -> "Message[str, str]":
    message: Message[str, str] = Message()
    message[name] = value  # type: ignore[assignment]
    return message


def _plain(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())
