from django.db import models
from django.db.models import Q

from newsletter.models import Association, User


class Cadence(models.Model):
    """How many letters a reader gets at most in seven days, over all of an association's. Without a row: any number."""

    association = models.OneToOneField(Association, models.CASCADE, primary_key=True, related_name="cadence")
    weekly_most = models.PositiveSmallIntegerField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekly_most__isnull=True) | Q(weekly_most__gte=1, weekly_most__lte=50),
                name="cadence_lets_one_through",
            )
        ]
