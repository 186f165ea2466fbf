from django.db import models

from campaigns.core.parking import Problem
from newsletter.core.states import choices
from newsletter.models import User


class ParkedMail(models.Model):
    """A mail that came back and could not be used: kept for some weeks, so that a human can look.

    Its bytes name people, so they are sealed by a key from outside the database; a stolen dump reads nothing.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    problem = models.CharField(max_length=16, choices=choices(Problem))
    tries = models.PositiveSmallIntegerField(default=1)
    first_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField()
    # Somebody has looked at it and wants to see it no more.
    aside_at = models.DateTimeField(null=True, blank=True)
    aside_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
