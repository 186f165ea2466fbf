"""Links that only we can write: `version.key-id.payload.mac`, a derived key for each purpose (DUTIES).

A token holds no address, lives as long as its key is kept, and says nothing about what exists.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
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
    STAY = "stay"
    MY_DATA = "my-data"


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
        return self.seal_all((payload,))[0]

    def seal_all(self, payloads: Sequence[str]) -> list[str]:
        """Return the tokens that carry what was encoded already, in their order."""
        signed = [self._head + payload for payload in payloads]
        macs = encode_all([self._mac(one) for one in signed])
        return [f"{one}.{mac}" for one, mac in zip(signed, macs, strict=True)]

    def _mac(self, signed: str) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(signed.encode())
        outer.update(inner.digest())
        return outer.digest()[:MAC_BYTES]


def sealer(purpose: Purpose) -> Sealer:
    """Return who seals for this purpose, with the first key."""
    kid, key = settings.SIGNING_KEYS[0]
    return _sealer(key, purpose, kid)


@lru_cache(maxsize=64)
def _sealer(key: str, purpose: Purpose, kid: str) -> Sealer:
    return Sealer(key, purpose, kid)


def encode(raw: bytes) -> str:
    """Base32 in lower case without padding."""
    return _spread(raw + bytes(-len(raw) % 5))[: -(-len(raw) * 8 // 5)]


def encode_all(raws: Sequence[bytes]) -> list[str]:
    """Return `encode` of each: where all have one length, a window's worth costs little more than one."""
    if len({len(raw) for raw in raws}) != 1 or not (size := len(raws[0])):
        return [encode(raw) for raw in raws]
    letters, block = -(-size * 8 // 5), -(-size // 5) * 8
    pad = bytes(-size % 5)
    said = _spread(pad.join(raws) + pad)
    return [said[start : start + letters] for start in range(0, len(said), block)]


def _spread(raw: bytes) -> str:
    """Return eight letters for each five bytes, all moving at once: they stand in every link of every mail."""
    groups = len(raw) // 5
    spaced = bytearray(8 * groups)
    for byte in range(5):
        spaced[byte + 3 :: 8] = raw[byte::5]
    value = int.from_bytes(spaced, "big")
    for upper, lower, shift in _halves(groups):
        value = (value & upper) << shift | value & lower
    return value.to_bytes(8 * groups, "big").translate(_LETTERS).decode("ascii")


@lru_cache(maxsize=64)
def _halves(groups: int) -> tuple[tuple[int, int, int], ...]:
    """Return the steps that part 40 bits in each 64 into five for each byte, halving the runs of letters."""
    steps = []
    for run in (4, 2, 1):
        lower = sum((1 << 5 * run) - 1 << start for start in range(0, 64 * groups, 16 * run))
        steps.append((lower << 5 * run, lower, 3 * run))
    return tuple(steps)


def _decode(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
