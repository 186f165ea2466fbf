from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from newsletter.core.operation import NoticeKind
from newsletter.core.states import choices
from newsletter.models.operation import Call
from newsletter.models.partner import Consultation

# Whoever took a letter and has not said that it left is dead by then.
LEASE = timedelta(minutes=10)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def to_be_mailed(self, now: datetime) -> "NoticeQuerySet":
        """What nobody has mailed and nobody is mailing."""
        free = Q(taken_at__isnull=True) | Q(taken_at__lt=now - LEASE)
        return self.filter(free, settled_at=None, owed_at__lte=now)


class Notice(models.Model):
    """A letter owed to a member who was called, or to a partner who is consulted: the row is the queue."""

    kind = models.CharField(max_length=12, choices=choices(NoticeKind))
    call = models.ForeignKey(Call, models.CASCADE, null=True, blank=True, related_name="notices")
    consultation = models.ForeignKey(Consultation, models.CASCADE, null=True, blank=True, related_name="notices")
    # What it is about happened then: the same is told once.
    about = models.DateTimeField()
    owed_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    # It left, or there was nobody to write to any more.
    settled_at = models.DateTimeField(null=True, blank=True)
    letters = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owed_at"], condition=Q(settled_at=None), name="notice_to_be_mailed")]
        constraints = [
            models.CheckConstraint(
                condition=Q(call__isnull=True, consultation__isnull=False)
                | Q(call__isnull=False, consultation__isnull=True),
                name="notice_to_one_person",
            ),
            models.UniqueConstraint(fields=["kind", "call", "about"], name="notice_to_a_member_once"),
            models.UniqueConstraint(fields=["kind", "consultation", "about"], name="notice_to_a_partner_once"),
        ]
