"""A file of members: read and checked against what stands, then taken in by the same verbs as the form."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from newsletter import invitations, members, places
from newsletter.core import roster
from newsletter.core.roster import Row, plain
from newsletter.core.rows import BadLine
from newsletter.core.story import StoryFault
from newsletter.models import Invitation, Member, Place, User

BYTES = 300_000


@dataclass(frozen=True)
class Newcomer:
    """A line that will be a member, and its commune."""

    row: Row
    commune: Place


@dataclass(frozen=True)
class Roster:
    """A file as it would be taken in: who is new, who stands there already, and which lines are wrong."""

    new: tuple[Newcomer, ...]
    known: tuple[str, ...]
    wrong: tuple[BadLine, ...]

    @property
    def to_invite(self) -> int:
        """Return how many of the new have an address to be written to."""
        return sum(bool(one.row.email) for one in self.new)


def look(text: str, file: str) -> Roster:
    """Return what the file would bring, and write nothing."""
    standing = {plain(name) for name in Member.objects.values_list("name", flat=True)}
    new: list[Newcomer] = []
    known: list[str] = []
    wrong: list[BadLine] = []
    communes: dict[str, list[Place]] = {}
    for row in roster.read(text, file):
        if isinstance(row, BadLine):
            wrong.append(row)
            continue
        if plain(row.name) in standing:
            known.append(row.name)
            continue
        found = communes.setdefault(row.commune, places.named(row.commune))
        if len(found) == 1:
            new.append(Newcomer(row, found[0]))
        else:
            fault = StoryFault.MANY_COMMUNES if found else StoryFault.UNKNOWN_COMMUNE
            wrong.append(row.line.wrong(fault, "commune", row.commune))
    return Roster(tuple(new), tuple(known), tuple(wrong))


@transaction.atomic
def take_in(found: Roster, *, invite: bool, by: User | None, now: datetime) -> list[Invitation]:
    """Admit who is new, let their people in, and return the links that are to be mailed; what is wrong stays out.

    Raise members.NameTaken, and nothing is kept, where somebody else has admitted one of them meanwhile.
    """
    owed = []
    for one in found.new:
        row = one.row
        member = members.admit(
            name=row.name,
            category=row.category,
            commune=one.commune,
            joined_on=timezone.localdate(now),
            email=row.email,
            phone=row.phone,
            website=row.website,
        )
        if row.email:
            members.let_in(member, email=row.email, name=row.contact)
        if row.year:
            members.note_paid(member, year=row.year, paid_on=timezone.localdate(now), by=by, now=now)
        if invite and row.email:
            owed.append(invitations.invite_member(member, by=by, now=now))
    return owed
