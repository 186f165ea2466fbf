"""Merge fields as people type them, `{prénom}` or `{prénom|cher voisin}`, and the marks the engine reads.

People also remember the spellings of other tools, and misspell ours. Whatever looks like a field and is none
is named, so that it blocks the sending instead of being printed; in a preview it stands as it was typed.
"""

import re
import unicodedata
from collections.abc import Iterator

from newsletter.core.holes import FIRST_NAME, WRITABLE

# What the board may type; spellings are compared without accents, case, spaces, dashes and underscores.
_TYPED = {"fr": "{prénom}", "en": "{first name}"}
_NAMES = {"prenom": FIRST_NAME, "firstname": FIRST_NAME}

_NAME = r"\s*([^\W\d][\w \-]{0,39}?)\s*"
_SPELLINGS = re.compile(
    rf"%%{_NAME}(?:\|([^%|<>\n]*))?%%"  # the engine's own
    rf"|\{{{{{_NAME}(?:\|([^{{}}|<>\n]*))?\}}}}"  # {{field}}
    rf"|\{{{_NAME}(?:\|([^{{}}|<>\n]*))?\}}"  # {field}
    rf"|\*\|{_NAME}\|\*"  # *|FIELD|*
    rf"|\[\[{_NAME}\]\]"  # [[field]]
)
# Brackets alone are ordinary French, « […] » or a link: only what means a name is taken for a field.
_BRACKETS = re.compile(r"(?<!\[)\[(pr[ée]nom|nom|first[ _]?name|last[ _]?name|name|e-?mail|commune)\](?!\()", re.I)


def first_name(language: str = "fr") -> str:
    """Return how the reader's first name is typed by someone who speaks this language."""
    return _TYPED.get(language, _TYPED["fr"])


def to_marks(typed: str) -> str:
    """Return the text with each known field as the engine reads it; what is unknown stays mere text."""

    def replace(found: re.Match[str]) -> str:
        name, fallback = _parts(found)
        known = _known(name)
        if known:
            return f"%%{known}|{fallback}%%" if fallback else f"%%{known}%%"
        # the engine would refuse its own spelling with a name it does not have
        return f"{{{name}}}" if found.group().startswith("%%") else found.group()

    return _SPELLINGS.sub(replace, typed)


def unknown(typed: str) -> Iterator[str]:
    """Yield each field that does not exist, as its writer spelt it."""
    for found in _SPELLINGS.finditer(typed):
        name, _ = _parts(found)
        if not _known(name):
            yield name
    for found in _BRACKETS.finditer(typed):
        yield found.group()


def _parts(found: re.Match[str]) -> tuple[str, str]:
    groups = found.groups()
    name = groups[0] or groups[2] or groups[4] or groups[6] or groups[7]
    fallback = groups[1] or groups[3] or groups[5] or ""
    return name.strip(), fallback.strip()


def _known(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = re.sub(r"[^a-z]", "", plain.lower())
    return name if name in WRITABLE else _NAMES.get(plain, "")
