"""An edition's content, typeset: MJML and plain text by Django's templates, then HTML."""

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape, unescape

from django.template.loader import get_template, render_to_string

from newsletter.core.content import EditionContent, Identity, OfferCard, Offers
from newsletter.core.holes import (
    CLICK,
    FIRST_NAME,
    OPEN,
    PREFERENCES,
    UNMEASURE,
    UNSUBSCRIBE,
    WEB_VERSION,
    Hole,
    Kind,
    Marks,
    show,
)
from newsletter.core.linking import Spot
from newsletter.core.mjml import to_html
from newsletter.core.richtext import printable
from newsletter.core.words import words

TEXT_WIDTH = 72


@dataclass(frozen=True)
class Rendered:
    """A typeset edition; subject, html and text bear the marks of its holes."""

    subject: str
    html: str
    text: str
    holes: Mapping[str, Hole]

    def subject_for(self, values: Mapping[str, str]) -> str:
        """Return the subject as one reader sees it."""
        return show(self.subject, self.holes, values)

    def html_for(self, values: Mapping[str, str]) -> str:
        """Return the HTML as one reader sees it: for previews and the web version."""
        return show(self.html, self.holes, values, escape)

    def text_for(self, values: Mapping[str, str]) -> str:
        """Return the text as one reader sees it."""
        return show(self.text, self.holes, values)


@dataclass(frozen=True)
class Measured:
    """What a letter has beside for a reader who may be measured: a picture of one pixel, and a way out of it.

    `place` numbers the links that go by way of us, for who agreed to that; without it none does.
    """

    place: Callable[[Spot], int | None] | None = None


class FooterMissing(ValueError):
    """A template left out what every letter owes its reader: a mistake of ours, never of who writes."""


def render(content: EditionContent, *, public: bool = False, measured: Measured | None = None) -> Rendered:
    """Typeset the edition; a merge field that does not exist is an UnknownMergeField.

    In public it speaks to nobody in particular: no ways out, no reason why, no link to itself.
    """
    marks = Marks()
    click = f"https://{marks.mark(Hole(CLICK, Kind.URL))}" if measured and measured.place else ""
    if measured and measured.place:
        content = content.linked(_by_way_of_us(click, measured.place))
    marked = content.marked(marks)
    hole = {"first_name": marks.mark(Hole(FIRST_NAME, before=" "))}
    if not public:
        hole |= {
            "unsubscribe": marks.mark(Hole(UNSUBSCRIBE, Kind.URL)),
            "preferences": marks.mark(Hole(PREFERENCES, Kind.URL)),
            "web_version": marks.mark(Hole(WEB_VERSION, Kind.URL)),
        }
    if measured:
        hole |= {
            "open": marks.mark(Hole(OPEN, Kind.URL)),
            "unmeasure": marks.mark(Hole(UNMEASURE, Kind.URL)),
            "trap": f"{click}/0" if click else "",
        }
    context = {"content": marked, "words": words(content.language), "hole": hole}
    source = render_to_string("emails/edition.mjml", context)
    letter = render_to_string("emails/edition.txt", context)
    rendered = Rendered(
        subject=printable(marked.subject),
        html=to_html(printable(source), _stylesheet()),
        text=wrap(printable(letter)),
        holes={f"https://{mark}" if each.name == CLICK else mark: each for mark, each in marks.holes.items()},
    )
    if not public:
        _require_footer(rendered, content.identity, hole["unsubscribe"])
    return rendered


def _by_way_of_us(click: str, place: Callable[[Spot], int | None]) -> Callable[[Spot], str]:
    """Return what writes a link as the reader's own hole and the link's number behind it: one value fills all."""

    def choose(spot: Spot) -> str:
        number = place(spot)
        return spot.target if number is None else f"{click}/{number}"

    return choose


def render_card(card: OfferCard, language: str) -> str:
    """Typeset one offer as it will stand in a letter, by the letter's own partials, and nothing around it."""
    context = {
        "card": card,
        "language": language,
        "words": words(language),
        "block": Offers((card,), large_first=False),
    }
    return to_html(printable(render_to_string("emails/card.mjml", context)), _stylesheet())


def _require_footer(rendered: Rendered, identity: Identity, way_out: str) -> None:
    """Refuse a letter that does not say who sends it, from where, why, and how to leave (DUTIES L2)."""
    for form, read in (("HTML", unescape(rendered.html)), ("text", rendered.text)):
        words = _bare(read)
        owed = (identity.association, identity.postal_address, identity.why)
        if way_out not in read or not all(_bare(printable(each)) in words for each in owed):
            raise FooterMissing(f"the {form} of the letter lost its footer: a template may not leave it out")


def _bare(text: str) -> str:
    return "".join(text.split())


@cache
def _stylesheet() -> str:
    return str(get_template("emails/edition.css").render())


def wrap(letter: str) -> str:
    """Return the letter in lines of 72 characters, items hanging, addresses whole, empty lines single."""
    lines: list[str] = []
    for line in letter.split("\n"):
        line = line.rstrip()
        indent = " " * len(match.group()) if (match := re.match(r" *(?:– |\d+\. )?", line)) else ""
        lines += textwrap.wrap(
            line,
            TEXT_WIDTH,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        ) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
