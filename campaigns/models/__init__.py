"""The rows of the sending."""

from campaigns.models.campaign import Campaign, CampaignMove, Variant
from campaigns.models.delivery import Chunk, Delivery, DeliveryRetry
from campaigns.models.evidence import Evidence
from campaigns.models.exposure import Exposure
from campaigns.models.operation import OperationTarget
from campaigns.models.pace import Pace, Spent
from campaigns.models.pulse import Progress, Pulse
from campaigns.models.worker import WorkerSession

__all__ = [
    "Campaign",
    "CampaignMove",
    "Chunk",
    "Delivery",
    "DeliveryRetry",
    "Evidence",
    "Exposure",
    "OperationTarget",
    "Pace",
    "Progress",
    "Pulse",
    "Spent",
    "Variant",
    "WorkerSession",
]
