"""The life of an offer, from a member's draft to the day it is over."""

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
    """What may happen to an offer. RESUME is the member taking their own offer back to the desk."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    RESUME = "resume"
    EXPIRE = "expire"


S, R = OfferState, Review
MOVES: dict[OfferState, dict[Review, OfferState]] = {
    S.DRAFT: {R.SUBMIT: S.SUBMITTED, R.WITHDRAW: S.WITHDRAWN, R.EXPIRE: S.EXPIRED},
    S.SUBMITTED: {
        R.APPROVE: S.APPROVED,
        R.RETURN: S.CHANGES_REQUESTED,
        R.DECLINE: S.DECLINED,
        R.WITHDRAW: S.WITHDRAWN,
        R.RESUME: S.DRAFT,
        R.EXPIRE: S.EXPIRED,
    },
    S.CHANGES_REQUESTED: {R.SUBMIT: S.SUBMITTED, R.WITHDRAW: S.WITHDRAWN, R.EXPIRE: S.EXPIRED},
    S.APPROVED: {R.RESUME: S.DRAFT, R.WITHDRAW: S.WITHDRAWN, R.EXPIRE: S.EXPIRED},
    S.DECLINED: {R.RESUME: S.DRAFT},
    S.WITHDRAWN: {R.RESUME: S.DRAFT},
    S.EXPIRED: {R.RESUME: S.DRAFT},
}

# While a member may type into the offer.
EDITABLE = (S.DRAFT, S.CHANGES_REQUESTED)
