"""A listing as one line that the board may print: what, where, when, and who says so."""

import re
from datetime import date

from newsletter.core import merge
from newsletter.core.listing import Kind, Listing, Period
from newsletter.core.wording import NBSP, word_dates

# Whatever would be markup or a merge field in an editorial.
_MARKS = re.compile(r"[\\`*_\[\]{}<>#|~%]")


def quote(told: Listing, *, today: date, language: str = "fr") -> str:
    """Return the listing as a line of an editorial, its name and place literally, its source named."""
    said = f"**{literally(told.name)}**"
    if told.commune:
        said += f", {literally(told.commune)}"
    if told.kind is Kind.EVENT:
        coming = next_of(told.periods, today)
        said += f", {word_dates(coming.first, coming.last, language)}" if coming else ""
    said += "."
    if told.summary:
        said += f" {literally(told.summary)}"
    if told.website and not _is_field(told.website):
        label = {"fr": "En savoir plus", "en": "Read more"}.get(language, "En savoir plus")
        said += f" [{label}]({destination(told.website)})"
    if told.publisher:
        said += f" (Source{NBSP if language == 'fr' else ''}: {literally(told.publisher)})"
    return said


def next_of(periods: tuple[Period, ...], today: date) -> Period | None:
    """Return the period that runs or comes next, if there is one."""
    return next((period for period in periods if period.last >= today), None)


def literally(text: str) -> str:
    """Return the text on one line, so that an editorial shows it as it is."""
    return _MARKS.sub(lambda found: "\\" + found.group(), " ".join(text.split()))


def destination(url: str) -> str:
    """Return an address so that it ends where its link ends."""
    coded = {"(": "%28", ")": "%29", "[": "%5B", "]": "%5D", "\\": "%5C", "*": "%2A", "{": "%7B", "}": "%7D"}
    return "".join(coded.get(sign, sign) for sign in url)


def _is_field(url: str) -> bool:
    """Return whether an address holds what would be taken for a merge field."""
    return "%%" in url or merge.to_marks(url) != url or any(merge.unknown(url))
