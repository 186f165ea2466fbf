"""The rows of what we publish."""

from newsletter.models.association import Association, KeyFingerprint
from newsletter.models.calendar import CalendarAddress, CalendarFeed, Feast
from newsletter.models.edition import Edition, Newsletter, Opportunity, Placement
from newsletter.models.invitation import Invitation, SignInCode
from newsletter.models.listing import CatalogueImport, Listing, StagedListing
from newsletter.models.member import Member, MemberPerson, MemberYear
from newsletter.models.notice import Notice
from newsletter.models.offer import Offer, OfferMove, OfferRevision, OfferSight
from newsletter.models.operation import (
    Call,
    Choice,
    Operation,
    OperationMove,
    OperationWish,
    Override,
    PlannedEdition,
)
from newsletter.models.partner import Consultation, Contribution, DestinationSeat, Partner, Remark, RemarkAnswer
from newsletter.models.place import Place
from newsletter.models.user import RoleChange, User

__all__ = [
    "Association",
    "CalendarAddress",
    "CalendarFeed",
    "Call",
    "CatalogueImport",
    "Choice",
    "Consultation",
    "Contribution",
    "DestinationSeat",
    "Edition",
    "Feast",
    "Invitation",
    "KeyFingerprint",
    "Listing",
    "Member",
    "MemberPerson",
    "MemberYear",
    "Newsletter",
    "Notice",
    "Offer",
    "OfferMove",
    "OfferRevision",
    "OfferSight",
    "Operation",
    "OperationMove",
    "OperationWish",
    "Opportunity",
    "Override",
    "Partner",
    "Place",
    "Placement",
    "PlannedEdition",
    "Remark",
    "RemarkAnswer",
    "RoleChange",
    "SignInCode",
    "StagedListing",
    "User",
]
