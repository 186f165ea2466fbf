"""`manage.py take_bounce [RECIPIENT]`: one mail on standard input, for a relay that pipes what comes back."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from campaigns import inbox
from campaigns.core.mime import MOST_BYTES

# sysexits.h: the relay keeps the mail and tries again.
TEMPFAIL = os.EX_TEMPFAIL


class Command(BaseCommand):
    help = "Take one mail that came back from standard input, from a relay that pipes it (docs/feedback.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipient", nargs="?", default="", help="to whom the envelope was addressed")

    def handle(self, *args: Any, recipient: str, **options: Any) -> None:
        try:
            outcome = inbox.take(sys.stdin.buffer.read(MOST_BYTES), to=recipient, now=timezone.now())
        except Exception as problem:
            # The database is away, or it is our own mistake: nothing is lost as long as the relay keeps it.
            self.stderr.write(f"kept for later: {type(problem).__name__}")
            sys.exit(TEMPFAIL)
        self.stdout.write(outcome.value)
