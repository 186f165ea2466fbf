from django.db import models


class Pace(models.Model):
    """At most so many messages through a relay; zero means no limit."""

    relay = models.CharField(max_length=120, unique=True)
    preset = models.CharField(max_length=24, blank=True)
    per_hour = models.PositiveIntegerField(default=0)
    per_day = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)


class Spent(models.Model):
    """Messages let go through a relay in one minute: rolling limits survive every restart."""

    relay = models.CharField(max_length=120)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relay", "minute"], name="spent_minute_once")]


class Warmup(models.Model):
    """A sending domain that nobody knew before its first day."""

    domain = models.CharField(max_length=255, primary_key=True)
    first_day = models.DateField()
