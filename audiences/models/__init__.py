"""The rows of who reads."""

from audiences.models.cadence import Cadence
from audiences.models.consent import Consent, Wording
from audiences.models.demand import Demand, Knock
from audiences.models.importing import Import, ImportPart, RefusedLine, StagedReader
from audiences.models.retention import RetentionNight
from audiences.models.seal import ConsentSeal, SealFloor
from audiences.models.segment import Segment, SegmentUse
from audiences.models.subscriber import Subscriber, Subscription
from audiences.models.suppression import Suppression

__all__ = [
    "Cadence",
    "Consent",
    "ConsentSeal",
    "Demand",
    "Import",
    "ImportPart",
    "Knock",
    "RefusedLine",
    "RetentionNight",
    "SealFloor",
    "Segment",
    "SegmentUse",
    "StagedReader",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Wording",
]
