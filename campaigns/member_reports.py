"""What a member learns of its offers: where each stood, how many received it and clicked, and how that compares.

Received means that our relay accepted the letter for a reader. A reader who had an offer in two letters is one
reader and two sendings. Who clicked is known of readers who agree to be measured, and told of five or more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from campaigns import offer_clicks
from campaigns.core.delivery import DeliveryState
from campaigns.core.few import Shown, shown
from campaigns.core.season import Beside, Season, beside, middle_of, season_of
from campaigns.models import Campaign, Delivery
from campaigns.offer_clicks import NOTHING, Clicks, OfferClicks
from newsletter.models import Member, Offer, Placement

SENT = DeliveryState.SENT


@dataclass(frozen=True)
class Seat:
    """Where an offer stood in one edition, and to how many readers that edition was sent."""

    edition: str
    slug: str
    position: int
    of: int
    sent_on: date | None
    planned_on: date
    sendings: int
    edition_id: int = 0
    clicks: Clicks = NOTHING

    @property
    def season(self) -> Season:
        """Return the season in which it left, or is to leave."""
        return season_of(self.sent_on or self.planned_on)


@dataclass(frozen=True)
class OfferReport:
    """One offer over a season, or over its life: its seats, newest first, and its readers, each counted once."""

    offer: Offer
    seats: tuple[Seat, ...]
    readers: int
    clicks: Clicks = NOTHING

    @property
    def sendings(self) -> int:
        return sum(seat.sendings for seat in self.seats)

    @property
    def was_sent(self) -> bool:
        return any(seat.sent_on for seat in self.seats)


@dataclass(frozen=True)
class SeasonReport:
    """All that a member's offers met in a season."""

    member: Member
    season: Season
    seasons: tuple[Season, ...]
    offers: tuple[OfferReport, ...]
    readers: int
    editions: int
    # The median of the readers of the trade's offers, or None where there are too few to compare.
    middle: int | None
    clicks: Clicks = NOTHING
    # The same of the people who clicked; too few are not told here either.
    clicks_middle: Shown = None

    @property
    def sendings(self) -> int:
        return sum(offer.sendings for offer in self.offers)

    def beside(self, report: OfferReport) -> Beside | None:
        """Return how an offer compares with its trade; None where nothing can be said."""
        if self.middle is None or not report.was_sent:
            return None
        return beside(report.readers, self.middle)

    def clicks_beside(self, report: OfferReport) -> Beside | None:
        """Return how the people who clicked on an offer compare; None where either number is not told."""
        people = report.clicks.people
        return None if people is None or self.clicks_middle is None else beside(people, self.clicks_middle)


def for_offer(offer: Offer) -> OfferReport:
    """Return every locked edition that carries the offer, newest first, and how many readers received it."""
    seats = _seats([offer.pk]).get(offer.pk, ())
    begun = Campaign.objects.filter(edition__in=[seat.edition_id for seat in seats], enqueued_at__isnull=False)
    clicks = offer_clicks.of([offer.pk], list(begun.values_list("pk", flat=True)))
    readers = _readers(Q(campaign__edition__placements__offer=offer))
    return OfferReport(offer, _with_clicks(offer.pk, seats, clicks), readers, clicks.of_offer(offer.pk))


def for_member(member: Member, season: Season | None, *, today: date) -> SeasonReport:
    """Return the member's season; without one, the last in which an offer of theirs appeared, else the present."""
    offers = {offer.pk: offer for offer in member.offers.all()}
    seats = _seats(list(offers))
    known = {seat.season for found in seats.values() for seat in found}
    wanted = season or max(known, default=season_of(today))
    inside = {pk: tuple(seat for seat in found if seat.season == wanted) for pk, found in seats.items()}
    inside = {pk: found for pk, found in inside.items() if found}
    campaigns = _campaigns(Q(offer__in=list(inside)), wanted)
    by_offer = _readers_by_offer(Q(offer__in=list(inside)), campaigns)
    clicks = offer_clicks.of(list(inside), campaigns)
    reports = [
        OfferReport(offers[pk], _with_clicks(pk, found, clicks), by_offer.get(pk, 0), clicks.of_offer(pk))
        for pk, found in inside.items()
    ]
    middle, clicks_middle = _middles(member, wanted)
    reports.sort(key=lambda one: (-one.readers, one.offer.title, one.offer.pk))
    return SeasonReport(
        member=member,
        season=wanted,
        seasons=tuple(sorted(known | {wanted}, reverse=True)),
        offers=tuple(reports),
        readers=_readers(Q(campaign__in=campaigns)),
        editions=len({seat.slug for found in inside.values() for seat in found if seat.sent_on}),
        middle=middle,
        clicks=clicks.whole,
        clicks_middle=clicks_middle,
    )


def _with_clicks(offer: int, seats: Sequence[Seat], clicks: OfferClicks) -> tuple[Seat, ...]:
    return tuple(replace(seat, clicks=clicks.of_seat(offer, seat.edition_id)) for seat in seats)


def _middles(member: Member, season: Season) -> tuple[int | None, Shown]:
    """Return the median readers of the offers of this trade that left in the season, and that of who clicked."""
    of_trade = Q(offer__member__category=member.category)
    campaigns = _campaigns(of_trade, season)
    reached = _readers_by_offer(of_trade, campaigns)
    clicked = offer_clicks.people(list(reached), campaigns)
    members = dict(Offer.objects.filter(pk__in=reached).values_list("pk", "member"))
    middle = middle_of((members[pk], count) for pk, count in clicked.items())
    return (
        middle_of((members[pk], count) for pk, count in reached.items()),
        None if middle is None else shown(middle),
    )


def _seats(offers: Sequence[int]) -> dict[int, tuple[Seat, ...]]:
    """Return by offer where each stood, the newest edition first."""
    placements = (
        Placement.objects.filter(offer__in=offers, edition__locked_at__isnull=False)
        .select_related("edition")
        .annotate(of=Count("edition__placements"))
        .order_by("-edition__planned_on", "-pk")
    )
    editions = {placement.edition_id for placement in placements}
    begun = Campaign.objects.filter(edition__in=editions, enqueued_at__isnull=False).order_by()
    left = dict(begun.values_list("edition").annotate(Min("enqueued_at")))
    sent = dict(_sent(editions))
    found: dict[int, list[Seat]] = {}
    for placement in placements:
        edition = placement.edition
        at = left.get(edition.pk)
        seat = Seat(
            edition=edition.title,
            slug=edition.slug,
            position=placement.position,
            of=placement.of,
            sent_on=timezone.localdate(at) if at else None,
            planned_on=edition.planned_on,
            sendings=sent.get(edition.pk, 0),
            edition_id=edition.pk,
        )
        found.setdefault(placement.offer_id, []).append(seat)
    return {pk: tuple(seats) for pk, seats in found.items()}


def _sent(editions: Iterable[int]) -> QuerySet[Delivery, tuple[int, int]]:
    rows = Delivery.objects.filter(campaign__edition__in=editions, state=SENT).order_by()
    return rows.values_list("campaign__edition").annotate(Count("address_key", distinct=True))


def _readers(where: Q) -> int:
    """Return how many people these letters went to, each counted once."""
    found = Delivery.objects.filter(where, state=SENT).aggregate(n=Count("address_key", distinct=True))
    return int(found["n"])


def _campaigns(placed: Q, season: Season) -> list[int]:
    """Return the sendings that began in the season and carried such a placement."""
    editions = Placement.objects.filter(placed, edition__locked_at__isnull=False).values("edition")
    begun = Campaign.objects.filter(edition__in=editions, enqueued_at__isnull=False)
    first = begun.order_by().values("edition").annotate(first=Min("enqueued_at"))
    # an edition belongs to the season in which it began to leave, whenever its last reader had it
    inside = [row["edition"] for row in first if season_of(timezone.localdate(row["first"])) == season]
    return list(begun.filter(edition__in=inside).values_list("pk", flat=True))


def _readers_by_offer(placed: Q, campaigns: Sequence[int]) -> dict[int, int]:
    """Return by offer how many people received it in these letters; one that left to nobody counts as 0."""
    carried = Placement.objects.filter(placed, edition__campaigns__in=campaigns).order_by()
    reached = Count(
        "edition__campaigns__deliveries__address_key",
        distinct=True,
        filter=Q(edition__campaigns__deliveries__state=SENT),
    )
    return dict(carried.values("offer").annotate(reached=reached).values_list("offer", "reached"))
