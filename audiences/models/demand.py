from django.db import models

from newsletter.models import Newsletter


class Demand(models.Model):
    """What somebody typed into the form, until a worker reads it, a moment later: the door looks nobody up."""

    newsletter = models.ForeignKey(Newsletter, models.CASCADE, related_name="+")
    address_key = models.BinaryField(max_length=32)
    said = models.JSONField()
    asked_at = models.DateTimeField(db_index=True)


class Knock(models.Model):
    """How often the form was sent in one hour, by one network or by all; the network is a hash of that hour."""

    hour = models.DateTimeField()
    network = models.BinaryField(max_length=16)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "network"], name="knock_of_a_network_once_an_hour")]
