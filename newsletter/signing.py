"""Links that only we can write: `version.key-id.payload.mac`, a derived key for each purpose (DUTIES).

A token holds no address, lives as long as its key is kept, and says nothing about what exists.
"""

import base64
import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache

from django.conf import settings

VERSION = "1"
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
_LETTERS = bytes(_ALPHABET[byte & 31] for byte in range(256))
MAC_BYTES = 16
_BLOCK = hashlib.sha256().block_size


class Purpose(StrEnum):
    """What a link may be used for; a link for one purpose opens nothing else."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"
    INVITATION = "invitation"
    SIGN_IN = "sign-in"
    ARCHIVE = "archive"
    MESSAGE = "message"
    BOUNCE = "bounce"
    DEMO = "demo"
    CALENDAR = "calendar"
    CONSULTATION = "consultation"
    LINK = "link"
    CLICK = "click"
    OPEN = "open"
    UNMEASURE = "unmeasure"


class BadToken(Exception):
    """Not one of our links, or not for this purpose. Deliberately without detail."""


def seal(purpose: Purpose, value: str | bytes) -> str:
    """Return the token that carries the value for this purpose, signed with the first key."""
    return sealer(purpose).seal(encode(value.encode() if isinstance(value, str) else value))


def unseal(purpose: Purpose, token: str) -> str:
    """Return the text that was sealed for this purpose; raise BadToken for anything else."""
    return unseal_bytes(purpose, token).decode()


def unseal_bytes(purpose: Purpose, token: str) -> bytes:
    """Return the bytes that were sealed for this purpose; raise BadToken for anything else."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != VERSION or len(token) > 400 or not token.isascii():
        raise BadToken
    _, kid, payload, _ = parts
    key = dict(settings.SIGNING_KEYS).get(kid)
    if key is None or not hmac.compare_digest(token, _sealer(key, purpose, kid).seal(payload)):
        raise BadToken
    return _decode(payload)


class Sealer:
    """Writes the tokens of one purpose with one key: what HMAC does of the key alone is done once, and copied."""

    def __init__(self, key: str, purpose: Purpose, kid: str) -> None:
        derived = hmac.digest(key.encode(), f"garrigue/{VERSION}/{purpose.value}".encode(), hashlib.sha256)
        padded = derived.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
        self._head = f"{VERSION}.{kid}."

    def seal(self, payload: str) -> str:
        """Return the token that carries what was encoded already."""
        signed = self._head + payload
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(signed.encode())
        outer.update(inner.digest())
        return f"{signed}.{encode(outer.digest()[:MAC_BYTES])}"


def sealer(purpose: Purpose) -> Sealer:
    """Return who seals for this purpose, with the first key."""
    kid, key = settings.SIGNING_KEYS[0]
    return _sealer(key, purpose, kid)


@lru_cache(maxsize=64)
def _sealer(key: str, purpose: Purpose, kid: str) -> Sealer:
    return Sealer(key, purpose, kid)


def encode(raw: bytes) -> str:
    """Base32 in lower case without padding: it stands in every link of every mail, so all its letters move at once."""
    letters = -(-len(raw) * 8 // 5)
    value = int.from_bytes(raw, "big") << (5 * letters - 8 * len(raw))
    for upper, lower, shift in _spreading(letters):
        value = (value & upper) << shift | value & lower
    return value.to_bytes(letters, "big").translate(_LETTERS).decode("ascii")


@lru_cache(maxsize=64)
def _spreading(letters: int) -> tuple[tuple[int, int, int], ...]:
    """Return the steps that give each five bits of a number a byte of their own, halving the runs of letters."""
    run = 1 << (letters - 1).bit_length() >> 1
    steps = []
    while run:
        bits = (1 << 5 * run) - 1
        starts = range(0, 8 * letters, 16 * run)
        lower = sum(bits << start for start in starts)
        steps.append((lower << 5 * run, lower, 3 * run))
        run >>= 1
    return tuple(steps)


def _decode(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
