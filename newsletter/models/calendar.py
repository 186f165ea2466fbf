from django.db import models
from django.db.models import F, Q

from newsletter.core.calendar import feasts
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Returns
from newsletter.core.states import choices
from newsletter.models.user import User


class CalendarFeed(models.Model):
    """Someone else's calendar, read again and again from its address."""

    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500, unique=True)
    subscribed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    subscribed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # Since it last could be read.
    failures = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=40, blank=True)
    left_out = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["due_at"], name="calendar_feed_by_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, failure="") | (Q(failures__gt=0) & ~Q(failure="")),
                name="calendar_feed_fails_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Feast(models.Model):
    """A feast of the place: the board's own, one that a calendar brought, or its word on one that we ship."""

    # of the shipped feast that this row stands for; empty: a feast of the board's own
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    returns = models.CharField(max_length=10, choices=choices(Returns), default=Returns.ONCE.value)
    usual = models.BooleanField(default=False)
    proposes = models.BooleanField(default=False)
    within_km = models.PositiveSmallIntegerField(default=0)
    hidden = models.BooleanField(default=False)
    feed = models.ForeignKey(CalendarFeed, models.CASCADE, null=True, blank=True, related_name="feasts")
    uid = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["first_day", "title", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="feast_runs_forward"),
            models.CheckConstraint(
                condition=Q(first_day__gte="2000-01-01", last_day__lte="2100-12-31"), name="feast_within_its_century"
            ),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="feast_stands_for_a_shipped_one_once"),
            models.UniqueConstraint(
                fields=["feed", "uid", "first_day"],
                condition=~Q(uid=""),
                name="feast_is_brought_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def span(self) -> Span:
        return Span(self.first_day, self.last_day)

    def as_rule(self) -> feasts.Feast:
        """Return it as the rules of the year know it."""
        return feasts.Feast(
            title=self.title,
            span=self.span,
            returns=Returns(self.returns),
            place=self.place,
            note=self.note,
            key=self.key,
            usual=self.usual,
            proposes=self.proposes,
            within_km=self.within_km,
        )


class CalendarAddress(models.Model):
    """How often a person of the board has changed the address of their own calendar; without a row: never."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_address")
    turned = models.PositiveIntegerField(default=0)
