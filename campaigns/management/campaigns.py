"""What the commands share: a campaign by its number, or a sentence."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from campaigns.models import Campaign


def campaign_named(number: int) -> Campaign:
    """Return the campaign; CommandError where there is none."""
    found = Campaign.objects.select_related("edition__newsletter").filter(pk=number).first()
    if found is None:
        raise CommandError(_("Il n’y a pas d’envoi n° %(number)s.") % {"number": number})
    return found
