"""Reports of a campaign's messages in a file, and what became of them: told once, or three times in any order."""

import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.core.feedback import Feedback

# Of a healthy list, as mailbox operators want it.
SHARES = {"delivered": 0.955, "clicked": 0.03, "deferred": 0.01, "bounced": 0.004, "complained": 0.001}
SEED = 7
# What reports may change, but for the moment of writing it down; a message is named by its reader.
ROWS = (
    "SELECT e.key, d.address_key, e.kind, e.at, e.fault, e.text, e.source, e.link, e.scanner"
    " FROM campaigns_deliveryevent e JOIN campaigns_delivery d ON d.id = e.delivery_id",
    "SELECT address_key, state, reason, reply_code, attempts FROM campaigns_delivery",
    "SELECT first, last, queued, sending, sent, failed, skipped, in_doubt FROM campaigns_chunk",
    "SELECT address_key, reason FROM audiences_suppression",
    "SELECT s.address_key, n.state, n.tracking FROM audiences_subscription n"
    " JOIN audiences_subscriber s ON s.id = n.subscriber_id",
)


def write(path: Path, deliveries: Sequence[int], *, times: int) -> None:
    """Write one report of each message, drawn by its share, so many times and shuffled."""
    drawn = random.Random(SEED)
    kinds = drawn.choices(list(SHARES), list(SHARES.values()), k=len(deliveries))
    at = datetime(2026, 12, 1, 9, tzinfo=UTC).isoformat()
    told = [
        json.dumps({"key": str(number), "delivery": delivery, "kind": kind, "at": at})
        for number, (delivery, kind) in enumerate(zip(deliveries, kinds, strict=True))
    ] * times
    drawn.shuffle(told)
    path.write_text("\n".join(told) + "\n")


def read(path: Path) -> "Iterator[Feedback]":
    """Yield the reports of a file."""
    from campaigns.core.fault import Fault
    from campaigns.core.feedback import Feedback, Heard

    with path.open() as file:
        for line in file:
            said = json.loads(line)
            kind = Heard(said["kind"])
            fault = Fault.UNKNOWN_USER if kind is Heard.BOUNCED else None
            yield Feedback(said["key"], "bench", said["delivery"], kind, datetime.fromisoformat(said["at"]), fault)


def tell(path: Path) -> tuple[float, int]:
    """Write down every report of a file; return the seconds that reading and writing took, and how many were news."""
    from django.utils import timezone

    from campaigns import feedback

    since = time.perf_counter()
    news = feedback.record_many(read(path), now=timezone.now())
    return time.perf_counter() - since, news


def standing() -> str:
    """Return a digest of all that reports may have changed."""
    from django.db import connection

    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for question in ROWS:
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ({question}) AS t")
            digest.update(str(cursor.fetchone()[0]).encode())
    return digest.hexdigest()
