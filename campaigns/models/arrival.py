from django.db import models
from django.db.models import Q

from campaigns.core.testing import State
from campaigns.models.campaign import Campaign
from newsletter.core.states import choices
from newsletter.models import User


class TestMail(models.Model):
    """A test mail, what left of it, and what was found where it arrived; forgotten after a week.

    What left names an address, so it is sealed; the findings hold none.
    """

    __test__ = False  # it is no test of ours, whatever its name

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="test_mails")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_index=True)
    # Sent to the mailbox that Garrigue reads, rather than to somebody's own.
    to_us = models.BooleanField(default=False)
    sealed = models.BinaryField(blank=True, default=b"")
    state = models.CharField(max_length=12, choices=choices(State), default=State.ASKED.value)
    # The machine's words where it was not taken.
    detail = models.CharField(max_length=200, blank=True)
    compared = models.PositiveSmallIntegerField(default=0)
    compared_at = models.DateTimeField(null=True, blank=True)
    pasted = models.BooleanField(default=False)
    findings = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.ARRIVED.value, compared_at__isnull=False)
                | ~Q(state=State.ARRIVED.value) & Q(compared_at__isnull=True),
                name="test_mail_arrived_was_compared",
            )
        ]
