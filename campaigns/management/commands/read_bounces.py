"""`manage.py read_bounces [--watch]`: read the mailbox that bounces and mailed unsubscriptions come to."""

import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaigns import letterbox
from campaigns.inbox import Outcome

PAUSE = 60.0


class Command(BaseCommand):
    help = "Read the mailbox of BOUNCE_INBOX_URL once, or stay with --watch and read what comes as it comes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="stay, and wait for what comes")

    def handle(self, *args: Any, watch: bool, **options: Any) -> None:
        if not letterbox.is_configured():
            raise CommandError(_("BOUNCE_INBOX_URL ne nomme aucune boîte à lire."))
        while True:
            try:
                with letterbox.opened() as box:
                    self._tell(letterbox.read(box))
                    while watch and letterbox.wait(box):
                        self._tell(letterbox.read(box))
            except letterbox.PROBLEMS as problem:
                if not watch:
                    raise CommandError(_("La boîte des retours ne répond pas.")) from problem
                self.stderr.write(f"the mailbox does not answer: {type(problem).__name__}")
            if not watch:
                return
            time.sleep(PAUSE)

    def _tell(self, found: Counter[Outcome]) -> None:
        if found:
            self.stdout.write(", ".join(f"{outcome.value} {count}" for outcome, count in sorted(found.items())))
