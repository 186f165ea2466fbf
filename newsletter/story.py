"""A folder of plain files becomes rows, by the same verbs as the screens.

Each step stands alone and is one transaction: a bad line (BadLine) leaves nothing of its file behind. What is
already there stays as it is, so the same folder again changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from newsletter import associations, editions, members, offers, pictures, places, roles
from newsletter.core import rows, story
from newsletter.core.review import OfferState, Review
from newsletter.core.rows import Line
from newsletter.core.story import OfferRow, Reference, StoryFault
from newsletter.models import Edition, Member, Newsletter, Offer, Place, User

ASSOCIATION, MEMBERS, OFFERS, PICTURES = "association.toml", "members.csv", "offers.csv", "pictures"


@dataclass(frozen=True)
class Loaded:
    """How many of a file's lines were news, how many stood there before, how many people had left meanwhile."""

    new: int = 0
    known: int = 0
    passed_over: int = 0


@dataclass(frozen=True)
class Founded:
    """Who speaks, and their board: whoever is named first in the file presides."""

    newsletter: Newsletter
    board: tuple[User, ...]


class Gazetteer:
    """Communes by what people write, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[str, list[Place]] = {}

    def find(self, written: str, line: Line) -> Place:
        """Return the commune; refuse the line that names none, or one of several."""
        if written not in self._known:
            self._known[written] = places.named(written)
        found = self._known[written]
        if len(found) != 1:
            fault = StoryFault.MANY_COMMUNES if found else StoryFault.UNKNOWN_COMMUNE
            raise line.wrong(fault, "commune", written)
        return found[0]


def read(file: Path) -> str:
    """Return the text of a file of the story."""
    return rows.decode(file.read_bytes(), file.name)


@transaction.atomic
def load_association(folder: Path) -> Founded:
    """Establish the association with its newsletter, and seat its board."""
    told = story.association(read(folder / ASSOCIATION), ASSOCIATION)
    association = associations.establish(
        name=told.name, postal_address=told.postal_address, contact_email=told.contact_email, website=told.website
    )
    newsletter = associations.found_newsletter(
        association,
        slug=told.slug,
        name=told.newsletter,
        tagline=told.tagline,
        sender_name=told.sender_name,
        sender_email=told.sender_email,
        reply_to=told.reply_to,
    )
    board = tuple(members.seat_on_board(email=seat.email, name=seat.name) for seat in told.board)
    if board:
        roles.found(board[0], now=timezone.now())
    return Founded(newsletter, board)


@transaction.atomic
def load_members(folder: Path, *, now: datetime) -> Loaded:
    """Admit the members of the file and let their people in."""
    known = set(Member.objects.values_list("name", flat=True))
    gazetteer = Gazetteer()
    new = met = 0
    for row in story.members(read(folder / MEMBERS), MEMBERS, today=timezone.localdate(now)):
        commune = gazetteer.find(row.commune, row.line)
        if row.name in known:
            met += 1
            continue
        member = members.admit(
            name=row.name,
            category=row.category,
            commune=commune,
            joined_on=row.joined_on,
            email=row.email,
            phone=row.phone,
            website=row.website,
        )
        if row.person_email:
            members.let_in(member, email=row.person_email, name=row.person)
        new += 1
    return Loaded(new, met)


@transaction.atomic
def load_offers(folder: Path, *, now: datetime) -> Loaded:
    """Begin the offers of the file as drafts, each by the person who signs in for its member."""
    new = met = 0
    for row in _offer_rows(folder, now):
        member = Member.objects.filter(name=row.member).first()
        if member is None:
            raise row.line.wrong(StoryFault.UNKNOWN_MEMBER, "member")
        if member.offers.filter(title=row.title).exists():
            met += 1
            continue
        offers.draft(
            member,
            by=_person(member),
            now=now,
            title=row.title,
            text=row.text,
            price_kind=row.price_kind.value,
            price=row.price,
            price_unit=row.price_unit.value if row.price_unit else "",
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            image=_picture(folder, row),
            image_alt=row.picture_alt,
            image_rights=bool(row.picture),
            link=row.link,
            interests=[interest.value for interest in row.interests],
            publics=[public.value for public in row.publics],
            access=[access.value for access in row.access],
            booking_phone=row.booking_phone,
            stock=row.stock,
            price_was=row.price_was,
            price_lowest=row.price_lowest,
            title_en=row.title_en,
            text_en=row.text_en,
            focus_x=row.focus[0],
            focus_y=row.focus[1],
        )
        new += 1
    return Loaded(new, met)


@transaction.atomic
def walk_offers(folder: Path, *, by: User | None, now: datetime, decide: bool = True) -> Loaded:
    """Walk each offer to the state that its line names: its member submits, `by` of the board decides.

    Without `decide` they only submit, and the board is left to read; told later, it decides on what still waits.
    Whatever people did meanwhile stands.
    """
    new = met = 0
    for row in _offer_rows(folder, now):
        if row.state is OfferState.DRAFT:
            continue
        offer = _offer(row.member, row.title)
        if offer is None:
            raise row.line.wrong(StoryFault.UNKNOWN_OFFER, "title")
        if _walk(row, offer, by=by, now=now, decide=decide):
            new += 1
        else:
            met += 1
    return Loaded(new, met)


def _walk(row: OfferRow, offer: Offer, *, by: User | None, now: datetime, decide: bool) -> bool:
    """Take the steps of the line that are still to be taken, and return whether there were any."""
    taken = [Review(move) for move in offer.moves.values_list("move", flat=True)]
    if not taken:
        _submit(row, offer, now=now)
    if row.state is not OfferState.SUBMITTED and decide and taken in ([], [Review.SUBMIT]):
        _judge(row, offer, by=by, now=now)
        return True
    return not taken


def _submit(row: OfferRow, offer: Offer, *, now: datetime) -> None:
    try:
        offers.submit(offer, by=_person(offer.member), now=now)
    except offers.Incomplete as wrong:
        raise row.line.wrong(StoryFault.INCOMPLETE, value="|".join(wrong.lacking)) from wrong


def _judge(row: OfferRow, offer: Offer, *, by: User | None, now: datetime) -> None:
    if by is None:
        raise row.line.wrong(StoryFault.NO_BOARD, "state")
    verdicts: dict[OfferState, Callable[[], object]] = {
        OfferState.APPROVED: lambda: offers.approve(offer, by=by, now=now),
        OfferState.CHANGES_REQUESTED: lambda: offers.request_changes(offer, by=by, comment=row.comment, now=now),
        OfferState.DECLINED: lambda: offers.decline(offer, by=by, comment=row.comment, now=now),
    }
    verdicts[row.state]()


def edition_files(folder: Path) -> list[Path]:
    """Return the files of the editions in their order: `edition.toml` comes before `edition-….toml`."""
    return sorted(folder.glob("edition*.toml"), key=lambda file: file.stem)


def edition_titles(folder: Path, now: datetime) -> list[str]:
    """Return the titles of the folder's editions in their order."""
    today = timezone.localdate(now)
    return [story.edition(read(file), file.name, today=today).title for file in edition_files(folder)]


@transaction.atomic
def compose_editions(folder: Path, newsletter: Newsletter, *, by: User | None, now: datetime) -> Loaded:
    """Compose each edition that is not there yet."""
    new = met = 0
    for file in edition_files(folder):
        if compose(file, newsletter, by=by, now=now) is None:
            met += 1
        else:
            new += 1
    return Loaded(new, met)


@transaction.atomic
def compose(file: Path, newsletter: Newsletter, *, by: User | None, now: datetime) -> Edition | None:
    """Open the edition of this file, write it and place its offers; None if one of its title is there."""
    told = story.edition(read(file), file.name, today=timezone.localdate(now))
    if newsletter.editions.filter(title=told.title).exists():
        return None
    edition = editions.open_edition(
        newsletter, title=told.title, planned_on=told.planned_on, by=by, language=told.language, now=now
    )
    editions.write(
        edition,
        subject=told.subject,
        preheader=told.preheader,
        editorial=told.editorial,
        title=told.title,
        planned_on=told.planned_on,
    )
    for reference in told.offers:
        _place(edition, reference)
    return edition


def _place(edition: Edition, reference: Reference) -> None:
    offer = _offer(reference.member, reference.title)
    if offer is None:
        raise reference.line.wrong(StoryFault.UNKNOWN_OFFER, "title", f"{reference.member} – {reference.title}")
    try:
        editions.place(edition, offer)
    except editions.NotNow as wrong:
        raise reference.line.wrong(StoryFault.NOT_PLACED, wrong.code, reference.title) from wrong


def _offer_rows(folder: Path, now: datetime) -> list[OfferRow]:
    return list(story.offers(read(folder / OFFERS), OFFERS, today=timezone.localdate(now)))


def _offer(member: str, title: str) -> Offer | None:
    return Offer.objects.filter(member__name=member, title=title).select_related("member").order_by("pk").first()


def _person(member: Member) -> User | None:
    first = member.people.select_related("user").order_by("pk").first()
    return first.user if first else None


def _picture(folder: Path, row: OfferRow) -> str:
    """Take in the picture that the line names, as an upload would be."""
    if not row.picture:
        return ""
    try:
        with (folder / PICTURES / row.picture).open("rb") as upload:
            return pictures.take(upload)
    except OSError:
        raise row.line.wrong(StoryFault.NO_PICTURE, "picture") from None
    except pictures.Refused as wrong:
        raise row.line.wrong(StoryFault.BAD_PICTURE, row.picture, wrong.why.value) from wrong
