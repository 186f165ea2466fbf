from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from newsletter.models import Member, Offer


class Exposure(models.Model):
    """What one sending brought a member for one seat: what the seat weighs, and how many letters really left."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="exposures")
    member = models.ForeignKey(Member, models.CASCADE, related_name="exposures", db_index=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="exposures")
    position = models.PositiveSmallIntegerField()
    # Twelfths of a full-size slot, so that sums are exact.
    weight = models.PositiveSmallIntegerField()
    sent = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "offer"], name="exposure_of_an_offer_once"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=12), name="exposure_weighs_up_to_full_size"),
        ]
        indexes = [models.Index(fields=["member", "campaign"], name="exposure_of_a_member")]
