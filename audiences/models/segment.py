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
