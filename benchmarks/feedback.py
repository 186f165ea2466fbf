"""How many reports a second are written down and settled from a file: `make bench-feedback`.

A durable PostgreSQL of its own; each report once more as a repetition, as providers tell them.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.servers import laptop
from newsletter.servers.local import Servers

if TYPE_CHECKING:
    from campaigns.core.feedback import Feedback

# Of a healthy list, as mailbox operators want it.
SHARES = {"delivered": 0.955, "clicked": 0.03, "deferred": 0.01, "bounced": 0.004, "complained": 0.001}


def main() -> None:
    """Measure, and say what came out in one line of JSON."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--events", type=int, default=200_000)
    events: int = asked.parse_args().events
    room = laptop.var() / "bench-feedback"
    os.environ |= {"GARRIGUE_VAR": str(room), "DJANGO_SETTINGS_MODULE": "newsletter.settings"}
    with Servers(room) as servers:
        os.environ["DATABASE_URL"] = servers.database_url
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps(measure(events, room / "events.jsonl")))


def measure(events: int, path: Path) -> dict[str, float]:
    """Return the rates of news and of repetitions, the file read and parsed within them."""
    from django.utils import timezone

    from benchmarks import campaign
    from campaigns import feedback
    from campaigns.models import Campaign, Chunk, Delivery, DeliveryEvent

    campaign.forget()
    newsletter = campaign.readers(events)
    one = campaign.running(newsletter, campaign.template(2_000))
    Delivery.objects.update(state="sent", reply_code=250, armed_at=timezone.now())
    Chunk.objects.update(sent=_queued(), queued=0)
    Campaign.objects.filter(pk=one.pk).update(state="finished")
    write(path, list(Delivery.objects.order_by("?").values_list("pk", flat=True)))
    found: dict[str, float] = {"events": events}
    for name in ("news", "repeated"):
        since = time.perf_counter()
        told = feedback.record_many(read(path), now=timezone.now())
        seconds = time.perf_counter() - since
        found |= {f"{name}_s": round(seconds, 2), f"{name}_per_s": round(events / seconds), f"{name}_rows": told}
    assert DeliveryEvent.objects.count() == events
    campaign.forget()
    return found


def _queued() -> object:
    from django.db.models import F

    return F("queued")


def write(path: Path, deliveries: list[int]) -> None:
    """Write one report of each message, drawn by its share."""
    drawn = random.Random(7)
    kinds = drawn.choices(list(SHARES), list(SHARES.values()), k=len(deliveries))
    with path.open("w") as file:
        for number, (delivery, kind) in enumerate(zip(deliveries, kinds, strict=True)):
            file.write(json.dumps({"key": str(number), "delivery": delivery, "kind": kind}) + "\n")


def read(path: Path) -> "Iterator[Feedback]":
    """Yield the reports of a file."""
    from campaigns.core.fault import Fault
    from campaigns.core.feedback import Feedback, Heard

    at = datetime.now(UTC)
    with path.open() as file:
        for line in file:
            said = json.loads(line)
            kind = Heard(said["kind"])
            fault = Fault.UNKNOWN_USER if kind is Heard.BOUNCED else None
            yield Feedback(said["key"], "bench", said["delivery"], kind, at, fault)


if __name__ == "__main__":
    main()
