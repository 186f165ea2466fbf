from django.db import models
from django.db.models import F, Q

from audiences.models import Subscriber
from campaigns.core.delivery import DeliveryState
from campaigns.models.campaign import Campaign, Variant
from newsletter.core.states import choices


class Delivery(models.Model):
    """One message to one reader. No address or name stands here: they are joined when it is armed.

    No index mentions a column that sending changes, so every update stays within its page.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="deliveries", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="deliveries", db_index=False)
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="deliveries", db_index=False)
    address_key = models.BinaryField(max_length=32)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=choices(DeliveryState), default=DeliveryState.QUEUED.value)
    round = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=24, blank=True)
    reply_code = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_text = models.CharField(max_length=200, blank=True)
    # The worker session that armed it, and until when it may begin to leave, by the database's clock.
    worker = models.PositiveBigIntegerField(null=True, blank=True)
    send_before = models.DateTimeField(null=True, blank=True)
    armed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "address_key"], name="delivery_once_per_address"),
            models.UniqueConstraint(fields=["campaign", "position"], name="delivery_position_once"),
        ]
        # What a reader received, for their page, their erasure and the segments that ask.
        indexes = [models.Index(fields=["subscriber", "campaign"], name="delivery_of_a_reader")]


class Chunk(models.Model):
    """A run of positions that a worker leases whole; its counts are the campaign's progress."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="chunks")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    # Whose mail exchangers take these, and which; nothing behind a relay, whose matter that is.
    operator = models.CharField(max_length=255, blank=True)
    hosts = models.TextField(blank=True, db_default="")
    # The domain that nobody could tell us the exchangers of yet.
    domain = models.CharField(max_length=255, blank=True, db_default="")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    not_before = models.DateTimeField()
    held = models.BooleanField(default=False)
    worker = models.PositiveBigIntegerField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_epoch = models.PositiveIntegerField(default=0)
    queued = models.PositiveIntegerField(default=0)
    # Those of the queued that wait for their retry.
    deferred = models.PositiveIntegerField(default=0)
    sending = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    in_doubt = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "first"], name="chunk_first_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="chunk_runs_forward"),
            models.CheckConstraint(
                condition=Q(
                    last=F("first")
                    + F("queued")
                    + F("sending")
                    + F("sent")
                    + F("failed")
                    + F("skipped")
                    + F("expired")
                    + F("cancelled")
                    + F("in_doubt")
                    - 1
                ),
                name="chunk_counts_every_row",
            ),
        ]


class DeliveryRetry(models.Model):
    """A deferred message and when it is due again; deleted when it is armed."""

    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="retry")
    not_before = models.DateTimeField(db_index=True)
    operator = models.CharField(max_length=40, blank=True)
