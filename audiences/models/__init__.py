"""The rows of who reads."""

from audiences.models.consent import Consent, Wording
from audiences.models.segment import Segment, SegmentUse
from audiences.models.subscriber import Subscriber, Subscription
from audiences.models.suppression import Suppression

__all__ = ["Consent", "Segment", "SegmentUse", "Subscriber", "Subscription", "Suppression", "Wording"]
