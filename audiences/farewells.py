"""A reader leaves every letter at once."""

from datetime import datetime

from django.db import transaction

from audiences import subscriptions
from audiences.core.consent import Method
from audiences.models import Subscription


def letters(address_key: bytes) -> list[Subscription]:
    """Return what this person receives, in the order in which they came to it."""
    held = Subscription.objects.confirmed().filter(subscriber__address_key=address_key)
    return list(held.select_related("newsletter__association").order_by("confirmed_at", "pk"))


@transaction.atomic
def leave_all(address_key: bytes, *, method: Method, source: str = "", now: datetime) -> int:
    """End every subscription of this person before the next message is armed; return how many that were."""
    held = letters(address_key)
    for one in held:
        subscriptions.leave(one.newsletter, address_key, method=method, source=source, now=now)
    return len(held)
