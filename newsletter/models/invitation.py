from django.db import models

from newsletter.models.member import Member
from newsletter.models.offer import Offer
from newsletter.models.user import User


class Invitation(models.Model):
    """A link to one member's draft: it opens that offer and nothing else, until it ends or is revoked."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="invitations")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class SignInCode(models.Model):
    """Six digits beside the sign-in link, for another device; only their hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_codes")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
