"""The links of a mail that open something for one reader. They hold a keyed hash, never an address.

Written twice for every delivery, so the paths stand here as text; a test holds them to the URL table.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from newsletter import signing
from newsletter.signing import BadToken, Purpose

__all__ = ["Ask", "BadToken", "Who", "confirm_url", "preferences_url", "read", "read_ask", "unsubscribe_url"]

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
    return f"{settings.SITE_URL}/u/{_seal(Purpose.UNSUBSCRIBE, newsletter_id, address_key)}"


def preferences_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the way to a reader's own preferences."""
    return f"{settings.SITE_URL}/preferences/{_seal(Purpose.PREFERENCES, newsletter_id, address_key)}/"


def confirm_url(ask: Ask) -> str:
    """Return the link that says: this address is mine and I want the letter."""
    moment = (ask.asked_at - EPOCH) // timedelta(microseconds=1)
    token = signing.seal(Purpose.CONFIRM, f"{ask.subscription_id}.{moment}")
    return f"{settings.SITE_URL}/confirmer/{token}/"


def read(purpose: Purpose, token: str) -> Who:
    """Return whom an unsubscribe or preferences token names; BadToken for anything else."""
    sealed = signing.unseal_bytes(purpose, token)
    return Who(int.from_bytes(sealed[:4], "big"), sealed[4:])


def read_ask(token: str) -> Ask:
    """Return the demand that a confirmation token answers; BadToken for anything else."""
    subscription_id, _, moment = signing.unseal(Purpose.CONFIRM, token).partition(".")
    return Ask(int(subscription_id), EPOCH + timedelta(microseconds=int(moment)))


def _seal(purpose: Purpose, newsletter_id: int, address_key: bytes) -> str:
    return signing.seal(purpose, newsletter_id.to_bytes(4, "big") + address_key)
