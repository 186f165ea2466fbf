"""Bytes that name people, kept for a while, sealed by a key from outside the database: a stolen dump reads nothing."""

import os
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


class Kept(StrEnum):
    """What is kept; a key for each."""

    PARKED = "parked"
    TEST = "test"


class Unreadable(Exception):
    """Sealed with another ADDRESS_PEPPER than today's."""


def seal(kept: Kept, raw: bytes, *, nonce: bytes = b"") -> bytes:
    """Return the bytes sealed. A nonce that comes from what is sealed makes the same bytes the same row."""
    nonce = nonce[:NONCE] or os.urandom(NONCE)
    return nonce + AESGCM(_key(kept)).encrypt(nonce, raw, None)


def unseal(kept: Kept, sealed: bytes) -> bytes:
    """Return what was sealed; raise Unreadable."""
    try:
        return AESGCM(_key(kept)).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    except (InvalidTag, ValueError):  # another key, or too short to be anything
        raise Unreadable from None


def _key(kept: Kept) -> bytes:
    return sha256(f"garrigue/{kept.value}/{settings.ADDRESS_PEPPER}".encode()).digest()
