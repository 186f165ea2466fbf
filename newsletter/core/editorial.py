"""The editorial as it is typed: paragraphs, `**gras**`, `*italique*`, lists and `[lien](https://…)`."""

from functools import cache

from markdown_it import MarkdownIt

from newsletter.core.merge import to_marks
from newsletter.core.richtext import sanitise
from newsletter.core.wording import typeset


def to_html(typed: str, language: str = "fr") -> str:
    """Return the little HTML that a mail can carry; a tag that someone typed is shown, never obeyed."""
    return sanitise(_reader().render(to_marks(typeset(typed, language))))


@cache
def _reader() -> MarkdownIt:
    # Everything is off but these: no headings by accident, no pictures from elsewhere, no raw HTML.
    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(["emphasis", "link", "list", "newline", "escape"])
