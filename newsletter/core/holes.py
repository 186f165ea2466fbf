"""Holes: the places of a mail that differ from reader to reader.

The board writes `%%first_name%%`; before the text is typeset that becomes a *mark*, a word that contains a
number drawn at random for this one rendering. Nobody can write a mark beforehand, so a `%%…%%`, a `{{` or a
`$99` in a member's offer is never anything but text.
"""

import html
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What may stand in a hole: a line of text, or a web address."""

    TEXT = "text"
    URL = "url"


# Bound once: a member asked of its class costs ten times a name on Python 3.11, and this runs for every reader.
URL = Kind.URL


@dataclass(frozen=True)
class Hole:
    """A named place for a value; where it is empty the fallback stands, or not even the space before."""

    name: str
    kind: Kind = Kind.TEXT
    before: str = ""
    fallback: str = ""

    def text(self, values: Mapping[str, str]) -> str:
        """Return what stands here, not yet escaped for where it stands."""
        if self.kind is URL:
            return require_url(self.name, given(self.name, values))
        value = take(self.name, values) or self.fallback
        return self.before + value if value else ""


FIRST_NAME = "first_name"
UNSUBSCRIBE = "unsubscribe_url"
LEAVER = "leaver"
PREFERENCES = "preferences_url"
WEB_VERSION = "web_version_url"
# Only in the letters of readers who may be measured.
CLICK = "click_url"
OPEN = "open_url"
UNMEASURE = "unmeasure_url"

# What the board may write into its own text; the addresses are the engine's, which leaves none out.
WRITABLE = frozenset({FIRST_NAME})


class UnknownMergeField(ValueError):
    """The board wrote a merge field that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown merge field: {name}")
        self.name = name


class BadValue(ValueError):
    """A value that cannot stand in its hole."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


# Every control character, the two Unicode line ends and lone surrogates: a value is one line of real text.
_NOT_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_URL = re.compile(r"""https?://[!#$%&()*+,\-./0-9:;=?@A-Z\[\]_a-z~']{1,900}""").fullmatch


def given(name: str, values: Mapping[str, str]) -> str:
    """Return the named value; a missing one is a BadValue."""
    try:
        return values[name]
    except KeyError:
        raise BadValue(name, "no value given") from None


def take(name: str, values: Mapping[str, str]) -> str:
    """Return the named value if it is a single line of text."""
    value = given(name, values)
    require_line(name, value)
    return value


def require_line(name: str, value: str) -> None:
    """Refuse whatever could end a line and begin another header."""
    if not value.isprintable() and _NOT_A_LINE.search(value):
        raise BadValue(name, "control characters and line ends are refused")


def require_url(name: str, value: str) -> str:
    """Return the address if it can stand in a header, a link and a text alike."""
    if _URL(value) is None:
        raise BadValue(name, "not a web address")
    return value


def without_ends(text: str) -> str:
    """Return the text with a space for each character that would end a line: for a subject that was pasted."""
    return _NOT_A_LINE.sub(" ", text)


def one_line(text: str) -> str:
    """Return the text without what `take` refuses: for names as people type and import them."""
    return " ".join((text if text.isprintable() else _NOT_A_LINE.sub(" ", text)).split())


# Wide on purpose: a mistyped %%prénom%% must be named, not printed.
_FIELD = re.compile(r"([ \u00a0\u202f]?)%%([^\W\d][\w .-]{0,40})(?:\|([^%|<>\n]*))?%%")
_TAG = re.compile(r"(<[^>]*>)")


class Marks:
    """The marks of one rendering, and the hole that each stands for."""

    def __init__(self, nonce: str = "") -> None:
        self._nonce = nonce or secrets.token_hex(12)
        self._marks: dict[Hole, str] = {}

    def mark(self, hole: Hole) -> str:
        """Return the word to write where the hole shall be."""
        return self._marks.setdefault(hole, f"zq{self._nonce}n{len(self._marks)}qz")

    def in_text(self, written: str, escape: Callable[[str], str] = str) -> str:
        """Return the board's text with marks for its `%%first_name%%` and `%%first_name|ami lecteur%%`."""

        def replace(found: re.Match[str]) -> str:
            before, name, fallback = found.groups()
            if name not in WRITABLE:
                raise UnknownMergeField(name)
            return self.mark(Hole(name, before=before, fallback=escape((fallback or "").strip())))

        return _FIELD.sub(replace, written)

    def in_html(self, written: str) -> str:
        """The same for sanitised HTML; inside a tag, where a value could bend a link, nothing is a field."""
        pieces = _TAG.split(written)
        return "".join(
            piece if piece.startswith("<") else self.in_text(piece, escape=html.unescape) for piece in pieces
        )

    @property
    def holes(self) -> dict[str, Hole]:
        """Every mark handed out so far, with its hole."""
        return {mark: hole for hole, mark in self._marks.items()}


def split(text: str, holes: Mapping[str, Hole]) -> list[str | Hole]:
    """Return the text as its literal pieces and its holes, in order; empty pieces are left out."""
    if not holes:
        return [text] if text else []
    pieces = re.split("(" + "|".join(re.escape(mark) for mark in holes) + ")", text)
    return [holes.get(piece, piece) for piece in pieces if piece]


def show(text: str, holes: Mapping[str, Hole], values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """Return the text with its holes filled: what a preview and the web version show."""
    return "".join(piece if isinstance(piece, str) else escape(piece.text(values)) for piece in split(text, holes))
