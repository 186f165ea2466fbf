"""`manage.py check_ledger [CAMPAIGN …]`: does the ledger keep its promises?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import invariants
from campaigns.invariant_words import SENTENCES


class Command(BaseCommand):
    help = "Check the invariants I1 to I7 of every campaign, or of these; exit 1 and say which rows break which."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaigns", nargs="*", type=int, metavar="CAMPAIGN")

    def handle(self, *args: Any, campaigns: list[int], **options: Any) -> None:
        broken = invariants.check(campaigns or None, now=timezone.now())
        for fault in broken:
            self.stderr.write(f"{fault}\n    {SENTENCES[fault.invariant]}")
        if broken:
            raise CommandError(_("Le registre se contredit : voyez les lignes ci-dessus."), returncode=1)
        self.stdout.write(_("Le registre tient ses promesses."))
