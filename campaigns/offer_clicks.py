"""What was clicked of members' offers: in each edition, of each offer, of all; few people are never told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from psycopg.types.numeric import Int8

from campaigns.core.few import Shown, beneath, shown, veil
from campaigns.models import Link, LinkCount
from newsletter.statements import Statement

Seat = tuple[int, int]  # an offer in an edition
# The same, an offer wherever it stood, or all of them.
Key = tuple[int, int | None] | tuple[None, None]
ALL: Key = (None, None)
# Of each: who agree, and who of them clicked.
Counts = tuple[Mapping[Key, int], Mapping[Key, int]]

# Readers who agree, and have it, each once: of an offer in an edition, of an offer, of all these offers.
AGREE = Statement("""
SELECT p.offer_id, c.edition_id, count(DISTINCT d.subscriber_id)
FROM newsletter_placement p
JOIN campaigns_campaign c ON c.edition_id = p.edition_id
JOIN newsletter_edition e ON e.id = c.edition_id
JOIN campaigns_delivery d ON d.campaign_id = c.id AND d.state = 'sent'
JOIN audiences_subscription mine ON mine.subscriber_id = d.subscriber_id
    AND mine.newsletter_id = e.newsletter_id AND mine.state = 'confirmed' AND mine.tracking
WHERE p.offer_id = ANY(%(offers)s::bigint[]) AND c.id = ANY(%(campaigns)s::bigint[])
GROUP BY GROUPING SETS ((p.offer_id, c.edition_id), (p.offer_id), ())
""")
# Those of them who followed a link of it.
CLICKED = Statement("""
SELECT l.offer_id, c.edition_id, count(DISTINCT k.subscriber_id)
FROM campaigns_link l
JOIN campaigns_campaign c ON c.id = l.campaign_id
JOIN newsletter_edition e ON e.id = c.edition_id
JOIN campaigns_click k ON k.link_id = l.id AND k.times > 0
JOIN campaigns_delivery d ON d.id = k.delivery_id AND d.state = 'sent'
JOIN audiences_subscription mine ON mine.subscriber_id = k.subscriber_id
    AND mine.newsletter_id = e.newsletter_id AND mine.state = 'confirmed' AND mine.tracking
WHERE l.offer_id = ANY(%(offers)s::bigint[]) AND l.campaign_id = ANY(%(campaigns)s::bigint[])
GROUP BY GROUPING SETS ((l.offer_id, c.edition_id), (l.offer_id), ())
""")


@dataclass(frozen=True)
class Clicks:
    """What a member may know: clicks without those of known machines, and people, of those who agree."""

    own: Shown = None
    people: Shown = None
    agree: Shown = None
    # Nothing is told of an offer without a link of which clicks are counted.
    linked: bool = False


NOTHING = Clicks()


@dataclass(frozen=True)
class OfferClicks:
    """Clicks of offers by the edition they stood in, by offer, and of all."""

    by_seat: Mapping[Seat, Clicks]
    by_offer: Mapping[int, Clicks]
    whole: Clicks

    def of_seat(self, offer: int, edition: int) -> Clicks:
        return self.by_seat.get((offer, edition), NOTHING)

    def of_offer(self, offer: int) -> Clicks:
        return self.by_offer.get(offer, NOTHING)


def of(offers: Sequence[int], campaigns: Sequence[int]) -> OfferClicks:
    """Return what was clicked of these offers in these letters, in as many queries however many they are."""
    linked = Link.objects.filter(offer__in=offers, campaign__in=campaigns).order_by()
    seats: list[Seat] = sorted({seat for seat in linked.values_list("offer", "campaign__edition") if seat[0]})
    if not seats:
        return OfferClicks({}, {}, NOTHING)
    agree, clicked = _people(AGREE, offers, campaigns), _people(CLICKED, offers, campaigns)
    raw = _raw(offers, campaigns)
    counts = [raw.get(seat, 0) for seat in seats]
    # the whole is told, so what is hidden of its parts must not be the rest of it
    own = dict(zip(seats, veil(counts), strict=True))
    whole = Clicks(shown(sum(counts)), *_told((agree, clicked), ALL), linked=True)
    places: dict[int, list[Seat]] = {}
    for seat in seats:
        places.setdefault(seat[0], []).append(seat)
    by_offer: dict[int, Clicks] = {}
    by_seat: dict[Seat, Clicks] = {}
    of_offers = _beneath((agree, clicked), whole, [(offer, None) for offer in places])
    for (offer, inside), (agreeing, following) in zip(places.items(), of_offers, strict=True):
        by_offer[offer] = Clicks(_sum([own[seat] for seat in inside]), following, agreeing, linked=True)
        of_seats = _beneath((agree, clicked), by_offer[offer], inside)
        for seat, (agreeing_, following_) in zip(inside, of_seats, strict=True):
            by_seat[seat] = Clicks(own[seat], following_, agreeing_, linked=True)
    return OfferClicks(by_seat, by_offer, whole)


def _told(counts: Counts, key: Key) -> tuple[Shown, Shown]:
    """Return how many people followed it, and of how many who agree."""
    agree, clicked = (one.get(key, 0) for one in counts)
    return shown(clicked, of=agree), shown(agree)


def _beneath(counts: Counts, whole: Clicks, keys: Sequence[Key]) -> list[tuple[Shown, Shown]]:
    """Return of each how many agree and how many followed it; the same people may stand in several."""
    agree, clicked = ([one.get(key, 0) for key in keys] for one in counts)
    agreeing = beneath(whole.agree, agree)
    few = {place for place, count in enumerate(agreeing) if count is None}
    return list(zip(agreeing, beneath(whole.people, clicked, also=few), strict=True))


def people(offers: Sequence[int], campaigns: Sequence[int]) -> dict[int, int]:
    """Return by offer how many who agree followed it, one that had a link and no click with 0. Not for showing."""
    linked = Link.objects.filter(offer__in=offers, campaign__in=campaigns).order_by()
    clicked = _people(CLICKED, offers, campaigns)
    return {pk: clicked.get((pk, None), 0) for pk in linked.values_list("offer", flat=True).distinct() if pk}


def _people(statement: Statement, offers: Sequence[int], campaigns: Sequence[int]) -> dict[Key, int]:
    asked = {"offers": [Int8(pk) for pk in offers], "campaigns": [Int8(pk) for pk in campaigns]}
    return {(offer, edition): count for offer, edition, count in statement.ask(asked)}


def _raw(offers: Sequence[int], campaigns: Sequence[int]) -> dict[Seat, int]:
    rows = LinkCount.objects.filter(link__offer__in=offers, link__campaign__in=campaigns).order_by()
    summed = rows.values_list("link__offer", "link__campaign__edition").annotate(
        times=Sum("times"), machines=Sum("by_machines")
    )
    return {(offer, edition): times - machines for offer, edition, times, machines in summed if offer}


def _sum(parts: Sequence[Shown]) -> Shown:
    """Return the sum; of which one part is hidden, the whole is."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
