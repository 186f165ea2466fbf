"""The life of an offer: every move by one verb, recorded with who and when."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from newsletter.core import legal
from newsletter.core.completeness import Missing, OfferFacts, missing
from newsletter.core.legal import Remark
from newsletter.core.review import (
    EDITABLE,
    MOVES,
    UNDO_FOR,
    OfferState,
    Review,
)
from newsletter.core.season import this_season
from newsletter.core.states import advance, sources
from newsletter.models import Edition, Member, Offer, OfferMove, OfferRevision, OfferSight, User
from newsletter.moving import CONTENT, freeze, lock, move

# A picture is carried by its own name, and its rights by their own time: only what is typed is counted.
TYPED = frozenset(CONTENT) - {"image", "image_width", "image_height", "image_rights_at"}
# What another season does not inherit: a price's last 30 days, how much there is, and leave to use a picture.
OF_ITS_DAY = ("price_was", "price_lowest", "stock", "image_rights_at")
# Where most pictures have what counts, in percent from the left and from above.
MIDDLE = (50, 40)


class OfferWords(TypedDict, total=False):
    """What a member may say about an offer; `image` is a name that `pictures.take` returned.

    `image_rights` says that the picture may be used, or that nobody says so any more.
    """

    title: str
    text: str
    price_kind: str
    price: Decimal | None
    price_unit: str
    valid_from: date | None
    valid_until: date | None
    image: str
    image_alt: str
    image_rights: bool
    focus_x: int
    focus_y: int
    link: str
    interests: list[str]
    price_was: Decimal | None
    price_lowest: Decimal | None
    publics: list[str]
    title_en: str
    text_en: str
    stock: int | None
    booking_phone: str
    access: list[str]


class NotEditable(Exception):
    """The board holds this offer, or its life is over: take it back first."""


class Incomplete(Exception):
    """The board cannot read it yet; `lacking` says what is missing."""

    def __init__(self, lacking: list[Missing]) -> None:
        super().__init__(", ".join(lacking))
        self.lacking = lacking


class Suspended(Exception):
    """The member is suspended: its people read what is theirs, and propose nothing."""


class CommentRequired(Exception):
    """Nobody is sent back to their desk without a word."""


class Diverged(Exception):
    """Another page has written to this draft since; `offer` is what stands there now."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(offer.pk)
        self.offer = offer


class OtherPicture(Exception):
    """Another picture has come meanwhile; `offer` is what stands there now."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(offer.pk)
        self.offer = offer


class Overtaken(Exception):
    """The member has taken the offer back and sent another text since the board read it."""


@transaction.atomic
def draft(
    member: Member,
    *,
    by: User | None,
    now: datetime,
    begun_as: UUID | None = None,
    writer: str = "",
    entered_by: User | None = None,
    **words: Unpack[OfferWords],
) -> Offer:
    """Begin an offer; as little of it may be said as the member likes. `entered_by` writes it down for the member.

    A page that begins it under the name it drew, `begun_as`, and asks twice, finds the one that it began.
    """
    if begun_as is None:
        offer = Offer(member=member, created_at=now, writer=writer, entered_by=entered_by)
        _write(offer, words, now=now)
        offer.save()
        return offer
    # locked, so that two askings at once begin one offer
    Member.objects.select_for_update().get(pk=member.pk)
    begun = Offer.objects.filter(member=member, begun_as=begun_as).first()
    if begun is not None:
        return edit(begun, by=by, now=now, seen=1, writer=writer, **words)
    offer = Offer(member=member, created_at=now, writer=writer, begun_as=begun_as)
    _write(offer, words, now=now)
    offer.save()
    return offer


@transaction.atomic
def edit(
    offer: Offer,
    *,
    by: User | None,
    now: datetime,
    seen: int | None = None,
    writer: str = "",
    **words: Unpack[OfferWords],
) -> Offer:
    """Return the draft with what it says now; raise NotEditable while it is not on the member's desk.

    `seen` is the version that was before the writer's eyes: raise Diverged if another page has written since. Who
    repeats what stands there, or whose own answer was lost, overwrites nobody.
    """
    row = lock(offer)
    if row.state not in EDITABLE:
        raise NotEditable
    before = _typed(row)
    _write(row, words, now=now)
    if _typed(row) != before:
        if seen is not None and seen != row.version and not (writer and writer == row.writer):
            raise Diverged(lock(offer))
        row.version, row.writer = row.version + 1, writer
    row.save()
    return row


@transaction.atomic
def picture(offer: Offer, name: str, *, by: User | None, now: datetime, instead_of: str) -> Offer:
    """Hang this picture where the writer saw `instead_of`; raise OtherPicture if another one hangs there now.

    Asked again, it does nothing.
    """
    row = lock(offer)
    if row.state not in EDITABLE:
        raise NotEditable
    if (row.image.name or "") == name:
        return row
    if (row.image.name or "") != instead_of:
        raise OtherPicture(row)
    _write(row, {"image": name, "image_rights": False, "focus_x": MIDDLE[0], "focus_y": MIDDLE[1]}, now=now)
    row.save()
    return row


@transaction.atomic
def copy(offer: Offer, *, by: User | None, now: datetime, into: Offer | None = None) -> Offer:
    """Return a new draft that says what this offer said, its dates moved to this season; its picture is kept.

    Whoever was invited to a draft has it said there, `into`, as long as nothing was typed; raise NotEditable else.
    """
    words = {name: getattr(offer, name) for name in CONTENT if name not in OF_ITS_DAY} | {"image": offer.image.name}
    words["valid_from"], words["valid_until"] = this_season(
        offer.valid_from, offer.valid_until, today=timezone.localdate(now)
    )
    if into is None:
        return Offer.objects.create(member=offer.member, created_at=now, **words)
    row = lock(into)
    if row.state not in EDITABLE or row.member_id != offer.member_id or row.title or row.text or row.image:
        raise NotEditable
    for name, value in words.items():
        setattr(row, name, value)
    # whatever page stood open on the empty draft is shown this before it writes
    row.version, row.writer = row.version + 1, ""
    row.save()
    return row


def past(member: Member, *, other_than: Offer | None = None) -> list[Offer]:
    """Return what this member may say again: whatever was shown to the board once, or is over; the last first."""
    shown = ~Q(state=OfferState.DRAFT) | Q(moves__isnull=False)
    rows = member.offers.filter(shown).exclude(title="")
    if other_than is not None:
        rows = rows.exclude(pk=other_than.pk)
    return list(rows.distinct().order_by(F("valid_until").desc(nulls_last=True), "-pk")[:24])


@transaction.atomic
def submit(offer: Offer, *, by: User | None, now: datetime, tell: bool = False) -> None:
    """Hand the offer to the board; raise Incomplete with what it lacks, Suspended where its member is.

    With `tell`, here as in the board's answers, a mail to the member is owed from now on.
    """
    row = lock(offer)
    if not row.member.is_active:
        raise Suspended
    advance(MOVES, OfferState(row.state), Review.SUBMIT)
    lacking = lacks(row, today=timezone.localdate(now))
    if lacking:
        raise Incomplete(lacking)
    row.submitted_at = now
    move(offer, row, Review.SUBMIT, by=by, now=now, tell=tell)


@transaction.atomic
def request_changes(
    offer: Offer, *, by: User, comment: str, now: datetime, field: str = "", tell: bool = False
) -> None:
    """Send the offer back to its member with a word on what to change, and in which field of the form."""
    move(offer, lock(offer), Review.RETURN, by=by, now=now, comment=_said(comment), field=field, tell=tell)


@transaction.atomic
def approve(
    offer: Offer, *, by: User, now: datetime, read_as_of: datetime | None = None, tell: bool = False
) -> OfferRevision:
    """Accept the offer and freeze its words as a revision.

    `read_as_of` is the `submitted_at` that the board had before its eyes; raise Overtaken if it has changed.
    """
    row = lock(offer)
    if read_as_of is not None and row.submitted_at != read_as_of:
        raise Overtaken
    move(offer, row, Review.APPROVE, by=by, now=now, tell=tell)
    return freeze(row, by=by, now=now)


@transaction.atomic
def decline(offer: Offer, *, by: User, comment: str, now: datetime, tell: bool = False) -> None:
    """Refuse the offer, with a word to its member on why."""
    move(offer, lock(offer), Review.DECLINE, by=by, now=now, comment=_said(comment), tell=tell)


def seen(offer: Offer, *, by: User, now: datetime) -> None:
    """Note that this person of the board has opened the offer; what counts is the last time."""
    OfferSight.objects.update_or_create(offer=offer, by=by, defaults={"at": now})


@transaction.atomic
def withdraw(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Take the offer out of everything that has not left yet."""
    move(offer, lock(offer), Review.WITHDRAW, by=by, now=now)


@transaction.atomic
def resume(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Take the offer back to the member's desk as a draft; approved revisions stay."""
    move(offer, lock(offer), Review.RESUME, by=by, now=now)


@transaction.atomic
def expire_over(*, now: datetime) -> int:
    """End every offer whose last day has passed, and return how many."""
    # an offer that somebody holds right now is met again an hour later
    over = Offer.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=sources(MOVES, Review.EXPIRE), valid_until__lt=timezone.localdate(now)
    )
    ended = list(over)
    for offer in ended:
        move(offer, offer, Review.EXPIRE, by=None, now=now)
    return len(ended)


def untold(*, now: datetime) -> list[int]:
    """Return what the member is to be told, now that nobody can undo it any more."""
    late = OfferMove.objects.filter(is_news=True, at__range=(now - timedelta(days=3), now - UNDO_FOR))
    return list(late.values_list("pk", flat=True)[:200])


def take_news(move_id: int, *, now: datetime) -> OfferMove | None:
    """Return the answer that the caller now has to tell; None if it can still be undone, or somebody else has it."""
    mine = OfferMove.objects.filter(pk=move_id, is_news=True, at__lte=now - UNDO_FOR).update(is_news=False)
    return OfferMove.objects.select_related("offer__member").get(pk=move_id) if mine else None


def put_news_back(told: OfferMove) -> None:
    """Say that nobody could be told after all; it is tried again a little later."""
    OfferMove.objects.filter(pk=told.pk).update(is_news=True)


def lacks(offer: Offer, *, today: date) -> list[Missing]:
    """Return what the board would miss in this offer today."""
    facts = OfferFacts(
        title=offer.title,
        text=offer.text,
        price_kind=offer.price_kind,
        price=offer.price,
        price_unit=offer.price_unit,
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
        link=offer.link,
        phone=offer.booking_phone or offer.member.phone,
        interests=tuple(offer.interests),
        has_image=bool(offer.image),
        image_alt=offer.image_alt,
        image_rights=offer.image_rights_at is not None,
        price_was=offer.price_was,
        price_lowest=offer.price_lowest,
    )
    return missing(facts, today=today)


def remarks(offer: Offer, *, today: date) -> list[Remark]:
    """Return what the law has to be said of this offer, measured by the next letter that is being written."""
    return legal.remarks(offer.claims(offer.member.category), next_sending=next_sending(today=today))


def next_sending(*, today: date) -> date | None:
    """Return the day on which the next letter that is being written is planned to leave."""
    days = Edition.objects.filter(locked_at=None, planned_on__gte=today).aggregate(next=Min("planned_on"))
    return cast(date | None, days["next"])


def _typed(row: Offer) -> dict[str, object]:
    return {name: getattr(row, name) for name in TYPED}


def _write(row: Offer, words: OfferWords, *, now: datetime) -> None:
    """Let the row say this; a picture's rights are those of that picture, from the first time they were confirmed."""
    said = dict(words)
    rights = said.pop("image_rights", None)
    if "image" in said and said["image"] != (row.image.name or ""):
        row.image_rights_at = None
    for name, value in said.items():
        setattr(row, name, value)
    if rights is not None:
        row.image_rights_at = (row.image_rights_at or now) if rights and row.image else None


def _said(comment: str) -> str:
    if not comment.strip():
        raise CommentRequired
    return comment.strip()
