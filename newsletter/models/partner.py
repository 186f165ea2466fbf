from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from newsletter.core.consultation import DestinationKind, Opinion, PartnerKind
from newsletter.core.states import choices
from newsletter.models.edition import Edition
from newsletter.models.operation import Operation
from newsletter.models.user import User


class Partner(models.Model):
    """Someone the association works with and who is no member: a tourist office, a town, a festival."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=choices(PartnerKind))
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=5, default="fr")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="partner_address_once")]

    def __str__(self) -> str:
        return self.name


class Consultation(models.Model):
    """A partner is asked about an operation, behind a link of their own; their opinion is the one that stands."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="consultations")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="consultations")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opinion = models.CharField(max_length=8, choices=choices(Opinion), blank=True)
    opinion_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["partner__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["operation", "partner"], name="consultation_of_a_partner_once")]


class Remark(models.Model):
    """One thing that a partner said, of one line as it then read or of the whole; the record remains."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="remarks")
    # The line that was meant, and its words then; both empty for the whole.
    line = models.CharField(max_length=16, blank=True)
    quoted = models.TextField(blank=True)
    opinion = models.CharField(max_length=8, choices=choices(Opinion))
    words = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]


class RemarkAnswer(models.Model):
    """What the board answered to a remark; the record remains."""

    remark = models.ForeignKey(Remark, models.PROTECT, related_name="answers")
    words = models.TextField(max_length=2000)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]


class Contribution(models.Model):
    """What a partner tells of the destination: an event, a market, a nativity scene. Never an offer of a member."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="contributions")
    kind = models.CharField(max_length=8, choices=choices(DestinationKind))
    title = models.CharField(max_length=100)
    text = models.TextField(max_length=400, blank=True)
    where = models.CharField(max_length=100, blank=True)
    link = models.URLField(max_length=400, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="contribution_days_run_forward"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="contribution_withdrawn_is_not_accepted",
            ),
        ]


class DestinationSeat(models.Model):
    """A partner's line stands in an edition, beside the members' offers and apart from them."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="destination")
    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="seats")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "contribution"], name="destination_seat_of_a_line_once")
        ]
