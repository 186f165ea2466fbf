"""The rows of who reads."""

from audiences.models.consent import Consent, Wording
from audiences.models.importing import Import, ImportPart, RefusedLine, StagedReader
from audiences.models.segment import Segment
from audiences.models.subscriber import Subscriber, Subscription
from audiences.models.suppression import Suppression

__all__ = [
    "Consent",
    "Import",
    "ImportPart",
    "RefusedLine",
    "Segment",
    "StagedReader",
    "Subscriber",
    "Subscription",
    "Suppression",
    "Wording",
]
