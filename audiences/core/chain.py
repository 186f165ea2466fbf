"""The chain over the ledger of consent: each seal holds the one before it and its own line, so no line can be changed,
taken out or slipped in without breaking it."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

FIRST = bytes(32)


def key_of(pepper: str) -> bytes:
    """Return the key of the chain. It stands outside the database: whoever holds that alone cannot forge a chain."""
    return hashlib.sha256(f"garrigue/consent-chain/{pepper}".encode()).digest()


def row_hash(key: bytes, before: bytes, line: Sequence[object]) -> bytes:
    """Return the seal of a line after the seal before it."""
    return hmac.digest(key, before + _written(line), hashlib.sha256)


def _written(line: Sequence[object]) -> bytes:
    """One way of writing each line, whatever the database's time zone."""
    return json.dumps([_plain(value) for value in line], ensure_ascii=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    match value:
        case bytes() | memoryview():
            return bytes(value).hex()
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case _:
            return value
