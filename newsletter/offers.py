"""The life of an offer: every move by one verb, recorded with who and when."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from newsletter.core.completeness import Missing, OfferFacts, missing
from newsletter.core.review import EDITABLE, MOVES, OfferState, Review
from newsletter.core.states import advance, sources
from newsletter.models import Member, Offer, OfferMove, OfferRevision, User
from newsletter.models.offer import OfferContent

CONTENT = tuple(field.name for field in OfferContent._meta.fields)


class OfferWords(TypedDict, total=False):
    """What a member may say about an offer; `image` is a name that `pictures.take` returned."""

    title: str
    text: str
    price_kind: str
    price: Decimal | None
    price_unit: str
    valid_from: date | None
    valid_until: date | None
    image: str
    image_alt: str
    link: str
    interests: list[str]


class NotEditable(Exception):
    """The board holds this offer, or its life is over: take it back first."""


class Incomplete(Exception):
    """The board cannot read it yet; `lacking` says what is missing."""

    def __init__(self, lacking: list[Missing]) -> None:
        super().__init__(", ".join(lacking))
        self.lacking = lacking


class CommentRequired(Exception):
    """Nobody is sent back to their desk without a word."""


class Overtaken(Exception):
    """The member has taken the offer back and sent another text since the board read it."""


@transaction.atomic
def draft(member: Member, *, by: User | None, now: datetime, **words: Unpack[OfferWords]) -> Offer:
    """Begin an offer; as little of it may be said as the member likes."""
    return Offer.objects.create(member=member, created_at=now, **words)


@transaction.atomic
def edit(offer: Offer, *, by: User | None, now: datetime, **words: Unpack[OfferWords]) -> Offer:
    """Return the draft with what it says now; raise NotEditable while it is not on the member's desk."""
    row = _lock(offer)
    if row.state not in EDITABLE:
        raise NotEditable
    for name, value in words.items():
        setattr(row, name, value)
    row.save()
    return row


@transaction.atomic
def submit(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Hand the offer to the board; raise Incomplete with what it lacks."""
    row = _lock(offer)
    advance(MOVES, OfferState(row.state), Review.SUBMIT)
    lacking = lacks(row, today=timezone.localdate(now))
    if lacking:
        raise Incomplete(lacking)
    row.submitted_at = now
    _move(offer, row, Review.SUBMIT, by=by, now=now)


@transaction.atomic
def request_changes(offer: Offer, *, by: User, comment: str, now: datetime, tell: bool = False) -> None:
    """Send the offer back to its member with a word on what to change."""
    _move(offer, _lock(offer), Review.RETURN, by=by, now=now, comment=_said(comment), tell=tell)


@transaction.atomic
def approve(
    offer: Offer, *, by: User, now: datetime, read_as_of: datetime | None = None, tell: bool = False
) -> OfferRevision:
    """Accept the offer and freeze its words as a revision.

    With `tell`, here as in the board's other answers, a mail to the member is owed from now on.
    `read_as_of` is the `submitted_at` that the board had before its eyes; raise Overtaken if it has changed.
    """
    row = _lock(offer)
    if read_as_of is not None and row.submitted_at != read_as_of:
        raise Overtaken
    _move(offer, row, Review.APPROVE, by=by, now=now, tell=tell)
    last = row.revisions.aggregate(last=Max("number"))["last"] or 0
    words = {name: getattr(row, name) for name in CONTENT} | {"image": row.image.name}
    return OfferRevision.objects.create(offer=row, number=last + 1, approved_at=now, approved_by=by, **words)


@transaction.atomic
def decline(offer: Offer, *, by: User, comment: str, now: datetime, tell: bool = False) -> None:
    """Refuse the offer, with a word to its member on why."""
    _move(offer, _lock(offer), Review.DECLINE, by=by, now=now, comment=_said(comment), tell=tell)


@transaction.atomic
def withdraw(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Take the offer out of everything that has not left yet."""
    _move(offer, _lock(offer), Review.WITHDRAW, by=by, now=now)


@transaction.atomic
def resume(offer: Offer, *, by: User | None, now: datetime) -> None:
    """Take the offer back to the member's desk as a draft; approved revisions stay."""
    _move(offer, _lock(offer), Review.RESUME, by=by, now=now)


@transaction.atomic
def expire_over(*, now: datetime) -> int:
    """End every offer whose last day has passed, and return how many."""
    # an offer that somebody holds right now is met again an hour later
    over = Offer.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=sources(MOVES, Review.EXPIRE), valid_until__lt=timezone.localdate(now)
    )
    ended = list(over)
    for offer in ended:
        _move(offer, offer, Review.EXPIRE, by=None, now=now)
    return len(ended)


def untold(*, now: datetime) -> list[int]:
    """Return the board's answers of more than a minute ago of which the member still knows nothing."""
    late = OfferMove.objects.filter(is_news=True, at__range=(now - timedelta(days=3), now - timedelta(minutes=1)))
    return list(late.values_list("pk", flat=True)[:200])


def take_news(move_id: int) -> OfferMove | None:
    """Return the answer that the caller now has to tell; None if somebody else has it, or has told it."""
    mine = OfferMove.objects.filter(pk=move_id, is_news=True).update(is_news=False)
    return OfferMove.objects.select_related("offer__member").get(pk=move_id) if mine else None


def put_news_back(move: OfferMove) -> None:
    """Say that nobody could be told after all; it is tried again a little later."""
    OfferMove.objects.filter(pk=move.pk).update(is_news=True)


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
        phone=offer.member.phone,
        interests=tuple(offer.interests),
        has_image=bool(offer.image),
        image_alt=offer.image_alt,
    )
    return missing(facts, today=today)


def _lock(offer: Offer) -> Offer:
    """Return the row as it stands now; nobody else moves it until this transaction ends."""
    return Offer.objects.select_for_update(of=("self",)).select_related("member").get(pk=offer.pk)


def _move(
    offer: Offer, row: Offer, move: Review, *, by: User | None, now: datetime, comment: str = "", tell: bool = False
) -> None:
    was = OfferState(row.state)
    row.state = advance(MOVES, was, move)
    row.save(update_fields=["state", "submitted_at", "changed_at"])
    OfferMove.objects.create(
        offer=row, move=move, was=was, became=row.state, at=now, by=by, comment=comment, is_news=tell
    )
    offer.state, offer.submitted_at = row.state, row.submitted_at


def _said(comment: str) -> str:
    if not comment.strip():
        raise CommentRequired
    return comment.strip()
