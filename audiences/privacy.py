"""A reader is forgotten: what each wing knows of them goes, in one transaction; counts stay."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from audiences import subscriptions, suppressions
from audiences.core.consent import Method
from audiences.models import Subscriber

Erases = Callable[[int], None]
_erasers: list[Erases] = []


def on_erase(eraser: Erases) -> Erases:
    """Call `eraser(subscriber)` in the transaction in which a reader is forgotten, while their row still stands."""
    if eraser not in _erasers:
        _erasers.append(eraser)
    return eraser


@transaction.atomic
def erase(subscriber: Subscriber, *, method: Method, source: str = "", now: datetime) -> None:
    """Forget a reader. Their subscriptions end first, each with its line of consent; keyed hashes stay where the law
    wants them: in the ledger of consents and among the suppressions."""
    key = bytes(subscriber.address_key)
    suppressions.hold(key)
    for standing in subscriber.subscriptions.select_related("newsletter").order_by("pk"):
        subscriptions.leave(standing.newsletter, key, method=method, source=source, now=now)
    for eraser in _erasers:
        eraser(subscriber.pk)
    Subscriber.objects.filter(pk=subscriber.pk).delete()
