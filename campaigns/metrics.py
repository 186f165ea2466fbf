"""What a monitor may know, read from the rows whenever it asks: sums, never a person."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from audiences.models import Subscription
from campaigns import chunks, pulses, roads
from campaigns.core.campaign import CampaignState
from campaigns.models import Campaign, Chunk


def page(*, now: datetime) -> bytes:
    """Return the metrics in Prometheus' words."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Rows(now))
    return generate_latest(registry)


class _Rows:
    """One reading; a fresh one for each request, so that nothing is kept in any process."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        counted = Chunk.objects.aggregate(
            **{f"n_{name}": Coalesce(Sum(name), 0) for name in (*chunks.STATES, "deferred")},
            leased=Count("pk", filter=Q(lease_until__gt=self.now)),
            waiting=Count("pk", filter=Q(queued__gt=F("deferred"), campaign__state=CampaignState.RUNNING)),
        )
        yield CounterMetricFamily(
            "garrigue_messages_accepted", "Messages that a relay accepted.", value=counted["n_sent"]
        )
        messages = GaugeMetricFamily("garrigue_messages", "Messages in each state.", labels=["state"])
        for state in chunks.STATES:
            messages.add_metric([state], counted[f"n_{state}"])
        yield messages
        yield _gauge("garrigue_messages_deferred", "Queued messages that wait for a retry.", counted["n_deferred"])
        yield _gauge("garrigue_chunks_leased", "Runs of messages that a worker holds.", counted["leased"])
        yield _gauge("garrigue_chunks_waiting", "Runs of messages that may go now.", counted["waiting"])
        campaigns = GaugeMetricFamily("garrigue_campaigns", "Campaigns in each state.", labels=["state"])
        standing = dict(Campaign.objects.order_by().values_list("state").annotate(n=Count("pk")))
        for each in CampaignState:
            campaigns.add_metric([each.value], standing.get(each.value, 0))
        yield campaigns
        yield _gauge(
            "garrigue_confirmations_waiting",
            "People whose confirmation mail has not left.",
            Subscription.objects.to_be_mailed().count(),
        )
        ways = GaugeMetricFamily("garrigue_road_open", "Whether a relay or provider may be sent by.", labels=["road"])
        for way in roads.states(now=self.now):
            ways.add_metric([way.road.name], way.is_open)
        yield ways
        ages = GaugeMetricFamily("garrigue_pulse_age_seconds", "Since the pulse was last felt.", labels=["pulse"])
        for name, at in sorted(pulses.seen_at().items()):
            ages.add_metric([name], (self.now - at).total_seconds())
        yield ages


def _gauge(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_, value=value)
