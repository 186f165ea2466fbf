"""Demands wait for a moment between the form and the desk that knows people.

So the form does the same for every address, in the same time: it counts, writes one row and says thank you. Who is new,
known, suppressed or asked yesterday shows only afterwards, to nobody but the reader.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from audiences import subscriptions
from audiences.core.address import BadAddress
from audiences.core.profile import BadProfile
from audiences.keys import key_of
from audiences.models import Demand
from newsletter.models import Newsletter

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Typed:
    """What the form said."""

    address: str
    first_name: str = ""
    language: str = "fr"
    commune: str = ""
    interests: tuple[str, ...] = ()
    tracking: bool = False
    source: str = ""
    read_in: str = ""


def put(newsletter: Newsletter, typed: Typed, *, now: datetime) -> Demand:
    """Write a demand down, whoever it is about."""
    return Demand.objects.create(
        newsletter=newsletter, address_key=key_of(typed.address), said=asdict(typed), asked_at=now
    )


@transaction.atomic
def answer(demand_id: int) -> int | None:
    """Turn a demand into a subscription that waits for its confirmation; return it if a mail is to leave.

    The row goes in the same transaction: nothing of what was typed stays but with its subscriber.
    """
    row = (
        Demand.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("newsletter")
        .filter(pk=demand_id)
        .first()
    )
    if row is None:
        return None
    Demand.objects.filter(pk=row.pk).delete()
    try:
        with transaction.atomic():
            return subscriptions.ask(row.newsletter, **row.said, now=row.asked_at).mail_to
    except (BadAddress, BadProfile):  # a commune or an interest that went away meanwhile
        return None


def left(*, now: datetime) -> Iterable[int]:
    """Return the demands that nobody answered within a minute."""
    return list(Demand.objects.filter(asked_at__lt=now - A_MINUTE).order_by("pk").values_list("pk", flat=True)[:500])
