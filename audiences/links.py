"""The links of a mail that open something for one reader. They hold a keyed hash, never an address.

Written twice for every delivery, so the paths stand here as text; a test holds them to the URL table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from newsletter import signing
from newsletter.signing import BadToken, Purpose

__all__ = [
    "Ask",
    "BadToken",
    "Who",
    "confirm_url",
    "preferences_url",
    "read",
    "read_ask",
    "unmeasure_url",
    "unsubscribe_url",
    "ways",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Who:
    """One reader of one newsletter; still readable after the reader was erased."""

    newsletter_id: int
    address_key: bytes


@dataclass(frozen=True)
class Ask:
    """One demand to be subscribed, told from later ones by its moment."""

    subscription_id: int
    asked_at: datetime


def unsubscribe_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the one-click way out, good for life."""
    return ways(newsletter_id)(address_key)[0]


def preferences_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the way to a reader's own preferences."""
    return ways(newsletter_id)(address_key)[1]


def ways(newsletter_id: int) -> Callable[[bytes], tuple[str, str]]:
    """Return what gives a reader's way out and way to their preferences: what all have in common is done once."""
    newsletter = newsletter_id.to_bytes(4, "big")
    out, preferences = signing.sealer(Purpose.UNSUBSCRIBE).seal, signing.sealer(Purpose.PREFERENCES).seal
    encode, site = signing.encode, settings.SITE_URL

    def of(address_key: bytes) -> tuple[str, str]:
        who = encode(newsletter + address_key)
        return f"{site}/u/{out(who)}", f"{site}/preferences/{preferences(who)}/"

    return of


def unmeasure_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the way out of being measured, which is not the way out of the letter; good for life."""
    who = signing.encode(newsletter_id.to_bytes(4, "big") + address_key)
    return f"{settings.SITE_URL}/mesure/{signing.sealer(Purpose.UNMEASURE).seal(who)}/"


def confirm_url(ask: Ask) -> str:
    """Return the link that says: this address is mine and I want the letter."""
    moment = (ask.asked_at - EPOCH) // timedelta(microseconds=1)
    token = signing.seal(Purpose.CONFIRM, f"{ask.subscription_id}.{moment}")
    return f"{settings.SITE_URL}/confirmer/{token}/"


def read(purpose: Purpose, token: str) -> Who:
    """Return whom an unsubscribe, preferences or measuring token names; BadToken for anything else."""
    sealed = signing.unseal_bytes(purpose, token)
    return Who(int.from_bytes(sealed[:4], "big"), sealed[4:])


def read_ask(token: str) -> Ask:
    """Return the demand that a confirmation token answers; BadToken for anything else."""
    subscription_id, _, moment = signing.unseal(Purpose.CONFIRM, token).partition(".")
    return Ask(int(subscription_id), EPOCH + timedelta(microseconds=int(moment)))
