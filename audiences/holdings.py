"""What this wing holds of a reader: themselves, their subscriptions, what they said, whether they are left alone."""

from collections.abc import Iterator

from django.forms.models import model_to_dict

from audiences import privacy
from audiences.models import Consent, Demand, StagedReader, Subscriber, Subscription, Suppression, Wording
from audiences.privacy import Person, Row

_SUBSCRIBER = (
    *("address", "first_name", "language", "commune", "department", "interests", "kind", "subscribed_on"),
    *("paused_until", "clicked_on", "acted_on", "asked_again_at", "data_asked_at", "opened_on"),
)
_SUBSCRIPTION = ("state", "tracking", "monthly", "operations_only", "asked_at", "confirmed_at", "ended_at")
_CONSENT = ("at", "newsletter", "purpose", "act", "method", "locale", "form_version", "source")


def register() -> None:
    """Take part in "my data" and in erasure."""
    privacy.register(
        Subscriber,
        *("address", "address_key", "first_name", "language", "commune", "department", "interests", "kind"),
        "mail_domain",
        tell=_subscriber,
        forget=_forget,
    )
    privacy.register(Subscription, "subscriber", "state", tell=_subscriptions, forget=privacy.goes_along)
    privacy.register(Demand, "address_key", "said", tell=privacy.nothing, forget=_forget_demands)
    privacy.register(
        StagedReader,
        *("address_key", "address", "first_name", "language", "commune", "department", "interests", "kind", "stop"),
        tell=_staged,
        forget=_forget_staged,
    )
    privacy.register(Consent, "address_key", "source", tell=_consents, forget=privacy.stays)
    privacy.register(Suppression, "address_key", "source", tell=_suppression, forget=privacy.stays)


def _subscriber(person: Person) -> Iterator[Row]:
    for row in Subscriber.objects.filter(pk=person.subscriber):
        yield model_to_dict(row, fields=_SUBSCRIBER)


def _subscriptions(person: Person) -> Iterator[Row]:
    rows = Subscription.objects.select_related("newsletter").filter(subscriber=person.subscriber)
    for row in rows.order_by("pk"):
        yield {"newsletter": row.newsletter.name, **model_to_dict(row, fields=_SUBSCRIPTION)}


def _consents(person: Person) -> Iterator[Row]:
    """Each line with the words that stood beside the box."""
    lines = list(Consent.objects.filter(address_key=person.key).order_by("at", "pk"))
    texts = dict(Wording.objects.filter(digest__in={line.wording for line in lines}).values_list("digest", "text"))
    for line in lines:
        yield {**model_to_dict(line, fields=_CONSENT), "wording": texts.get(line.wording, line.wording)}


def _suppression(person: Person) -> Iterator[Row]:
    yield from Suppression.objects.filter(address_key=person.key).values("reason", "source", "at")


def _staged(person: Person) -> Iterator[Row]:
    """What stands in a file that the board is bringing in."""
    yield from StagedReader.objects.filter(address_key=person.key).values("address", "first_name", "commune")


def _forget_staged(person: Person) -> None:
    """The file itself goes when it is taken in, or within a day."""
    StagedReader.objects.filter(address_key=person.key).delete()


def _forget_demands(person: Person) -> None:
    Demand.objects.filter(address_key=person.key).delete()


def _forget(person: Person) -> None:
    Subscriber.objects.filter(pk=person.subscriber).delete()
