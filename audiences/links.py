"""The links of a mail that open something for one reader. They hold a keyed hash, never an address.

Written twice for every delivery, so the paths stand here as text; a test holds them to the URL table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from newsletter import signing
from newsletter.signing import BadToken, Purpose

__all__ = [
    "Ask",
    "BadToken",
    "Ways",
    "Who",
    "confirm_url",
    "data_url",
    "preferences_url",
    "read",
    "read_ask",
    "read_data",
    "read_stay",
    "stay_url",
    "unmeasure_url",
    "unmeasure_urls",
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
    return ways(newsletter_id)([address_key])[0].out


def preferences_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the way to a reader's own preferences."""
    return ways(newsletter_id)([address_key])[0].preferences


class Ways(NamedTuple):
    """One reader's one-click way out, and the way to their preferences."""

    out: str
    preferences: str


def ways(newsletter_id: int) -> Callable[[Sequence[bytes]], list[Ways]]:
    """Return what gives some readers' ways by their keys: what all have in common is done once."""
    newsletter = newsletter_id.to_bytes(4, "big")
    out, preferences = signing.sealer(Purpose.UNSUBSCRIBE).seal_all, signing.sealer(Purpose.PREFERENCES).seal_all
    site = settings.SITE_URL

    def of(keys: Sequence[bytes]) -> list[Ways]:
        who = signing.encode_all([newsletter + key for key in keys])
        return [
            Ways(f"{site}/u/{one}", f"{site}/preferences/{other}/")
            for one, other in zip(out(who), preferences(who), strict=True)
        ]

    return of


def unmeasure_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the way out of being measured, which is not the way out of the letter; good for life."""
    return unmeasure_urls(newsletter_id, [address_key])[0]


def unmeasure_urls(newsletter_id: int, address_keys: Sequence[bytes]) -> list[str]:
    """Return the same for some readers, in their order."""
    newsletter = newsletter_id.to_bytes(4, "big")
    who = signing.encode_all([newsletter + key for key in address_keys])
    return [f"{settings.SITE_URL}/mesure/{token}/" for token in signing.sealer(Purpose.UNMEASURE).seal_all(who)]


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


def stay_url(newsletter_id: int, address_key: bytes) -> str:
    """Return the link by which a reader of long ago says that they stay."""
    token = signing.seal(Purpose.STAY, newsletter_id.to_bytes(4, "big") + address_key)
    return f"{settings.SITE_URL}/rester/{token}/"


def read_stay(token: str) -> Who:
    """Return whom a link to stay names; BadToken for anything else."""
    return read(Purpose.STAY, token)


@dataclass(frozen=True)
class DataAsk:
    """Who wants to see what is held of them, and when they asked."""

    address_key: bytes
    asked_at: datetime


def data_url(ask: DataAsk) -> str:
    """Return the link of one hour to everything that is held of a reader."""
    moment = (ask.asked_at - EPOCH) // timedelta(microseconds=1)
    token = signing.seal(Purpose.MY_DATA, moment.to_bytes(8, "big") + ask.address_key)
    return f"{settings.SITE_URL}/mes-donnees/{token}/"


def read_data(token: str) -> DataAsk:
    """Return whose data a link shows and since when; BadToken for anything else."""
    sealed = signing.unseal_bytes(Purpose.MY_DATA, token)
    return DataAsk(sealed[8:], EPOCH + timedelta(microseconds=int.from_bytes(sealed[:8], "big")))
