from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audiences.story import READERS, load_readers
from audiences.story_words import sentence
from newsletter import places, story
from newsletter.core.rows import BadLine
from newsletter.models import Newsletter, Place, User
from newsletter.story import ASSOCIATION, MEMBERS, OFFERS, Loaded


class Command(BaseCommand):
    help = (
        "Read a folder of plain files (association.toml, members.csv, offers.csv, readers.csv, edition*.toml, "
        "pictures/): all of it or, if one line is wrong, nothing. Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--now", type=moment, help="the clock to count dates from (ISO), else this moment")

    def handle(self, *args: Any, folder: Path, now: datetime | None, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(_("« %(folder)s » n’est pas un dossier.") % {"folder": folder})
        try:
            with transaction.atomic():
                told = [_summary(what, loaded) for what, loaded in load(folder, now=now or timezone.now())]
        except BadLine as wrong:
            raise CommandError(sentence(wrong)) from wrong
        # said only now: a line about what was taken back would not be true
        self.stdout.write("\n".join(told))


def _summary(what: str, loaded: Loaded) -> str:
    line = _("%(file)s : %(new)d repris, %(known)d déjà là") % {
        "file": what,
        "new": loaded.new,
        "known": loaded.known,
    }
    if loaded.passed_over:
        line += _(", %(count)d laissés de côté (désabonnés depuis)") % {"count": loaded.passed_over}
    return line


def load(folder: Path, *, now: datetime) -> Iterator[tuple[str, Loaded]]:
    """Walk the files of the folder in their order, and yield what became of each."""
    present = {name for name in (ASSOCIATION, MEMBERS, OFFERS, READERS) if (folder / name).is_file()}
    if not present and not story.edition_files(folder):
        raise CommandError(_("Aucun des fichiers attendus n’est dans « %(folder)s ».") % {"folder": folder})
    if not Place.objects.exists():
        places.load()
    newsletter, chair = _speaker(folder, now)
    if MEMBERS in present:
        yield MEMBERS, story.load_members(folder, now=now)
    if OFFERS in present:
        yield OFFERS, story.load_offers(folder, now=now)
        story.walk_offers(folder, by=chair, now=now)
    if READERS in present:
        yield READERS, load_readers(folder / READERS, _needed(newsletter), now=now)
    if story.edition_files(folder):
        yield "edition*.toml", story.compose_editions(folder, _needed(newsletter), by=chair, now=now)


def _speaker(folder: Path, now: datetime) -> tuple[Newsletter | None, User | None]:
    """Return the newsletter of the folder and who decides for the board; without a file, the ones that stand."""
    if (folder / ASSOCIATION).is_file():
        founded = story.load_association(folder)
        return founded.newsletter, founded.board[0] if founded.board else None
    standing = list(Newsletter.objects.all()[:2])
    board = User.objects.filter(user_permissions__codename="board", is_active=True).order_by("pk")
    return (standing[0] if len(standing) == 1 else None), board.first()


def _needed(newsletter: Newsletter | None) -> Newsletter:
    if newsletter is None:
        raise CommandError(_("Il manque « association.toml », qui dit au nom de qui la lettre paraît."))
    return newsletter


def moment(text: str) -> datetime:
    """Read a moment, or a day at noon; where it names no zone, ours."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(_("« %(text)s » n’est pas une date : écrivez 2026-12-20.") % {"text": text}) from None
    if len(text) <= len("2026-12-20"):
        read = datetime.combine(date.fromisoformat(text), time(12))
    return timezone.make_aware(read) if timezone.is_naive(read) else read
