from django.db import models
from django.db.models import Q

from newsletter.models.association import Association
from newsletter.models.member import Member
from newsletter.models.offer import Offer, OfferRevision
from newsletter.models.user import User


class Newsletter(models.Model):
    """The publication that readers subscribe to."""

    association = models.ForeignKey(Association, models.PROTECT, related_name="newsletters")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    tagline = models.CharField(max_length=200, blank=True)
    sender_name = models.CharField(max_length=80)
    sender_email = models.EmailField()
    reply_to = models.EmailField(blank=True)

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One issue of the newsletter: open while the board composes, locked to be sent."""

    newsletter = models.ForeignKey(Newsletter, models.PROTECT, related_name="editions")
    title = models.CharField(max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    subject = models.CharField(max_length=150, blank=True)
    preheader = models.CharField(max_length=200, blank=True)
    editorial = models.TextField(blank=True, max_length=8000)
    language = models.CharField(max_length=5, default="fr")
    planned_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True, content_hash="")
                | (Q(locked_at__isnull=False) & ~Q(content_hash="")),
                name="edition_locked_with_its_hash",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class Placement(models.Model):
    """An offer's seat in an edition, bound to the revision that was approved."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="placements")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="placements")
    revision = models.ForeignKey(OfferRevision, models.PROTECT, related_name="placements")
    position = models.PositiveSmallIntegerField()
    # Since when its member is owed the news, and when they were told: once, though the edition be reopened.
    owed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(
                fields=["owed_at"], condition=Q(owed_at__isnull=False, told_at=None), name="placement_to_be_told"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "offer"], name="placement_of_an_offer_once"),
            models.UniqueConstraint(
                fields=["edition", "position"],
                name="placement_seat_taken_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]


class Opportunity(models.Model):
    """A member who had an eligible offer when the edition was locked, placed or not: what fairness divides by."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="opportunities")
    member = models.ForeignKey(Member, models.CASCADE, related_name="opportunities")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "edition"], name="opportunity_of_a_member_once")]
