"""A letter as it leaves for one reader, taken apart again; and hits on what it leads to."""

import email
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from campaigns import chunks, deliveries, filling
from campaigns.core.delivery import Turn
from campaigns.core.receipt import Phase, Receipt
from campaigns.models import Campaign, Delivery
from tests.make import NOON

SENT_AT = NOON + timedelta(minutes=1)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"


@dataclass(frozen=True)
class Letter:
    """What one reader was sent."""

    delivery: Delivery
    raw: bytes

    @property
    def parsed(self) -> Any:
        return email.message_from_bytes(self.raw, policy=policy.default)

    def part(self, kind: str) -> str:
        return str(self.parsed.get_body((kind,)).get_content())

    @property
    def hrefs(self) -> list[str]:
        return [unescape(found) for found in re.findall(r'href="([^"]*)"', self.part("html"))]

    @property
    def sources(self) -> list[str]:
        return [unescape(found) for found in re.findall(r'src="([^"]*)"', self.part("html"))]

    def paths(self, start: str) -> list[str]:
        """The addresses on our own site that begin so, without the site."""
        found = [urlsplit(url).path for url in self.hrefs + self.sources]
        return list(dict.fromkeys(path for path in found if path.startswith(start)))

    @property
    def pixel(self) -> str:
        return (self.paths("/o/") or [""])[0]

    @property
    def unmeasure(self) -> str:
        return (self.paths("/mesure/") or [""])[0]

    def click(self, position: int) -> str:
        [found] = [path for path in self.paths("/c/") if path.endswith(f"/{position}")]
        return found


def letters(campaign: Campaign, *, at: datetime = SENT_AT) -> list[Letter]:
    """Send everything that waits, as the wire would, and return what was written, reader by reader."""
    sent = []
    while chunk := chunks.claim(worker=7, now=at):
        armed = deliveries.arm(chunk, worker=7, limit=500, now=at)
        hand = filling.Filling(chunk.campaign, chunk.variant)
        for row, ours in zip(armed, hand.ours(armed), strict=True):
            sent.append((row.delivery, b"".join(hand.message(row, ours))))
        receipts = [Receipt(row.delivery, Turn.ACCEPT, Phase.REPLIED, 250, "ok") for row in armed]
        deliveries.record(chunk, receipts, worker=7, now=at)
        chunks.release(chunk)
    return [Letter(Delivery.objects.get(pk=pk), raw) for pk, raw in sorted(sent)]
