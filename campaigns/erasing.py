"""What the sending forgets with a reader: whom it was about, what servers said, and what they followed. Counts stay."""

from django.db import transaction

from audiences import privacy
from campaigns.core.feedback import Heard
from campaigns.models import Click, ClickToSettle, Delivery, DeliveryEvent


def register() -> None:
    """Be called when a reader is forgotten."""
    privacy.on_erase(erase)


@transaction.atomic
def erase(subscriber: int) -> None:
    """Let no row of the sending lead to this reader, nor hold words that may name them.

    How many letters left, arrived or came back stays as it was; links keep their counts. Of their own clicks no event
    stays. An event cannot be changed, so it is written anew without the server's words, under the key by which it is
    known when it is told again.
    """
    held = Delivery.objects.select_for_update(of=("self",)).filter(subscriber=subscriber).order_by("pk")
    ids = list(held.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(subscriber=None, reply_text="")
    Click.objects.filter(subscriber=subscriber).delete()
    ClickToSettle.objects.filter(delivery__in=ids).delete()
    events = DeliveryEvent.objects.filter(delivery__in=ids)
    events.filter(kind=Heard.CLICKED).delete()
    worded = list(events.exclude(text=""))
    events.filter(pk__in=[one.pk for one in worded]).delete()
    for one in worded:
        one.pk, one.text = None, ""
    DeliveryEvent.objects.bulk_create(worded)
