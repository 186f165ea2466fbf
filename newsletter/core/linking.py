"""The links of a letter: where each leads, in what words, and what it belongs to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html import escape, unescape


class Part(StrEnum):
    """What of a letter a link belongs to."""

    OFFER = "offer"
    DESTINATION = "destination"
    EDITORIAL = "editorial"
    TRAP = "trap"  # seen by machines only


@dataclass(frozen=True)
class Spot:
    """A link as it stands in the content; `key` names the offer or the line that it belongs to."""

    target: str
    label: str
    part: Part
    key: str = ""


# What to write in the place of a link.
Choose = Callable[[Spot], str]
_ANCHOR = re.compile(r'<a href="(https?://[^"]*)">(.*?)</a>', re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def relink(html: str, choose: Choose) -> str:
    """Return sanitised HTML with its web links chosen anew; `mailto:` stays as it is."""

    def chosen(found: re.Match[str]) -> str:
        href, words = found.groups()
        label = " ".join(unescape(_TAG.sub("", words)).split())
        return f'<a href="{escape(choose(Spot(unescape(href), label, Part.EDITORIAL)))}">{words}</a>'

    return _ANCHOR.sub(chosen, html)
