"""Addresses have no place where operators read: whatever looks like one is blotted out."""

import re

# Wide on purpose: a word too many is blotted out rather than a reader named. A host alone (send@worker) stays.
ADDRESS = re.compile(
    r"""[^\s<>()\[\]",;:]+@[^\s<>()\[\]{}"',;:=|@]+\.[^\s<>()\[\]{}"',;:=|@]*[^\s<>()\[\]{}"',;:=|@.]"""
)
BLOT = "[address]"


def mask(text: str) -> str:
    """Return the text without anything that looks like an address."""
    return ADDRESS.sub(BLOT, text) if "@" in text else text
