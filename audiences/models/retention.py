from django.db import models


class RetentionNight(models.Model):
    """What one night's look at how long readers are kept did: how many, and nobody's name."""

    night = models.DateField(unique=True)
    asked = models.PositiveIntegerField(default=0)
    forgotten = models.PositiveIntegerField(default=0)
    unconfirmed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-night"]
