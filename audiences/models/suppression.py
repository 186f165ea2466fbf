from django.db import models

from audiences.core.consent import StopReason
from newsletter.core.states import choices


class Suppression(models.Model):
    """An address never to be written to, as a keyed hash; outlives its subscriber (DUTIES L4)."""

    address_key = models.BinaryField(max_length=32, unique=True)
    reason = models.CharField(max_length=16, choices=choices(StopReason))
    source = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
