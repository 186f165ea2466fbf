"""What a reader tells about themselves, tidied once for every way in."""

import re
from collections.abc import Iterable

from newsletter.core.interests import Interest

NAME_LENGTH = 60
_LANGUAGE = re.compile(r"[a-z]{2}")


class BadProfile(ValueError):
    """Something a reader cannot be; the code says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def first_name(text: str) -> str:
    """Return a first name on one line, without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_LENGTH].strip()


def interests(values: Iterable[str]) -> list[str]:
    """Return interests once each, in a fixed order; BadProfile for one we do not know."""
    known = [interest.value for interest in Interest]
    wanted = set(values)
    if not wanted <= set(known):
        raise BadProfile("unknown_interest")
    return [value for value in known if value in wanted]


def language(code: str) -> str:
    """Return a language code as `fr`; BadProfile for anything else."""
    if not _LANGUAGE.fullmatch(code):
        raise BadProfile("bad_language")
    return code
