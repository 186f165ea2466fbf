from django.db import models
from django.db.models import Q

from campaigns.core.fault import Fault
from campaigns.core.feedback import Heard
from campaigns.models.campaign import Campaign
from campaigns.models.delivery import Delivery
from newsletter.core.states import choices


class DeliveryEvent(models.Model):
    """One thing that the world said of one message, told once. No address stands here, and nobody's opens.

    The database refuses to change it, and forgets it only where its reader is erased.
    """

    # What makes two tellings one: a hash, for providers write addresses into their ids.
    key = models.BinaryField(max_length=16, unique=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="events")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=16, choices=choices(Heard))
    at = models.DateTimeField()  # by the world's clock
    recorded_at = models.DateTimeField()
    # Why it did not arrive, in the words that refusals on the wire are put into.
    fault = models.CharField(max_length=16, choices=choices(Fault), blank=True)
    text = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=16)
    # Which of the campaign's links was clicked, and what gave a machine away that clicked it.
    link = models.PositiveSmallIntegerField(null=True, blank=True)
    scanner = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["campaign", "kind"], name="event_by_campaign")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Heard]), name="event_is_no_open"),
            models.CheckConstraint(
                condition=Q(kind=Heard.CLICKED.value) | Q(link__isnull=True, scanner=""), name="event_link_is_clicked"
            ),
            models.CheckConstraint(
                condition=Q(fault="") | Q(kind__in=[Heard.BOUNCED.value, Heard.REJECTED.value, Heard.DEFERRED.value]),
                name="event_fault_did_not_arrive",
            ),
        ]
