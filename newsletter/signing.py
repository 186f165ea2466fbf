"""Links that only we can write: `version.key-id.payload.mac`, a derived key for each purpose (DUTIES).

A token holds no address, lives as long as its key is kept, and says nothing about what exists.
"""

import base64
import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache
from itertools import product

from django.conf import settings

VERSION = "1"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_LETTERS = ["".join(letters) for letters in product(_ALPHABET, repeat=3)]
MAC_BYTES = 16


class Purpose(StrEnum):
    """What a link may be used for; a link for one purpose opens nothing else."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"
    INVITATION = "invitation"
    SIGN_IN = "sign-in"
    ARCHIVE = "archive"
    MESSAGE = "message"
    DEMO = "demo"
    CALENDAR = "calendar"
    CONSULTATION = "consultation"


class BadToken(Exception):
    """Not one of our links, or not for this purpose. Deliberately without detail."""


def seal(purpose: Purpose, value: str | bytes) -> str:
    """Return the token that carries the value for this purpose, signed with the first key."""
    kid, key = settings.SIGNING_KEYS[0]
    payload = _encode(value.encode() if isinstance(value, str) else value)
    return f"{VERSION}.{kid}.{payload}.{_mac(key, purpose, kid, payload)}"


def unseal(purpose: Purpose, token: str) -> str:
    """Return the text that was sealed for this purpose; raise BadToken for anything else."""
    return unseal_bytes(purpose, token).decode()


def unseal_bytes(purpose: Purpose, token: str) -> bytes:
    """Return the bytes that were sealed for this purpose; raise BadToken for anything else."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != VERSION or len(token) > 400 or not token.isascii():
        raise BadToken
    _, kid, payload, mac = parts
    key = dict(settings.SIGNING_KEYS).get(kid)
    if key is None or not hmac.compare_digest(mac, _mac(key, purpose, kid, payload)):
        raise BadToken
    return _decode(payload)


@lru_cache(maxsize=64)
def _derived(key: str, purpose: Purpose) -> bytes:
    return hmac.digest(key.encode(), f"garrigue/{VERSION}/{purpose.value}".encode(), hashlib.sha256)


def _mac(key: str, purpose: Purpose, kid: str, payload: str) -> str:
    signed = f"{VERSION}.{kid}.{payload}".encode()
    return _encode(hmac.digest(_derived(key, purpose), signed, hashlib.sha256)[:MAC_BYTES])


def _encode(raw: bytes) -> str:
    """Base32 in lower case without padding, three letters at a time: it stands in every link of every mail."""
    letters = -(-len(raw) * 8 // 5)
    bits = -(-letters // 3) * 15
    value = int.from_bytes(raw, "big") << (bits - len(raw) * 8)
    return "".join([_LETTERS[value >> shift & 0x7FFF] for shift in range(bits - 15, -1, -15)])[:letters]


def _decode(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
