from datetime import datetime

from django.db import models
from django.db.models import Q

from audiences.models import Segment
from campaigns.core.campaign import LIVE, CampaignState, PauseReason, Step
from newsletter.core.states import choices
from newsletter.models import Edition, User


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def due(self, now: datetime) -> "CampaignQuerySet":
        return self.filter(state=CampaignState.SCHEDULED, starts_at__lte=now)

    def live(self) -> "CampaignQuerySet":
        return self.filter(state__in=LIVE)


class Campaign(models.Model):
    """The sending of one edition to one audience."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="campaigns")
    state = models.CharField(
        max_length=12, choices=choices(CampaignState), default=CampaignState.DRAFT.value, db_index=True
    )
    round = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    launched_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    enqueued_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    audience_size = models.PositiveIntegerField(default=0)
    # How many readers the letter describes and the list left out, by reason (core.frequency); null: not counted yet.
    left_out = models.JSONField(null=True, blank=True)
    pause_reason = models.CharField(max_length=20, choices=choices(PauseReason), blank=True)
    pause_detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(state=CampaignState.DRAFT.value),
                name="campaign_draft_once_per_edition",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CampaignState.DRAFT.value, CampaignState.CANCELLED.value])
                | Q(starts_at__isnull=False),
                name="campaign_launched_has_its_hour",
            ),
        ]


class CampaignMove(models.Model):
    """One line of a campaign's history: what happened, when, by whom, and why."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="moves")
    step = models.CharField(max_length=12, choices=choices(Step))
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]


class Variant(models.Model):
    """The edition compiled for one segment and language; a reader gets the first that describes them."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField()
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="+")
    tree = models.JSONField()
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=150, blank=True)
    # The message template as bytes, named by its hash: what was approved is what leaves.
    template = models.BinaryField(blank=True, default=b"")
    template_digest = models.CharField(max_length=64, blank=True)
    html = models.TextField(blank=True)
    compiled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["campaign", "position"], name="variant_position_once")]
