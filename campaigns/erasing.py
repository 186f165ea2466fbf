"""What the sending holds of a reader: whom it was about, what servers said, and what they followed. Counts stay."""

from collections.abc import Iterator

from django.db import transaction

from audiences import privacy
from audiences.privacy import Person, Row
from campaigns import sealing
from campaigns.core.delivery import DeliveryState
from campaigns.core.feedback import Heard
from campaigns.core.naming import names
from campaigns.models import Click, ClickToSettle, Delivery, DeliveryEvent, Evidence, ParkedMail, TestMail
from campaigns.sealing import Kept

# What may be told of a message to its reader: one that waits is not theirs yet.
_TOLD = [state.value for state in DeliveryState if state is not DeliveryState.QUEUED]


def register() -> None:
    """Take part in "my data" and in erasure."""
    sealed = {"tell": privacy.nothing}
    privacy.register(Delivery, "subscriber", "address_key", "reply_text", tell=_deliveries, forget=_forget_deliveries)
    privacy.register(DeliveryEvent, "text", tell=_events, forget=privacy.goes_along)
    privacy.register(Evidence, "source", tell=privacy.nothing, forget=privacy.goes_along)
    privacy.register(Click, "subscriber", tell=_clicks, forget=privacy.goes_along)
    privacy.register(ParkedMail, "sealed", "digest", forget=_forget_parked, **sealed)
    privacy.register(TestMail, "sealed", "detail", "findings", forget=_forget_tests, **sealed)


def _deliveries(person: Person) -> Iterator[Row]:
    rows = Delivery.objects.select_related("campaign__edition").filter(subscriber=person.subscriber, state__in=_TOLD)
    for row in rows.order_by("pk"):
        yield {
            "edition": row.campaign.edition.title,
            "state": row.state,
            "reason": row.reason,
            "at": row.settled_at,
            "reply": row.reply_text,
        }


def _events(person: Person) -> Iterator[Row]:
    """What was heard of their letters; their clicks are told by link."""
    heard = DeliveryEvent.objects.filter(delivery__subscriber=person.subscriber).exclude(kind=Heard.CLICKED)
    yield from heard.order_by("at", "pk").values("kind", "at", "fault", "text", "source")


def _clicks(person: Person) -> Iterator[Row]:
    rows = Click.objects.select_related("link").filter(subscriber=person.subscriber).order_by("pk")
    for row in rows:
        yield {"link": row.link.target, "first_at": row.first_at, "last_at": row.last_at, "times": row.times}


@transaction.atomic
def _forget_deliveries(person: Person) -> None:
    """Let no message lead to this reader nor hold words that may name them: how many left, arrived or came back stays.

    Their own clicks go; what else was heard is written anew without the server's words, for an event cannot be
    changed, under the key by which it is known when it is told again. The database lets events go once the reader has.
    """
    held = Delivery.objects.select_for_update(of=("self",)).filter(subscriber=person.subscriber).order_by("pk")
    ids = list(held.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(subscriber=None, reply_text="")
    Click.objects.filter(subscriber=person.subscriber).delete()
    ClickToSettle.objects.filter(delivery__in=ids).delete()
    Evidence.objects.filter(delivery__in=ids).exclude(source="").update(source="")
    events = DeliveryEvent.objects.filter(delivery__in=ids)
    events.filter(kind=Heard.CLICKED).delete()
    worded = list(events.exclude(text=""))
    events.filter(pk__in=[one.pk for one in worded]).delete()
    for one in worded:
        one.pk, one.text = None, ""
    DeliveryEvent.objects.bulk_create(worded)


def _forget_parked(person: Person) -> None:
    """Mail that came back and named them. What can no longer be unsealed can name nobody any more either."""
    _forget_sealed(ParkedMail, Kept.PARKED, person)


def _forget_tests(person: Person) -> None:
    _forget_sealed(TestMail, Kept.TEST, person)


def _forget_sealed(model: type[ParkedMail] | type[TestMail], kept: Kept, person: Person) -> None:
    naming = []
    for pk, sealed in model._default_manager.values_list("pk", "sealed").iterator(chunk_size=50):
        try:
            if names(sealing.unseal(kept, bytes(sealed)), person.address):
                naming.append(pk)
        except sealing.Unreadable:
            continue
    model._default_manager.filter(pk__in=naming).delete()
