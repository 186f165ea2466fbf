"""`manage.py resolve_doubt CAMPAIGN --log FILE`: what the relay's log proves of messages in doubt."""

import argparse
from collections import Counter
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaigns import rounds
from campaigns.core.bounce import classify
from campaigns.core.delivery import DeliveryState
from campaigns.core.maillog import Told, read
from campaigns.core.receipt import Phase
from campaigns.core.rounds import Proof
from campaigns.management.campaigns import campaign_named
from campaigns.models import Delivery
from newsletter.core.states import IllegalMove


class Command(BaseCommand):
    help = (
        "Read a Postfix log and settle the messages in doubt that it names by their Message-ID: what Postfix took "
        "was sent, what it bounced was refused. What the log does not name stays in doubt."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=int)
        parser.add_argument("--log", type=argparse.FileType(errors="replace"), required=True, metavar="FILE")

    def handle(self, *args: Any, campaign: int, log: TextIO, **options: Any) -> None:
        doubtful = Delivery.objects.filter(campaign=campaign_named(campaign), state=DeliveryState.IN_DOUBT)
        rows = {row.pk: row for row in doubtful}
        count: Counter[str] = Counter()
        with log:
            told = read(log)
        for message_id, said in told.items():
            named = rounds.delivery_of(message_id)
            if named is None or named[0] != campaign or named[1] not in rows:
                continue
            row = rows[named[1]]
            try:
                rounds.prove(row, said.proof, by=None, source=_source(said), reason=_reason(said), now=timezone.now())
            except IllegalMove:
                continue  # settled by someone else meanwhile
            count[said.proof] += 1
            self.stdout.write(f"delivery {row.pk}: {said.status} -> {said.proof.value}")
        still = doubtful.all().count()
        self.stdout.write(
            f"proved sent {count[Proof.SENT]}, proved refused {count[Proof.REFUSED]}, still in doubt {still}"
        )


def _source(said: Told) -> str:
    return f"postfix log: {said.status} {said.dsn}".strip()


def _reason(said: Told) -> str:
    """Return why it was refused, by the code of the server that refused it."""
    if said.proof is not Proof.REFUSED:
        return ""
    return classify(said.code or 550, said.dsn, phase=Phase.RCPT).value if said.dsn or said.code else "unknown"
