"""The enqueue of a whole audience, by one statement a variant, against `bulk_create` of the same rows."""

import time
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from audiences import segments
from benchmarks import campaign
from campaigns import enqueuing
from campaigns.models import Campaign, Delivery

BATCH = 5_000


def measure(readers: int) -> dict[str, float]:
    """Return the seconds of both, each one transaction into an empty table, the audience read anew by both."""
    campaign.forget()
    newsletter = campaign.readers(readers)
    one = campaign.scheduled(newsletter, campaign.template(), state="enqueuing")
    _checkpoint()
    start = time.perf_counter()
    count = enqueuing.enqueue(one, now=timezone.now())
    ours = time.perf_counter() - start
    assert count == readers
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE campaigns_delivery CASCADE")
    _checkpoint()
    start = time.perf_counter()
    _bulk_create(one)
    theirs = time.perf_counter() - start
    assert Delivery.objects.count() == readers
    campaign.forget()
    return {"readers": readers, "ours_s": ours, "bulk_create_s": theirs, "batch": BATCH}


@transaction.atomic
def _bulk_create(one: Campaign) -> None:
    variant = one.variants.get()
    audience = segments.audience(one.edition.newsletter, segments.EVERYBODY, now=timezone.now())
    rows = enumerate(audience.order_by("pk").values_list("pk", "address_key").iterator(BATCH), start=1)
    while batch := [
        Delivery(campaign=one, variant=variant, subscriber_id=pk, address_key=key, position=position)
        for position, (pk, key) in islice(rows, BATCH)
    ]:
        Delivery.objects.bulk_create(batch)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
