"""Where what comes back is addressed: the Return-Path names its delivery and round, and only we write one (VERP)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings

from campaigns.core.rounds import LAST_SAID
from newsletter import signing
from newsletter.signing import BadToken, Purpose

# A delivery and its round fit into five bytes for a long while, and the local part into its 64 letters.
BYTES = 5
# Of the bits the first says that it is a test mail, three are the round: 0 in what left before rounds were said.
TESTS, ROUND_AT = 1 << (8 * BYTES - 1), 8 * BYTES - 4
LEAVE = "leave"


class Named(NamedTuple):
    """Which delivery an address of ours names, and of which round; 0 where it does not say."""

    delivery: int
    round: int


def paths(sender: str, *, round: int = 0) -> Callable[[Sequence[int]], list[str]]:
    """Return what gives deliveries their Return-Paths, a window at once; the sender's own where nobody reads them."""
    if settings.BOUNCES is None:
        return lambda deliveries: [sender] * len(deliveries)
    before, after = settings.BOUNCES
    seal_all = signing.sealer(Purpose.BOUNCE).seal_all
    said = min(round, LAST_SAID) << ROUND_AT

    def of(deliveries: Sequence[int]) -> list[str]:
        tokens = seal_all(signing.encode_all([(said | delivery).to_bytes(BYTES) for delivery in deliveries]))
        return [f"{before}{token}{after}" for token in tokens]

    return of


def path(delivery: int, *, round: int = 0) -> str:
    """Return one delivery's Return-Path; empty where nobody reads what comes back."""
    return paths("", round=round)([delivery])[0]


def leave_address() -> str:
    """Return where a mail ends a subscription; empty where nobody reads it."""
    if settings.BOUNCES is None:
        return ""
    before, after = settings.BOUNCES
    return f"{before}{LEAVE}{after}"


def is_leave_address(address: str) -> bool:
    """Return whether a mail to this address asks to leave."""
    return bool(address) and address.lower() == leave_address().lower()


def test_path(test: int) -> str:
    """Return where a test mail comes back to, which is also a mailbox that it may be sent to; empty like the others."""
    return path(TESTS + test)


def named(address: str) -> Named | None:
    """Return the delivery that a Return-Path of ours names; None for any other address, forged or cut short."""
    number = _number_of(address)
    if number is None or number >= TESTS:
        return None
    return Named(number & ((1 << ROUND_AT) - 1), number >> ROUND_AT)


def test_of(address: str) -> int | None:
    """Return the test mail that an address of ours names; None for any other."""
    number = _number_of(address)
    return number - TESTS if number is not None and number >= TESTS else None


def _number_of(address: str) -> int | None:
    """Mail servers write the local part in letters of their liking."""
    if settings.BOUNCES is None:
        return None
    before, after = settings.BOUNCES
    address = address.strip().lower()
    if not address.startswith(before.lower()) or not address.endswith(after):
        return None
    token = address[len(before) : -len(after)]
    for kid, _ in settings.SIGNING_KEYS:
        head = f"{signing.VERSION}.{kid}."
        if token.startswith(head.lower()):
            try:
                return int.from_bytes(signing.unseal_bytes(Purpose.BOUNCE, head + token[len(head) :]))
            except BadToken:
                continue
    return None
