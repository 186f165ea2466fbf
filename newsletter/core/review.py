"""The life of an offer, from a member's draft to the day it is over."""

from datetime import datetime, timedelta
from enum import StrEnum


class OfferState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Review(StrEnum):
    """What may happen to an offer. RESUME is the member taking their own offer back to the desk.

    CORRECT is the board accepting an offer in words of its own, OBJECT its member's answer to that, UNDO the board
    taking its answer back before the member knows of it.
    """

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    RESUME = "resume"
    EXPIRE = "expire"
    CORRECT = "correct"
    OBJECT = "object"
    UNDO = "undo"


S, R = OfferState, Review
MOVES: dict[OfferState, dict[Review, OfferState]] = {
    S.DRAFT: {R.SUBMIT: S.SUBMITTED, R.WITHDRAW: S.WITHDRAWN, R.EXPIRE: S.EXPIRED},
    S.SUBMITTED: {
        R.APPROVE: S.APPROVED,
        R.CORRECT: S.APPROVED,
        R.RETURN: S.CHANGES_REQUESTED,
        R.DECLINE: S.DECLINED,
        R.WITHDRAW: S.WITHDRAWN,
        R.RESUME: S.DRAFT,
        R.EXPIRE: S.EXPIRED,
    },
    S.CHANGES_REQUESTED: {
        R.SUBMIT: S.SUBMITTED,
        R.UNDO: S.SUBMITTED,
        R.WITHDRAW: S.WITHDRAWN,
        R.EXPIRE: S.EXPIRED,
    },
    S.APPROVED: {
        R.CORRECT: S.APPROVED,
        R.OBJECT: S.SUBMITTED,
        R.UNDO: S.SUBMITTED,
        R.RESUME: S.DRAFT,
        R.WITHDRAW: S.WITHDRAWN,
        R.EXPIRE: S.EXPIRED,
    },
    S.DECLINED: {R.UNDO: S.SUBMITTED, R.RESUME: S.DRAFT},
    S.WITHDRAWN: {R.RESUME: S.DRAFT},
    S.EXPIRED: {R.RESUME: S.DRAFT},
}

# While a member may type into the offer.
EDITABLE = (S.DRAFT, S.CHANGES_REQUESTED)

# Two moves answer one certain move before them, and no other.
ANSWERS: dict[Review, tuple[Review, ...]] = {R.UNDO: (R.APPROVE, R.RETURN, R.DECLINE), R.OBJECT: (R.CORRECT,)}
# How long the board may take its answer back: as long as the member's mail waits.
UNDO_FOR = timedelta(seconds=30)
# What the board may put right in a member's offer.
CORRECTABLE = ("title", "text", "title_en", "text_en", "valid_from", "valid_until", "focus_x", "focus_y")


def may_follow(move: Review, last: Review | None) -> bool:
    """Return whether this move may come after that one, whatever the state."""
    return move not in ANSWERS or last in ANSWERS[move]


def leaves_at(answered: datetime) -> datetime:
    """Return when the member is told of an answer; until then it can be undone, and never afterwards."""
    return answered + UNDO_FOR
