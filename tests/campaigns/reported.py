"""Letters that were read: who agrees to be measured, who clicked what, who complained, who left."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from audiences import subscriptions
from campaigns.models import Campaign, Click, Delivery, DeliveryEvent, Link, LinkCount
from newsletter.models import Edition
from newsletter.statements import Statement
from tests import make

LATER = make.NOON + timedelta(hours=3)


def sent(edition: Edition | None = None, *, failed: int = 0) -> Campaign:
    """A letter that left for everyone there is; the last so many did not arrive."""
    campaign = make.running(edition)
    size = campaign.deliveries.count()
    make.settled(campaign, *["sent"] * (size - failed), *["failed"] * failed)
    return campaign


def who_agree(campaign: Campaign) -> list[Delivery]:
    """The messages to those who may be measured, in their order."""
    rows = Delivery.objects.filter(campaign=campaign, subscriber__subscriptions__tracking=True)
    return list(rows.select_related("subscriber").order_by("position"))


def link(campaign: Campaign, position: int = 1) -> Link:
    return Link.objects.get(campaign=campaign, position=position)


def clicked(rows: Sequence[Delivery], on: Link, *, times: int = 1, by_machines: int = 0, at: datetime = LATER) -> None:
    """Each of these readers followed this link so often; the bare count goes up with them."""
    first = at if times else None
    Click.objects.bulk_create(
        Click(
            delivery=row,
            link=on,
            subscriber_id=row.subscriber_id,
            first_at=first,
            last_at=first,
            times=times,
            by_machines=by_machines,
        )
        for row in rows
    )
    counted(on, (times + by_machines) * len(rows), by_machines * len(rows), at=at)


def counted(on: Link, times: int, by_machines: int = 0, *, at: datetime = LATER) -> None:
    """The bare count of a day."""
    row, _ = LinkCount.objects.get_or_create(link=on, day=at.date(), shard=0)
    row.times += times
    row.by_machines += by_machines
    row.save()


def told(rows: Sequence[Delivery], kind: str) -> None:
    """So much was heard of these messages."""
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            key=f"{kind}{row.pk}".encode()[-16:],
            delivery=row,
            campaign_id=row.campaign_id,
            kind=kind,
            at=LATER,
            recorded_at=LATER,
            source="test",
        )
        for row in rows
    )


def left(row: Delivery, *, at: datetime = LATER) -> None:
    """The reader of this message took the way out."""
    campaign = Campaign.objects.select_related("edition__newsletter").get(pk=row.campaign_id)
    subscriptions.leave(campaign.edition.newsletter, bytes(row.address_key), now=at)


def asked(work: Callable[[], object]) -> int:
    """How many questions the database was asked meanwhile: Django's, and the statements of our own."""
    own = 0
    ask = Statement.ask

    def counting(statement: Statement, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        nonlocal own
        own += 1
        return ask(statement, params)

    with mock.patch.object(Statement, "ask", counting), CaptureQueriesContext(connection) as found:
        work()
    return own + len(found)
