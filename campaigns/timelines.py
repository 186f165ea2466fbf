"""Everything that happened between a reader and their letters, for the board to read, the newest first."""

from collections.abc import Iterator
from itertools import chain

from audiences.core.consent import Purpose
from audiences.models import Consent, Subscriber, Suppression, Wording
from campaigns.core.feedback import Heard
from campaigns.flight import Facts, Reason
from campaigns.models import Click, Delivery, DeliveryEvent

# Of a reader of many years, the last of each kind.
MOST = 100


def of(reader: Subscriber) -> list[Reason]:
    """Return what there is to tell of a reader, the newest first; at most MOST of a kind, in six queries."""
    key = bytes(reader.address_key)
    told = chain(_said(key), _stopped(key), _letters(reader), _heard(reader), _clicked(reader))
    return sorted(told, key=lambda one: (one.at is not None, one.at), reverse=True)


def _said(key: bytes) -> Iterator[Reason]:
    """Each line of the ledger, with the words that stood beside the box."""
    lines = list(Consent.objects.filter(address_key=key).order_by("-at", "-pk")[:MOST])
    texts = dict(Wording.objects.filter(digest__in={line.wording for line in lines}).values_list("digest", "text"))
    for line in lines:
        about = "tracking" if line.purpose == Purpose.TRACKING else "consent"
        facts: Facts = {"method": line.method, "source": line.source, "wording": texts.get(line.wording, "")}
        yield Reason(line.at, f"{about}_{line.act}", facts)


def _stopped(key: bytes) -> Iterator[Reason]:
    for stop in Suppression.objects.filter(address_key=key):
        yield Reason(stop.at, "suppressed", {"reason": stop.reason, "source": stop.source})


def _letters(reader: Subscriber) -> Iterator[Reason]:
    rows = Delivery.objects.filter(subscriber=reader).select_related("campaign__edition").order_by("-pk")
    for row in rows[:MOST]:
        at = row.settled_at or row.armed_at or row.campaign.enqueued_at
        yield Reason(at, f"letter_{row.state}", {"letter": row.campaign.edition.title, "reason": row.reason})


def _heard(reader: Subscriber) -> Iterator[Reason]:
    """What the world said back; clicks are told apart, as far as they were a person's."""
    events = DeliveryEvent.objects.filter(delivery__subscriber=reader).exclude(kind=Heard.CLICKED.value)
    for event in events.select_related("delivery__campaign__edition").order_by("-at", "-pk")[:MOST]:
        facts: Facts = {"source": event.source, "reason": event.fault, "text": event.text}
        yield Reason(event.at, f"heard_{event.kind}", facts | {"letter": event.delivery.campaign.edition.title})


def _clicked(reader: Subscriber) -> Iterator[Reason]:
    """Where a reader went who agrees to be measured; rows of anybody else there are none."""
    rows = Click.objects.filter(subscriber=reader, last_at__isnull=False)
    for row in rows.select_related("link", "delivery__campaign__edition").order_by("-last_at")[:MOST]:
        facts: Facts = {"label": row.link.label or row.link.target, "letter": row.delivery.campaign.edition.title}
        yield Reason(row.last_at, "clicked", facts)
