"""What one message says of its reader. Written for every delivery, so what all have in common is done once."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from audiences import links
from audiences.core.address import sendable
from campaigns import links as redirects
from campaigns import opens, returns
from campaigns.deliveries import Armed, may_retry
from campaigns.models import Campaign, Variant
from campaigns.variants import domain, measured_templates, template_of
from campaigns.wire.calls import Errand
from campaigns.wire.provider import Letter
from newsletter import signing
from newsletter.core.holes import CLICK, OPEN, UNMEASURE, one_line
from newsletter.core.message import MessageTemplate


class Ours(NamedTuple):
    """What the engine alone can write into one reader's message: it is signed."""

    ways: links.Ways
    token: str
    return_path: str
    # Of a reader who may be measured: their letter, and what its own holes are filled with.
    measured: MessageTemplate | None = None
    own: Mapping[str, str] = {}


class Filling:
    """One campaign's letter and what its holes are filled with, reader by reader."""

    def __init__(self, campaign: Campaign, variant: Variant) -> None:
        edition = campaign.edition
        self.template = template_of(variant)
        self._newsletter = edition.newsletter_id
        # Without its own template a reader who may be measured gets the one of all: then nothing is measured.
        self._measured = measured_templates(variant) if variant.pk else {}
        self._return_paths = returns.paths(edition.newsletter.sender_email, round=campaign.round)
        self._round, self._campaign, self._domain = campaign.round, campaign.pk, domain(edition.newsletter)
        self._ways = links.ways(edition.newsletter_id)
        self._web_version = f"{settings.SITE_URL}/editions/{edition.slug}/"

    def ours(self, rows: Sequence[Armed]) -> list[Ours]:
        """Return what is signed for each reader of a window: all together it costs a third of one by one."""
        ways = self._ways([row.address_key for row in rows])
        deliveries = [row.delivery for row in rows]
        made = list(map(Ours, ways, tokens(self._campaign, deliveries), self._return_paths(deliveries)))
        for at, row in enumerate(rows):
            letter = self._measured.get(opens.measure(row.standing)) if row.standing else None
            if letter is not None:
                made[at] = made[at]._replace(measured=letter)
        if measured := [at for at, one in enumerate(made) if one.measured]:
            for at, own in zip(measured, self._own([rows[at] for at in measured]), strict=True):
                made[at] = made[at]._replace(own=own)
        return made

    def _own(self, rows: Sequence[Armed]) -> list[dict[str, str]]:
        ways = redirects.own_ways([row.delivery for row in rows])
        out = links.unmeasure_urls(self._newsletter, [row.address_key for row in rows])
        return [{CLICK: way.click, OPEN: way.opened, UNMEASURE: url} for way, url in zip(ways, out, strict=True)]

    def message(self, row: Armed, ours: Ours) -> list[bytes]:
        """Return one reader's message in pieces; raise BadValue or BadAddress for what cannot be written."""
        template, values = self._written(row, ours)
        return template.pieces(values)

    def errand(self, row: Armed, ours: Ours) -> Errand:
        """Return one message for a provider, who fills it: its values, and the token by which events name it.

        Raises BadValue or BadAddress for what cannot be written.
        """
        template, values = self._written(row, ours)
        template.pieces(values)  # what cannot be written is found here, and not by the provider
        letter = Letter(
            row.delivery,
            sendable(row.address),
            self._event_token(row, ours),
            values,
            attempt=row.attempts,
            may_retry=may_retry(row.attempts),
        )
        return Errand(letter, template)

    def _event_token(self, row: Armed, ours: Ours) -> str:
        """Return what a provider's events bring back: beyond the first round they say which one they are about."""
        if self._round == 1:
            return ours.token
        return signing.seal(signing.Purpose.MESSAGE, f"{self._campaign}/{row.delivery}/{self._round}")

    def _written(self, row: Armed, ours: Ours) -> tuple[MessageTemplate, dict[str, str]]:
        """Return the letter that this reader gets, and what its holes are filled with."""
        values = self.values(row, ours)
        if ours.measured is None:
            return self.template, values
        values.update(ours.own)
        return ours.measured, values

    def values(self, row: Armed, ours: Ours) -> dict[str, str]:
        """Return what the holes of one message are filled with."""
        return {
            "to_address": sendable(row.address),
            "to_name": "",
            "first_name": one_line(row.first_name),
            "date": _date(int(time.time())),
            "message_id": f"<{ours.token}@{self._domain}>",
            "unsubscribe_url": ours.ways.out,
            "leaver": ours.ways.out.rpartition("/")[2],
            "preferences_url": ours.ways.preferences,
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
    return tokens(campaign, [delivery])[0]


def tokens(campaign: int, deliveries: Sequence[int]) -> list[str]:
    """Return the tokens of some deliveries, in their order."""
    names = [b"%d/%d" % (campaign, delivery) for delivery in deliveries]
    return signing.sealer(signing.Purpose.MESSAGE).seal_all(signing.encode_all(names))
