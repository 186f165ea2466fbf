"""The little HTML that the board may write: bold, italic, links and lists."""

import re
from html.parser import HTMLParser

import nh3

_TAGS = {"p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "a"}
_SCHEMES = {"http", "https", "mailto"}
_HREF = re.compile(r"(?:https?://|mailto:)[^\s<>\"\x00-\x1f]+", re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def printable(text: str) -> str:
    """Return the text without the characters that XML, and so MJML, cannot carry."""
    return _UNPRINTABLE.sub("", text)


def sanitise(html: str) -> str:
    """Return only the allowed tags and honest links, as well-formed HTML that MJML can read."""
    clean = nh3.clean(
        printable(html),
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=lambda tag, name, value: value if _HREF.fullmatch(value) else None,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return clean.replace("<br>", "<br/>").replace("&nbsp;", "\u00a0")


def as_letter(html: str) -> str:
    """Return sanitised HTML as the paragraphs of a plain letter, each link's address after its words."""
    writer = _Letter()
    writer.feed(html)
    writer.close()
    return writer.letter()


class _Letter(HTMLParser):
    """Writes paragraphs with an empty line between them, and list items with a dash or their number."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._hrefs: list[tuple[str, int]] = []
        self._counts: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self._out.append("\n\n")
        elif tag == "br":
            self._out.append("\n")
        elif tag in ("ul", "ol"):
            self._out.append("\n\n")
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._out.append("\n" + self._bullet())
        elif tag == "a":
            self._hrefs.append((dict(attrs).get("href") or "", len(self._out)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "ul", "ol"):
            self._out.append("\n\n")
        if tag in ("ul", "ol") and self._counts:
            self._counts.pop()
        if tag == "a" and self._hrefs:
            href, start = self._hrefs.pop()
            shown = href.removeprefix("mailto:")
            if shown and "".join(self._out[start:]).strip() != shown:
                self._out.append(f" ({shown})")

    def handle_data(self, data: str) -> None:
        self._out.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _bullet(self) -> str:
        if not self._counts or self._counts[-1] is None:
            return "– "
        self._counts[-1] += 1
        return f"{self._counts[-1]}. "

    def letter(self) -> str:
        lines = [line.strip(" ") for line in "".join(self._out).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
