"""The way to everything held of a reader: a link of one hour, mailed to their own address and nowhere else.

Whoever holds a forwarded letter holds its link to the preferences, so that shows a masked address and no more.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q

from audiences import links
from audiences.models import Subscriber

LIVES = timedelta(hours=1)
# One link an hour: nobody can have a stranger's mailbox filled.
AGAIN_AFTER = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)


def ask(subscriber_id: int, *, now: datetime) -> bool:
    """Note that a link is to be mailed; return whether it is, for one of the last hour is enough."""
    lately = Q(data_asked_at__isnull=True) | Q(data_asked_at__lte=now - AGAIN_AFTER)
    return bool(Subscriber.objects.filter(lately, pk=subscriber_id).update(data_asked_at=now))


def unmailed(*, now: datetime) -> list[int]:
    """Return the readers whose link should have left a minute ago and has not."""
    late = Subscriber.objects.filter(data_asked_at__range=(now - LIVES, now - A_MINUTE))
    return list(late.exclude(data_mailed_for=F("data_asked_at")).order_by("data_asked_at").values_list("pk", flat=True))


def take(subscriber_id: int) -> Subscriber | None:
    """Return the reader whom the caller now has to send the link; None if somebody else has it."""
    due = Subscriber.objects.filter(pk=subscriber_id, data_asked_at__isnull=False).exclude(
        data_mailed_for=F("data_asked_at")
    )
    found = due.first()
    if found is None:
        return None
    return found if due.filter(data_asked_at=found.data_asked_at).update(data_mailed_for=F("data_asked_at")) else None


def put_back(subscriber: Subscriber) -> None:
    """Say that the mail did not leave after all; it is tried again a little later."""
    Subscriber.objects.filter(pk=subscriber.pk, data_asked_at=subscriber.data_asked_at).update(data_mailed_for=None)


def reader(token: str, *, now: datetime) -> Subscriber:
    """Return whose data a link shows; BadToken an hour after it was asked for, or once they were forgotten."""
    said = links.read_data(token)
    found = Subscriber.objects.filter(address_key=said.address_key).first()
    if found is None or not said.asked_at <= now < said.asked_at + LIVES:
        raise links.BadToken
    return found
