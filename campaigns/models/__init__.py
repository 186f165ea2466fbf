"""The rows of the sending."""

from campaigns.models.arrival import TestMail
from campaigns.models.campaign import Campaign, CampaignMove, Variant
from campaigns.models.delivery import Chunk, Delivery, DeliveryRetry
from campaigns.models.domain import Lane, MailDomain
from campaigns.models.event import DeliveryEvent
from campaigns.models.evidence import Evidence
from campaigns.models.exposure import Exposure
from campaigns.models.link import (
    Click,
    ClickToSettle,
    Link,
    LinkCount,
    LinkRepair,
    MeasuredTemplate,
    Measuring,
    OpenCount,
)
from campaigns.models.operation import OperationTarget
from campaigns.models.pace import Pace, Spent, Warmup
from campaigns.models.parked import ParkedMail
from campaigns.models.pulse import Progress, Pulse
from campaigns.models.road import RoadStanding
from campaigns.models.worker import WorkerSession

__all__ = [
    "Campaign",
    "CampaignMove",
    "Chunk",
    "Click",
    "ClickToSettle",
    "Delivery",
    "DeliveryEvent",
    "DeliveryRetry",
    "Evidence",
    "Exposure",
    "Lane",
    "Link",
    "LinkCount",
    "LinkRepair",
    "MailDomain",
    "MeasuredTemplate",
    "Measuring",
    "OpenCount",
    "OperationTarget",
    "Pace",
    "ParkedMail",
    "Progress",
    "Pulse",
    "RoadStanding",
    "Spent",
    "TestMail",
    "Variant",
    "Warmup",
    "WorkerSession",
]
