from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower

from audiences.core.consent import CustomerKind, SubscriptionState
from audiences.core.segment import Came
from newsletter.core.states import choices
from newsletter.models import Newsletter


class Subscriber(models.Model):
    """A reader. What a segment may ask is never null, so that NOT means the same in SQL and in Python."""

    address = models.CharField(max_length=320)
    address_key = models.BinaryField(max_length=32, unique=True)
    first_name = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, default="fr")
    commune = models.CharField(max_length=5, blank=True)
    department = models.CharField(max_length=3, blank=True)
    interests = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    kind = models.CharField(max_length=8, choices=choices(CustomerKind), default=CustomerKind.DIRECT.value)
    subscribed_on = models.DateField()
    # The door they came in by. Whoever writes rows without it brings in people who filled in the form.
    came_by = models.CharField(max_length=5, choices=choices(Came), default=Came.FORM.value, db_default=Came.FORM.value)
    paused_until = models.DateField(null=True, blank=True)
    # The day of their last own click, which is a contact (DUTIES L5); of who agreed to be measured.
    clicked_on = models.DateField(null=True, blank=True)
    # The day of their last other act: they confirmed, chose, paused, stayed (audiences.retention).
    acted_on = models.DateField(null=True, blank=True)
    # When they were asked whether they want to stay.
    asked_again_at = models.DateTimeField(null=True, blank=True)
    # When they asked for the link to their data, and the demand whose mail has left.
    data_asked_at = models.DateTimeField(null=True, blank=True)
    data_mailed_for = models.DateTimeField(null=True, blank=True)
    # The day of their last open, overwritten each time, and no contact (L8); where the association keeps it.
    opened_on = models.DateField(null=True, blank=True)
    # Whoever delivers by themselves asks who takes its mail; kept by the database, so that it cannot be stale.
    mail_domain = models.GeneratedField(
        expression=Lower(Func(F("address"), Value("@"), Value(2), function="split_part")),
        output_field=models.CharField(max_length=255),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(fields=["mail_domain"], name="subscriber_by_mail_domain"),
            models.Index(fields=["commune"], name="subscriber_by_commune"),
            models.Index(fields=["department"], name="subscriber_by_department"),
            models.Index(fields=["subscribed_on"], name="subscriber_by_day"),
            models.Index(
                fields=["data_asked_at"], condition=Q(data_asked_at__isnull=False), name="subscriber_asked_for_data"
            ),
            GinIndex(fields=["interests"], name="subscriber_by_interest"),
        ]

    def is_paused(self, day: date) -> bool:
        return self.paused_until is not None and self.paused_until > day


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> "SubscriptionQuerySet":
        return self.filter(state=SubscriptionState.CONFIRMED)

    def to_be_mailed(self) -> "SubscriptionQuerySet":
        """Whoever asked and was not written to about it yet."""
        unanswered = self.filter(asked_at__isnull=False).exclude(mailed_for=F("asked_at"))
        return unanswered.exclude(state=SubscriptionState.ENDED)


class Subscription(models.Model):
    """A reader's standing with one newsletter: what the consent ledger says, kept ready for queries."""

    newsletter = models.ForeignKey(Newsletter, models.CASCADE, related_name="subscriptions")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    state = models.CharField(max_length=12, choices=choices(SubscriptionState))
    # Measured apart from receiving (DUTIES L7): silence is refusal.
    tracking = models.BooleanField(default=False)
    # How often: every edition, unless one of these. An operation's editions are the big ones.
    monthly = models.BooleanField(default=False)
    operations_only = models.BooleanField(default=False, db_default=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    # The asked_at whose mail has left: the rows are the queue, a lost hint loses no mail.
    mailed_for = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "newsletter"], name="subscription_once_per_newsletter"),
            models.CheckConstraint(
                condition=~Q(state=SubscriptionState.CONFIRMED.value) | Q(confirmed_at__isnull=False),
                name="subscription_confirmed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(monthly=False) | Q(operations_only=False), name="subscription_has_one_frequency"
            ),
        ]
        indexes = [
            models.Index(
                fields=["newsletter", "subscriber"],
                condition=Q(state=SubscriptionState.CONFIRMED.value),
                name="subscription_confirmed",
            ),
            models.Index(fields=["newsletter", "subscriber"], condition=Q(monthly=True), name="subscription_monthly"),
            models.Index(
                fields=["newsletter", "subscriber"],
                condition=Q(operations_only=True),
                name="subscription_operations_only",
            ),
            models.Index(fields=["asked_at"], condition=Q(asked_at__isnull=False), name="subscription_asked_at"),
        ]
