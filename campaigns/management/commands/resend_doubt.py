"""`manage.py resend_doubt CAMPAIGN --yes N`: send again what nobody knows the fate of."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import rounds
from campaigns.management.campaigns import campaign_named
from newsletter.core.states import IllegalMove


class Command(BaseCommand):
    help = "Queue the N messages in doubt of a finished campaign once more; whoever has got theirs gets a second one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=int)
        parser.add_argument("--yes", type=int, required=True, metavar="N", help="how many are in doubt")
        parser.add_argument("--delivery", type=int, action="append", help="only this one; may be given several times")

    def handle(self, *args: Any, campaign: int, yes: int, delivery: list[int] | None, **options: Any) -> None:
        try:
            count = rounds.resend_in_doubt(campaign_named(campaign), delivery, by=None, typed=yes, now=timezone.now())
        except IllegalMove as wrong:
            raise CommandError(_("Cet envoi n’est pas terminé (%(state)s).") % {"state": wrong.state.value}) from None
        except rounds.NothingToResend:
            raise CommandError(_("Plus aucun message n’est incertain.")) from None
        except rounds.OtherNumber as other:
            raise CommandError(_("Ce n’est pas leur nombre : ils sont %(n)s.") % {"n": other.actual}) from None
        self.stdout.write(f"queued {count}")
