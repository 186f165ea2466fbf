"""The story told by the verbs of the screens: loaded, reviewed, composed, sent, left, sent again.

Each chapter may be told again: what is there already stays as it is.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from audiences import segments
from audiences.core import segment as trees
from audiences.models import Segment
from audiences.story import READERS, load_readers
from campaigns import schedule, targets
from campaigns.core.campaign import TAKE_BACK_SECONDS, CampaignState
from campaigns.models import Campaign
from newsletter import editions, operation_story, places, story
from newsletter.core.interests import Interest
from newsletter.models import Edition, Member, Newsletter, Operation, Place, User

STORY = settings.BASE_DIR / "data" / "demo"
STANDARD = 2000
MAKER = "make_readers.py"


def first_member() -> Member:
    """Return the host of the story: the first member for whom somebody signs in, else the first."""
    with_people = Member.objects.filter(people__isnull=False).select_related("commune").order_by("pk").first()
    return with_people or Member.objects.select_related("commune").order_by("pk")[0]


@dataclass
class Telling:
    """One telling of the story of a folder, at one moment."""

    folder: Path
    readers: int
    now: datetime
    newsletter: Newsletter | None = None
    chair: User | None = None

    def prepare(self) -> Iterator[str]:
        """Make the tables and the communes; yield what is being done, before it is done."""
        yield "La base de données"
        call_command("migrate", verbosity=0, interactive=False)
        yield "Les communes de France"
        if not Place.objects.exists():
            places.load()

    def load(self) -> Iterator[str]:
        """Bring the folder's files in; yield what is being done, before it is done."""
        yield "L’association et ses membres"
        founded = story.load_association(self.folder)
        self.newsletter = founded.newsletter
        self.chair = founded.board[0] if founded.board else None
        story.load_members(self.folder, now=self.now)
        yield "Les offres de l’hiver, en brouillon"
        story.load_offers(self.folder, now=self.now)
        yield "Les lecteurs et leurs consentements"
        load_readers(self._readers(), founded.newsletter, now=self.now)
        for name, tree in self.segments():
            if not Segment.objects.filter(name=name).exists():
                segments.keep(name=name, tree=tree, by=self.chair)

    def review(self, *, decide: bool) -> None:
        """Every member submits; the board decides on each as its line says, if it decides yet."""
        story.walk_offers(self.folder, by=self.chair, now=self.now, decide=decide)

    def compose(self) -> list[Edition]:
        """Compose and lock the editions of the folder, in their order."""
        assert self.newsletter is not None
        story.compose_editions(self.folder, self.newsletter, by=self.chair, now=self.now)
        composed = []
        for title in story.edition_titles(self.folder, self.now):
            edition = self.newsletter.editions.get(title=title)
            composed.append(edition if edition.is_locked else editions.lock(edition, by=self.chair, now=self.now))
        return composed

    def call(self) -> Operation:
        """Tell the operation of the folder: partners consulted, its call open, some members having answered."""
        assert self.newsletter is not None
        operation = operation_story.tell(self.folder, self.newsletter, by=self.chair, now=self.now)
        if not targets.chosen_for(operation):
            names = [name for name, tree in self.segments() if tree != trees.EVERYBODY]
            targets.aim(operation, Segment.objects.filter(name__in=names))
        return operation

    def has_operation(self) -> bool:
        """Return whether the folder tells of an operation."""
        return (self.folder / operation_story.OPERATION).is_file()

    def lacks(self) -> list[str]:
        """Return which files of a whole story the folder does not have."""
        needed = (story.ASSOCIATION, story.MEMBERS, story.OFFERS, READERS)
        editions_there = bool(story.edition_files(self.folder))
        return [name for name in needed if not (self.folder / name).is_file()] + ["edition.toml"] * (not editions_there)

    def send(self, edition: Edition, *, to: list[Segment] | None = None) -> Campaign:
        """Launch the edition with its minute of grace already over; an earlier launch stands.

        The clock and the workers do the rest.
        """
        earlier = edition.campaigns.exclude(state__in=(CampaignState.DRAFT, CampaignState.CANCELLED)).first()
        if earlier:
            return earlier
        names = [name for name, _ in self.segments()]
        chosen = to if to is not None else list(Segment.objects.filter(name__in=names))
        chosen.sort(key=lambda segment: names.index(segment.name))
        campaign = schedule.plan(edition, chosen, starts_at=None, by=self.chair)
        a_minute_ago = timezone.now() - timedelta(seconds=TAKE_BACK_SECONDS)
        return schedule.launch(campaign, by=self.chair, now=a_minute_ago, confirm_late=True)

    def segments(self) -> list[tuple[str, trees.Segment]]:
        """Return whom the editions go to: by distance and by interest, and everyone else last.

        A reader gets the first that describes them. The middle is where the first member of the folder is at home.
        """
        middle = first_member().commune
        return [
            (f"À moins de 60 km de {middle.name}", trees.Near(middle.insee, 60)),
            (
                "Amateurs de table, de vin et d’huile d’olive",
                trees.Any(tuple(trees.Likes(interest) for interest in (Interest.TABLE, Interest.WINE, Interest.OLIVE))),
            ),
            ("Tous les lecteurs", trees.EVERYBODY),
        ]

    def _readers(self) -> Path:
        """Return the folder's readers; of the demo's own story, as many as were asked for."""
        maker = STORY / MAKER
        if self.readers == STANDARD or self.folder != STORY:
            return self.folder / READERS
        made = settings.VAR_DIR / f"readers-{self.readers}.csv"
        subprocess.run([sys.executable, str(maker), "--count", str(self.readers), "--out", str(made)], check=True)
        return made
