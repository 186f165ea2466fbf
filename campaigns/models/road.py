from django.db import models

from campaigns.core.campaign import PauseReason
from newsletter.core.states import choices


class RoadStanding(models.Model):
    """How one relay or provider stands: shut until when and why, and what it was given lately."""

    road = models.CharField(max_length=120, unique=True)
    # Nothing is sent this way before; with a reason it failed, without one it only asked for a rest.
    shut_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=choices(PauseReason), blank=True)
    detail = models.CharField(max_length=300, blank=True)
    strikes = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    given = models.FloatField(default=0)
    given_at = models.DateTimeField(null=True, blank=True)
    stint = models.PositiveIntegerField(default=1)
