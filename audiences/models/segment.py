from django.db import models

from newsletter.models import User


class Segment(models.Model):
    """A stored question about readers, as a typed tree (audiences.core.segment)."""

    name = models.CharField(max_length=80, unique=True)
    tree = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SegmentUse(models.Model):
    """A segment that asks for another one, which can therefore not be deleted."""

    by = models.ForeignKey(Segment, models.CASCADE, related_name="uses")
    of = models.ForeignKey(Segment, models.PROTECT, related_name="used")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "of"], name="segment_use_once"),
            models.CheckConstraint(condition=~models.Q(by=models.F("of")), name="segment_use_of_another"),
        ]
