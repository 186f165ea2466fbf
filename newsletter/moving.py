"""How an offer moves: its row is held, its table is asked, and each move leaves its line."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from newsletter.core.review import ANSWERS, MOVES, OfferState, Review, may_follow
from newsletter.core.states import IllegalMove, advance
from newsletter.models import Offer, OfferMove, OfferRevision, User
from newsletter.models.offer import OfferContent

FIELDS = {field.name: field for field in OfferContent._meta.fields}
CONTENT = tuple(FIELDS)


def lock(offer: Offer) -> Offer:
    """Return the row as it stands now; nobody else moves it until this transaction ends."""
    return Offer.objects.select_for_update(of=("self",)).select_related("member").get(pk=offer.pk)


def say(row: Offer, words: dict[str, Any]) -> None:
    """Let the row say this in another hand than its member's."""
    for name, value in words.items():
        setattr(row, name, value)
    row.version, row.writer = row.version + 1, ""


def freeze(row: Offer, *, by: User, now: datetime) -> OfferRevision:
    """Keep the words that the board approved as the next revision."""
    last = row.revisions.aggregate(last=Max("number"))["last"] or 0
    words = {name: getattr(row, name) for name in CONTENT} | {"image": row.image.name}
    return OfferRevision.objects.create(offer=row, number=last + 1, approved_at=now, approved_by=by, **words)


def require(row: Offer, move: Review) -> None:
    """Raise IllegalMove unless this may happen now: from this state, and after what happened last."""
    advance(MOVES, OfferState(row.state), move)
    if move in ANSWERS:
        last = row.moves.last()
        if not may_follow(move, Review(last.move) if last else None):
            raise IllegalMove(OfferState(row.state), move)


def move(
    offer: Offer,
    row: Offer,
    what: Review,
    *,
    by: User | None,
    now: datetime,
    comment: str = "",
    field: str = "",
    words: dict[str, Any] | None = None,
    tell: bool = False,
) -> None:
    """Move the held row as the table says and leave the line of it; `offer` is told where it stands."""
    was = OfferState(row.state)
    row.state = advance(MOVES, was, what)
    row.save(update_fields=["state", "submitted_at", "changed_at"])
    OfferMove.objects.create(
        offer=row,
        move=what,
        was=was,
        became=row.state,
        at=now,
        by=by,
        comment=comment,
        field=field,
        words=words,
        version=row.version,
        is_news=tell,
    )
    offer.state, offer.submitted_at = row.state, row.submitted_at
