from django.db import models

from campaigns.models.campaign import Campaign


class Pulse(models.Model):
    """When something that must not stop was last seen alive; `mark` is what it looked like then."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    mark = models.CharField(max_length=120, blank=True)


class Progress(models.Model):
    """How many messages of a campaign had an end in one minute: its speed is measured, not guessed."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="progress", db_index=False)
    minute = models.DateTimeField()
    done = models.PositiveIntegerField()

    class Meta:
        ordering = ["minute"]
        constraints = [models.UniqueConstraint(fields=["campaign", "minute"], name="progress_minute_once")]
