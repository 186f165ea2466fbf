from datetime import date

from django.db import models

from newsletter.core.interests import Category
from newsletter.core.listing import Kind, Source
from newsletter.core.states import choices
from newsletter.models.member import Member
from newsletter.models.place import Place
from newsletter.models.user import User


class ListingQuerySet(models.QuerySet["Listing"]):
    def current(self) -> "ListingQuerySet":
        return self.filter(stale_since=None)

    def not_over(self, day: date) -> "ListingQuerySet":
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day))


class Listing(models.Model):
    """An establishment, a place or an event as a tourism catalogue last told it; never deleted, only stale."""

    source = models.CharField(max_length=16, choices=choices(Source))
    identifier = models.CharField(max_length=200)
    feed = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=choices(Kind))
    category = models.CharField(max_length=16, choices=choices(Category), blank=True)
    name = models.CharField(max_length=200)
    commune = models.ForeignKey(Place, models.SET_NULL, null=True, blank=True, related_name="listings")
    # Of an event: its first and its last day.
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    # All that the feed says, as newsletter.core.listing writes it down.
    told = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    stale_since = models.DateTimeField(null=True, blank=True)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="listings")

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["source", "identifier"], name="listing_once_per_source")]
        indexes = [models.Index(fields=["feed", "source"], name="listing_by_feed")]

    def __str__(self) -> str:
        return self.name


class CatalogueImport(models.Model):
    """A catalogue's file, read and counted; it becomes listings when the board confirms it."""

    source = models.CharField(max_length=16, choices=choices(Source))
    feed = models.CharField(max_length=60)
    file_name = models.CharField(max_length=120)
    # The file holds only what has changed: what it does not name is not stale.
    partial = models.BooleanField(default=False)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # Identifiers that the file says are no more, and those it lists but could not tell.
    gone = models.JSONField(default=list)
    spared = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-pk"]


class StagedListing(models.Model):
    """One listing of a file that waits to be confirmed."""

    catalogue_import = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="staged")
    identifier = models.CharField(max_length=200)
    told = models.JSONField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["catalogue_import", "identifier"], name="staged_listing_once_per_import")
        ]
