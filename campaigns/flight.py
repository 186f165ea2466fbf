"""The flight recorder: why did this reader get this letter, or not? The chain from segment to state, with times."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from audiences import cadences, segments
from audiences.core import segment as trees
from audiences.core.consent import Purpose, SubscriptionState
from audiences.core.explain import missing
from audiences.core.segment import Segment
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Subscription, Suppression
from audiences.rings import rings_of
from campaigns import frequencies
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import REACHED_OR_OPEN, DeliveryState
from campaigns.core.feedback import Heard
from campaigns.core.frequency import MONTHLY, LeftOut
from campaigns.models import Campaign, CampaignMove, Delivery, DeliveryEvent, DeliveryRetry, Evidence

S = DeliveryState
Facts = dict[str, object]


@dataclass(frozen=True)
class Reason:
    """One link of the chain: when (if there is a when), what, and what there is to know. Words: flight_words."""

    at: datetime | None
    code: str
    facts: Facts = field(default_factory=dict)


def why(address: str, campaign: Campaign) -> list[Reason]:
    """Return what stands between this address and this campaign, in the order of the story; BadAddress if none.

    What a reader likes and where they live is as we know it now; it may have been otherwise at the launch.
    """
    return list(_Story(key_of(address), campaign).told())


class _Story:
    def __init__(self, key: bytes, campaign: Campaign) -> None:
        self.key, self.campaign = key, campaign
        self.newsletter = campaign.edition.newsletter
        self.reader = Subscriber.objects.filter(address_key=key).first()
        self.delivery = (
            Delivery.objects.filter(campaign=campaign, address_key=key).select_related("variant__segment").first()
        )

    def told(self) -> Iterator[Reason]:
        if self.reader is None:
            yield Reason(None, "unknown_reader")
        yield from self._subscription()
        yield from self._consents()
        yield from self._stops()
        yield from self._segments()
        if self.delivery is None:
            yield from self._left_out()
        else:
            yield from self._flown(self.delivery)
        yield from self._campaign()

    def _subscription(self) -> Iterator[Reason]:
        held = Subscription.objects.filter(newsletter=self.newsletter, subscriber=self.reader).first()
        if self.reader is None or held is None:
            if self.reader is not None:
                yield Reason(None, "never_subscribed")
            return
        match SubscriptionState(held.state):
            case SubscriptionState.CONFIRMED:
                yield Reason(held.confirmed_at, "subscribed")
            case SubscriptionState.ASKED:
                yield Reason(held.asked_at, "not_confirmed")
            case SubscriptionState.ENDED:
                yield Reason(held.ended_at, "left")
        frozen = self.campaign.enqueued_at
        if self.delivery is None and frozen and held.confirmed_at and held.confirmed_at > frozen:
            yield Reason(frozen, "joined_too_late")

    def _consents(self) -> Iterator[Reason]:
        lines = Consent.objects.filter(
            address_key=self.key, newsletter=self.newsletter.slug, purpose=Purpose.NEWSLETTER.value
        )
        for line in lines.order_by("at", "pk"):
            yield Reason(line.at, f"consent_{line.act}", {"method": line.method, "source": line.source})

    def _stops(self) -> Iterator[Reason]:
        stop = Suppression.objects.filter(address_key=self.key).first()
        if stop is not None:
            yield Reason(stop.at, "suppressed", {"reason": stop.reason})
        if self.reader is not None and self.reader.paused_until is not None:
            yield Reason(None, "pausing", {"until": self.reader.paused_until})

    def _segments(self) -> Iterator[Reason]:
        """The first variant that describes a reader is theirs; of those before it, what did not."""
        if self.reader is None:
            return
        asked = list(self.campaign.variants.select_related("segment").order_by("position"))
        parsed = [trees.parse(variant.tree) for variant in asked]
        rings = rings_of(parsed)
        facts = segments.facts_of(self.reader)
        for variant, tree in zip(asked, parsed, strict=True):
            name = variant.segment.name if variant.segment else ""
            apart = missing(tree, facts, lambda commune, km: rings[trees.Near(commune, km)])
            given = self.delivery is not None and self.delivery.variant_id == variant.pk
            if not apart:
                yield Reason(None, "described_by", {"segment": name, "tree": tree})
                return
            yield Reason(None, "not_described_by", {"segment": name, "tree": tree, "missing": apart})
            if given:  # what we know of the reader has changed since
                yield Reason(self.campaign.enqueued_at, "described_then", {"segment": name, "tree": tree})
                return

    def _left_out(self) -> Iterator[Reason]:
        if self.campaign.enqueued_at is None:
            yield Reason(None, "not_frozen_yet")
            return
        frozen = self.campaign.enqueued_at
        apart = list(frequencies.why(self.campaign, self.reader, now=frozen)) if self.reader else []
        earlier = (
            Delivery.objects.filter(
                campaign__edition=self.campaign.edition_id, address_key=self.key, state__in=REACHED_OR_OPEN
            )
            .exclude(campaign=self.campaign)
            .first()
        )
        if earlier is not None:
            yield Reason(earlier.settled_at, "edition_before", {"campaign": earlier.campaign_id})
        if LeftOut.OPERATIONS in apart:
            yield Reason(None, "operations")
        yield from self._monthly(frozen)
        if LeftOut.CAPPED in apart:
            yield Reason(None, "capped", {"most": cadences.weekly_most(self.newsletter.association_id)})
        yield Reason(self.campaign.enqueued_at, "left_out")

    def _monthly(self, frozen: datetime) -> Iterator[Reason]:
        if not Subscription.objects.filter(newsletter=self.newsletter, subscriber=self.reader, monthly=True).exists():
            return
        lately = (
            Delivery.objects.filter(
                subscriber=self.reader,
                campaign__edition__newsletter=self.newsletter,
                state__in=REACHED_OR_OPEN,
                settled_at__gt=frozen - MONTHLY,
                settled_at__lt=frozen,
            )
            .exclude(campaign=self.campaign)
            .select_related("campaign__edition")
            .order_by("-settled_at")
            .first()
        )
        if lately is not None:
            yield Reason(lately.settled_at, "monthly", {"edition": lately.campaign.edition.title})

    def _flown(self, row: Delivery) -> Iterator[Reason]:
        yield Reason(
            self.campaign.enqueued_at, "enqueued", {"position": row.position, "of": self.campaign.audience_size}
        )
        if row.round > 1:
            yield Reason(None, "new_round", {"round": row.round})
        if row.attempts:
            yield Reason(row.armed_at, "armed", {"attempts": row.attempts})
        if row.reply_code or row.reply_text:
            yield Reason(row.settled_at, "reply", {"code": row.reply_code, "text": row.reply_text})
        for proof in Evidence.objects.filter(delivery=row):
            yield Reason(proof.at, "proven", {"proof": proof.proof, "source": proof.source})
        for event in DeliveryEvent.objects.filter(delivery=row):
            # what was clicked is nobody's business but the reader's
            if event.kind != Heard.CLICKED:
                facts: Facts = {"source": event.source, "reason": event.fault, "text": event.text}
                yield Reason(event.at, f"heard_{event.kind}", facts)
        retry = DeliveryRetry.objects.filter(delivery=row).first()
        if retry is not None:
            yield Reason(retry.not_before, "retry", {"reason": row.reason})
        yield Reason(row.settled_at, f"is_{row.state}", {"reason": row.reason})

    def _campaign(self) -> Iterator[Reason]:
        state = CampaignState(self.campaign.state)
        if state not in (CampaignState.PAUSED, CampaignState.CANCELLED):
            return
        last = CampaignMove.objects.filter(campaign=self.campaign).last()
        yield Reason(last.at if last else None, f"campaign_{state.value}", {"reason": self.campaign.pause_reason})


def leaves_of(facts: Facts) -> list[Segment]:
    """Return the parts of a segment that a reason speaks of, for whoever puts them into words."""
    apart = facts.get("missing", ())
    return list(apart) if isinstance(apart, tuple) else []
