"""The board's second thoughts: words put right, an answer taken back; and what a member says to that."""

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from newsletter import moving, offers
from newsletter.core.review import ANSWERS, CORRECTABLE, UNDO_FOR, Review, leaves_at
from newsletter.models import Offer, OfferMove, OfferRevision, User


class TooLate(Exception):
    """The member knows of this answer, or something has come of it: it cannot be undone any more."""


class NothingCorrected(Exception):
    """The board's words are the member's own: accept them."""


class CorrectedWords(TypedDict, total=False):
    """What the board may put right in a member's offer: the names of `CORRECTABLE`."""

    title: str
    text: str
    title_en: str
    text_en: str
    valid_from: date
    valid_until: date
    focus_x: int
    focus_y: int


@transaction.atomic
def correct(
    offer: Offer,
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
    tell: bool = False,
    **words: Unpack[CorrectedWords],
) -> OfferRevision:
    """Accept the offer in these words of the board's own, frozen as a revision under its name.

    `seen` is the version that the board had before its eyes; raise Diverged if the member has written since.
    """
    row = moving.lock(offer)
    moving.require(row, Review.CORRECT)
    if seen is not None and seen != row.version:
        raise offers.Diverged(row)
    before = {name: getattr(row, name) for name in CORRECTABLE}
    after = before | words
    if after == before:
        raise NothingCorrected
    moving.say(row, after)
    row.save()
    said = {"before": before, "after": after}
    moving.move(offer, row, Review.CORRECT, by=by, now=now, words=said, tell=tell)
    return moving.freeze(row, by=by, now=now)


@transaction.atomic
def object_to(offer: Offer, *, by: User, now: datetime, comment: str = "") -> None:
    """Bring an offer that the board has corrected back to its desk, in the member's own words."""
    row = moving.lock(offer)
    moving.require(row, Review.OBJECT)
    last = row.moves.last()
    before = (last.words or {}).get("before", {}) if last else {}
    moving.say(row, {name: moving.FIELDS[name].to_python(value) for name, value in before.items()})
    row.submitted_at = now
    row.save()
    moving.move(offer, row, Review.OBJECT, by=by, now=now, comment=comment.strip())


@transaction.atomic
def undo(move: OfferMove, *, by: User, now: datetime) -> None:
    """Take the board's answer back before its member is told; raise TooLate afterwards, or once something came of it.

    Whoever takes the news first wins: the mail leaves, or the answer is undone, never both.
    """
    row = moving.lock(move.offer)
    moving.require(row, Review.UNDO)
    last = row.moves.last()
    if last is None or last.pk != move.pk or now >= leaves_at(last.at) or last.version not in (None, row.version):
        raise TooLate
    if not OfferMove.objects.filter(pk=last.pk, is_news=True).update(is_news=False):
        raise TooLate
    if last.move == Review.APPROVE:
        frozen = row.revisions.order_by("number").last()
        if frozen is not None and frozen.placements.exists():
            raise TooLate
        if frozen is not None:
            frozen.delete()
    moving.move(move.offer, row, Review.UNDO, by=by, now=now)


def undoable(*, now: datetime) -> list[OfferMove]:
    """Return the board's answers that can still be undone, the last first."""
    fresh = OfferMove.objects.filter(is_news=True, move__in=ANSWERS[Review.UNDO], at__gt=now - UNDO_FOR, at__lte=now)
    return list(fresh.select_related("offer", "by").order_by("-at", "-pk")[:20])
