"""What was clicked in one letter: raw, without machines, and by how many people of those who agree."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone
from psycopg.types.numeric import Int8

from campaigns import links
from campaigns.core.few import Shown, beneath, shown, together
from campaigns.core.picture import lengths
from campaigns.models import Campaign, Link, LinkCount
from newsletter.core.linking import Part
from newsletter.statements import Statement

# After a fortnight a letter is history; what comes later stands in one line.
DAYS = 14
# How many of those who agree followed each link, any of an offer's and any of a part's: people, however often.
PEOPLE = Statement("""
SELECT l.id, l.offer_id, l.part, count(DISTINCT k.delivery_id)
FROM campaigns_link l
JOIN campaigns_campaign c ON c.id = l.campaign_id
JOIN newsletter_edition e ON e.id = c.edition_id
JOIN campaigns_click k ON k.link_id = l.id AND k.times > 0
JOIN campaigns_delivery d ON d.id = k.delivery_id AND d.state = 'sent'
JOIN audiences_subscription mine ON mine.subscriber_id = k.subscriber_id
    AND mine.newsletter_id = e.newsletter_id AND mine.state = 'confirmed' AND mine.tracking
WHERE l.campaign_id = %(campaign)s AND l.part <> 'trap'
GROUP BY GROUPING SETS ((l.id), (l.offer_id), (l.part))
""")
# The day on which each of them first followed anything.
FIRST_DAYS = Statement("""
SELECT day, count(*) FROM (
    SELECT (min(k.first_at) AT TIME ZONE %(zone)s::text)::date AS day
    FROM campaigns_link l
    JOIN campaigns_campaign c ON c.id = l.campaign_id
    JOIN newsletter_edition e ON e.id = c.edition_id
    JOIN campaigns_click k ON k.link_id = l.id AND k.times > 0
    JOIN campaigns_delivery d ON d.id = k.delivery_id AND d.state = 'sent'
    JOIN audiences_subscription mine ON mine.subscriber_id = k.subscriber_id
        AND mine.newsletter_id = e.newsletter_id AND mine.state = 'confirmed' AND mine.tracking
    WHERE l.campaign_id = %(campaign)s AND l.part <> 'trap'
    GROUP BY k.delivery_id
) firsts GROUP BY day
""")


@dataclass(frozen=True)
class Clicks:
    """Clicks on a link, on all of an offer, or on all of a part of the letter."""

    name: str
    part: Part
    times: Shown  # every redirect that was followed
    own: Shown  # those in which no machine gave itself away
    people: Shown
    link: Link | None = None
    bar: int = 0


@dataclass(frozen=True)
class Day:
    """One day of a letter; without a date, all that came after the last one told apart."""

    on: date | None
    times: Shown
    own: Shown
    people: Shown


@dataclass(frozen=True)
class Followed:
    """All that was clicked in a letter."""

    times: Shown
    own: Shown
    links: tuple[Clicks, ...]
    offers: tuple[Clicks, ...]
    parts: tuple[Clicks, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class _Told:
    """The same, as far as it may be shown."""

    by_link: dict[int, Shown]
    by_offer: dict[int, Shown]
    by_part: dict[str, Shown]


@dataclass(frozen=True)
class _People:
    by_link: Mapping[int, int]
    by_offer: Mapping[int, int]
    by_part: Mapping[str, int]


def of_letter(campaign: Campaign, *, agree: int, clicked: int) -> Followed:
    """Return what was clicked; `agree` readers are measured, of whom `clicked` followed something.

    Few clicks are few people's: they are hidden as people are, and with them every sum that they are part of.
    """
    rows = list(links.listed(campaign))
    raw = told(rows)
    few = {row.pk for row, (_, own) in zip(rows, raw, strict=True) if own is None}
    people = _beneath(rows, _people(campaign), shown(clicked, of=agree), few)
    bars = lengths([own or 0 for _, own in raw])
    known = tuple(
        Clicks(
            name=row.label or row.target,
            part=Part(row.part),
            times=times,
            own=own,
            people=people.by_link[row.pk],
            link=row,
            bar=bar,
        )
        for row, (times, own), bar in zip(rows, raw, bars, strict=True)
    )
    return Followed(
        times=shown(sum(row.times for row in rows)),
        own=shown(sum(row.times - row.by_machines for row in rows)),
        links=known,
        offers=tuple(_offers(known, people)),
        parts=tuple(_parts(known, people)),
        days=tuple(_days(campaign, agree=agree)),
    )


def told(rows: "Sequence[links.Counted]") -> list[tuple[Shown, Shown]]:
    """Return what may be shown of each link's clicks: all of them, and those in which no machine gave itself away."""
    columns = together([row.times for row in rows], [row.times - row.by_machines for row in rows])
    return list(zip(*columns, strict=True))


def _people(campaign: Campaign) -> _People:
    by_link: dict[int, int] = {}
    by_offer: dict[int, int] = {}
    by_part: dict[str, int] = {}
    for link, offer, part, count in PEOPLE.ask({"campaign": Int8(campaign.pk)}):
        if link is not None:
            by_link[link] = count
        elif part is not None:
            by_part[part] = count
        elif offer is not None:  # what belongs to no offer is a group as well
            by_offer[offer] = count
    return _People(by_link, by_offer, by_part)


def _beneath(rows: "Sequence[links.Counted]", people: _People, clicked: Shown, few: Collection[int]) -> _Told:
    """Return how many people may be shown: the letter's parts beneath the whole, its offers and links beneath those.

    Of links with too few clicks, `few`, the people are not shown either.
    """
    parts = list(dict.fromkeys(row.part for row in rows))
    found = _Told({}, {}, {})
    for part, whole in zip(parts, beneath(clicked, [people.by_part.get(part, 0) for part in parts]), strict=True):
        found.by_part[part] = whole
        inside = [row for row in rows if row.part == part]
        offers = list(dict.fromkeys(row.offer_id for row in inside if row.offer_id is not None))
        alone = [row for row in inside if row.offer_id is None]
        counts = [people.by_offer.get(pk, 0) for pk in offers] + [people.by_link.get(row.pk, 0) for row in alone]
        untold = {offers.index(row.offer_id) for row in inside if row.offer_id is not None and row.pk in few}
        untold |= {len(offers) + place for place, row in enumerate(alone) if row.pk in few}
        said = beneath(whole, counts, also=untold)
        found.by_link.update(zip((row.pk for row in alone), said[len(offers) :], strict=True))
        for offer, count in zip(offers, said[: len(offers)], strict=True):
            found.by_offer[offer] = count
            own = [row.pk for row in inside if row.offer_id == offer]
            hidden = {place for place, pk in enumerate(own) if pk in few}
            counted = beneath(count, [people.by_link.get(pk, 0) for pk in own], also=hidden)
            found.by_link.update(zip(own, counted, strict=True))
    return found


def _sum(counts: Iterable[Shown]) -> Shown:
    """Return the sum; of which one part is hidden, the whole is."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _offers(known: Sequence[Clicks], people: _Told) -> list[Clicks]:
    """Return each offer's clicks in the order of the letter, the same offer's links together."""
    groups: dict[int, list[Clicks]] = {}
    for one in known:
        if one.link is not None and one.link.offer_id is not None:
            groups.setdefault(one.link.offer_id, []).append(one)
    return [
        Clicks(
            name=getattr(ones[0].link.offer if ones[0].link else None, "title", "") or ones[0].name,
            part=Part.OFFER,
            times=_sum(one.times for one in ones),
            own=_sum(one.own for one in ones),
            people=people.by_offer[offer],
        )
        for offer, ones in groups.items()
    ]


def _parts(known: Sequence[Clicks], people: _Told) -> list[Clicks]:
    groups: dict[Part, list[Clicks]] = {}
    for one in known:
        groups.setdefault(one.part, []).append(one)
    return [
        Clicks(
            name="",
            part=part,
            times=_sum(one.times for one in ones),
            own=_sum(one.own for one in ones),
            people=people.by_part[part.value],
        )
        for part, ones in groups.items()
    ]


def _days(campaign: Campaign, *, agree: int) -> list[Day]:
    """Return a line for each day from the departure to the last click, a fortnight at most, then one for the rest."""
    rows = LinkCount.objects.filter(link__campaign=campaign).exclude(link__part=Part.TRAP)
    counts = {
        day: (times, times - machines)
        for day, times, machines in rows.order_by()
        .values_list("day")
        .annotate(times=Sum("times"), machines=Sum("by_machines"))
    }
    zone = timezone.get_current_timezone_name()
    people = dict(FIRST_DAYS.ask({"campaign": Int8(campaign.pk), "zone": zone}))
    seen = [*counts, *people]
    if not seen or campaign.enqueued_at is None:
        return []
    first = min(*seen, timezone.localdate(campaign.enqueued_at))
    length = min(DAYS, (max(seen) - first).days + 1)
    days = [first + timedelta(days=number) for number in range(length)]
    lines: list[tuple[date | None, int, int, int]] = [
        (day, *counts.get(day, (0, 0)), people.get(day, 0)) for day in days
    ]
    if late := [day for day in {*seen} if day > days[-1]]:
        raw = [counts.get(day, (0, 0)) for day in late]
        more = (sum(times for times, _ in raw), sum(own for _, own in raw), sum(people.get(day, 0) for day in late))
        lines.append((None, *more))
    said = zip(
        *together([line[1] for line in lines], [line[2] for line in lines], [line[3] for line in lines]),
        strict=True,
    )
    enough = shown(0, of=agree) is not None
    return [
        Day(line[0], times, own, who if enough else None) for line, (times, own, who) in zip(lines, said, strict=True)
    ]
