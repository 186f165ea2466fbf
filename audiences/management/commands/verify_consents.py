"""`manage.py verify_consents`: is the ledger of consent what it was when it was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audiences import seals
from audiences.words import SEAL_FAULTS


class Command(BaseCommand):
    help = "Verify the chain over the ledger of consent: exit 1 and name the first broken line, or lines left unsealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", default="", help="a seal that was printed before: it must still be in the chain at its place"
        )
        parser.add_argument("--at", type=int, default=0, help="how many lines the chain had when that seal was printed")

    def handle(self, *args: Any, head: str, at: int, **options: Any) -> None:
        verdict = seals.verify(remember=at)
        if verdict.fault is not None:
            said = str(SEAL_FAULTS[verdict.fault]) % {"line": verdict.broken}
            raise CommandError(said, returncode=1)
        if head and verdict.remembered.hex() != head.lower():
            raise CommandError(
                _("La chaîne ne contient plus ce sceau à cette place : elle a été refaite."), returncode=1
            )
        if verdict.unsealed:
            said = ngettext(
                "%(count)s ligne attend son sceau depuis plus d’une minute, à partir de la ligne %(line)s.",
                "%(count)s lignes attendent leur sceau depuis plus d’une minute, à partir de la ligne %(line)s.",
                verdict.unsealed,
            )
            raise CommandError(said % {"count": verdict.unsealed, "line": verdict.first_unsealed}, returncode=1)
        said = ngettext(
            "Le registre des consentements tient : %(count)s ligne, dernier sceau %(head)s.",
            "Le registre des consentements tient : %(count)s lignes, dernier sceau %(head)s.",
            verdict.sealed,
        )
        self.stdout.write(said % {"count": verdict.sealed, "head": verdict.head.hex()})
