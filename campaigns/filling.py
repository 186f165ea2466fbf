"""What one message says of its reader. Written for every delivery, so what all have in common is done once."""

import time
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from audiences import links
from audiences.core.address import sendable
from campaigns import returns
from campaigns.deliveries import Armed, may_retry
from campaigns.models import Campaign, Variant
from campaigns.variants import domain, template_of
from campaigns.wire.calls import Errand
from campaigns.wire.provider import Letter
from newsletter import signing
from newsletter.core.holes import one_line


class Filling:
    """One campaign's letter and what its holes are filled with, reader by reader."""

    def __init__(self, campaign: Campaign, variant: Variant) -> None:
        edition = campaign.edition
        self.template = template_of(variant)
        self.return_path = returns.paths(edition.newsletter.sender_email)
        self._campaign, self._domain = campaign.pk, domain(edition.newsletter)
        self._ways = links.ways(edition.newsletter_id)
        self._web_version = f"{settings.SITE_URL}/editions/{edition.slug}/"

    def message(self, row: Armed) -> bytes:
        """Return one reader's message; raise BadValue or BadAddress for what cannot be written."""
        return self.template.fill(self.values(row))

    def errand(self, row: Armed) -> Errand:
        """Return one message for a provider, who fills it: its values, and the token by which events name it.

        Raises BadValue or BadAddress for what cannot be written.
        """
        values = self.values(row)
        self.template.fill(values)  # what cannot be written is found here, and not by the provider
        letter = Letter(
            row.delivery,
            sendable(row.address),
            token(self._campaign, row.delivery),
            values,
            attempt=row.attempts,
            may_retry=may_retry(row.attempts),
        )
        return Errand(letter, self.template)

    def values(self, row: Armed) -> dict[str, str]:
        """Return what the holes of one message are filled with."""
        unsubscribe, preferences = self._ways(row.address_key)
        return {
            "to_address": sendable(row.address),
            "to_name": "",
            "first_name": one_line(row.first_name),
            "date": _date(int(time.time())),
            "message_id": message_id(self._campaign, row.delivery, self._domain),
            "unsubscribe_url": unsubscribe,
            "leaver": unsubscribe.rpartition("/")[2],
            "preferences_url": preferences,
            "web_version_url": self._web_version,
        }


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """Return a Date header, written once a second."""
    return format_datetime(datetime.fromtimestamp(second, timezone.get_default_timezone()))


def message_id(campaign: int, delivery: int, domain: str) -> str:
    """Return a delivery's Message-ID, the same for ever: a relay's log and a late bounce name it by that."""
    return f"<{token(campaign, delivery)}@{domain}>"


def token(campaign: int, delivery: int) -> str:
    """Return what names a delivery in headers and in a provider's events."""
    return signing.sealer(signing.Purpose.MESSAGE).seal(signing.encode(b"%d/%d" % (campaign, delivery)))
