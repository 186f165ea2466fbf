"""`manage.py resend_failed CAMPAIGN`: a new round for what failed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import rounds
from campaigns.management.campaigns import campaign_named
from newsletter.core.states import IllegalMove


class Command(BaseCommand):
    help = "Queue the failed messages of a finished campaign once more, as a new round, where another day may help."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=int)
        parser.add_argument("--all", action="store_true", dest="every", help="dead addresses too (not advised)")

    def handle(self, *args: Any, campaign: int, every: bool, **options: Any) -> None:
        try:
            count = rounds.resend_failed(campaign_named(campaign), by=None, now=timezone.now(), every=every)
        except IllegalMove as wrong:
            raise CommandError(_("Cet envoi n’est pas terminé (%(state)s).") % {"state": wrong.state.value}) from None
        except rounds.NothingToResend:
            raise CommandError(_("Aucun de ces messages ne mérite un nouvel essai.")) from None
        self.stdout.write(f"queued {count}")
