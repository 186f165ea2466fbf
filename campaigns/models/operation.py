from django.db import models

from audiences.models import Segment
from newsletter.models import Operation


class OperationTarget(models.Model):
    """A group of readers that an operation is for."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="targets")
    segment = models.ForeignKey(Segment, models.PROTECT, related_name="operations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "segment"], name="operation_target_of_a_segment_once")
        ]
