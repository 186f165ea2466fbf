from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from newsletter import catalogue, catalogue_words
from newsletter.core.feed import BadFeed


class Command(BaseCommand):
    help = "Bring a DATAtourisme feed or an Apidae export in, or up to date; the same file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument("--feed", default="", help="a name of its own for each of several feeds of one source")
        parser.add_argument("--partial", action="store_true", help="the file holds changes only: the rest is not stale")

    def handle(self, *args: Any, **options: Any) -> None:
        path, feed, partial = options["file"], options["feed"], options["partial"]
        try:
            with path.open("rb") as file:
                if options["dry_run"]:
                    counts = catalogue.dry_run(file, feed=feed, partial=partial)
                else:
                    counts = catalogue.take_in(
                        file, name=path.name, by=None, now=timezone.now(), feed=feed, partial=partial
                    )
        except BadFeed as wrong:
            raise CommandError(catalogue_words.trouble(wrong)) from wrong
        except OSError as wrong:
            raise CommandError(f"{path.name}: {wrong.strerror}") from wrong
        self.stdout.write(
            f"new {counts.new}, updated {counts.updated}, unchanged {counts.unchanged}, "
            f"stale {counts.stale}, refused {counts.refused}"
        )
        for reason in catalogue_words.reasons(counts.reasons):
            more = f" (+{reason.more})" if reason.more else ""
            self.stdout.write(f"  {reason.words}: {', '.join(reason.names)}{more}")
        if options["dry_run"]:
            self.stdout.write("nothing was written")
