from django.db import models

from campaigns.core.rounds import Proof
from campaigns.models.delivery import Delivery
from newsletter.core.states import choices
from newsletter.models import User


class Evidence(models.Model):
    """What became known of a message in doubt: what it says, where it comes from, who brought it."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="evidence")
    proof = models.CharField(max_length=8, choices=choices(Proof))
    # No address stands here: a log's name, or the words of whoever knows.
    source = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
