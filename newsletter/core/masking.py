"""Addresses and readers' links have no place where operators read: whatever looks like one is blotted out."""

import re

# Wide on purpose: a word too many is blotted out rather than a reader named. A host alone (send@worker) stays.
ADDRESS = re.compile(
    r"""[^\s<>()\[\]",;:]+@[^\s<>()\[\]{}"',;:=|@]+\.[^\s<>()\[\]{}"',;:=|@]*[^\s<>()\[\]{}"',;:=|@.]"""
)
# `version.key-id.payload.mac`, as newsletter.signing writes them: whoever reads one could use it.
TOKEN = re.compile(r"\b1\.[A-Za-z0-9_-]{1,16}\.[A-Za-z2-7]+\.[A-Za-z2-7]{26}\b")
BLOT = "[address]"
SEALED = "[token]"


def mask(text: str) -> str:
    """Return the text without anything that looks like an address, or like a link of one reader."""
    if "@" in text:
        text = ADDRESS.sub(BLOT, text)
    return TOKEN.sub(SEALED, text) if "1." in text else text
