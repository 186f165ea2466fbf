from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import places


class Command(BaseCommand):
    help = "Bring the communes of France in, or up to date; running it again is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=places.FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = places.load(options["file"])
        except (OSError, ValueError) as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"{count} communes")
