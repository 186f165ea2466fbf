"""What befell the messages of letters, counted in the database: by letter, by variant, by who takes the mail.

These are the numbers as they are; what of them may be shown is said by `core.few`. "Who agrees" is who agrees today:
whoever withdrew counts neither among those who clicked nor among those of whom they are.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import astuple, dataclass

from psycopg.types.numeric import Int8

from campaigns.core.few import LEAST, Shown, shown, together, veil
from campaigns.models import Campaign
from newsletter.statements import Statement

# Nobody reads a table of two hundred hosters.
OPERATORS = 12
# One line for each variant and operator of each letter. A reader who left is told of the last letter that they had
# had by then; one who complained is no leaver besides.
COUNTED = Statement("""
SELECT d.campaign_id, d.variant_id, COALESCE(lane.operator, ''),
       count(*) FILTER (WHERE d.state = 'sent'),
       count(*) FILTER (WHERE d.state = 'failed'),
       count(*) FILTER (WHERE heard.delivered),
       count(*) FILTER (WHERE heard.complained),
       count(*) FILTER (WHERE gone.id IS NOT NULL AND heard.complained IS NOT TRUE),
       count(*) FILTER (WHERE d.state = 'sent' AND mine.id IS NOT NULL),
       count(*) FILTER (WHERE d.state = 'sent' AND mine.id IS NOT NULL AND clicked.delivery_id IS NOT NULL)
FROM campaigns_delivery d
JOIN campaigns_campaign c ON c.id = d.campaign_id
JOIN newsletter_edition e ON e.id = c.edition_id
LEFT JOIN (
    SELECT chunk.campaign_id, chunk.operator, seat FROM campaigns_chunk chunk
    CROSS JOIN LATERAL generate_series(chunk.first, chunk.last) seat
    WHERE chunk.campaign_id = ANY(%(campaigns)s::bigint[]) AND chunk.operator <> ''
) lane ON lane.campaign_id = d.campaign_id AND lane.seat = d.position
LEFT JOIN audiences_subscription mine ON mine.subscriber_id = d.subscriber_id
    AND mine.newsletter_id = e.newsletter_id AND mine.state = 'confirmed' AND mine.tracking
LEFT JOIN (
    SELECT DISTINCT k.delivery_id FROM campaigns_click k JOIN campaigns_link l ON l.id = k.link_id
    WHERE l.campaign_id = ANY(%(campaigns)s::bigint[]) AND l.part <> 'trap' AND k.times > 0
) clicked ON clicked.delivery_id = d.id
LEFT JOIN (
    SELECT delivery_id, bool_or(kind = 'delivered') AS delivered, bool_or(kind = 'complained') AS complained
    FROM campaigns_deliveryevent
    WHERE campaign_id = ANY(%(campaigns)s::bigint[]) AND kind IN ('delivered', 'complained')
    GROUP BY delivery_id
) heard ON heard.delivery_id = d.id
LEFT JOIN (
    SELECT DISTINCT had.id FROM audiences_consent w
    JOIN campaigns_delivery had ON had.address_key = w.address_key AND had.state = 'sent' AND w.at >= had.settled_at
    JOIN campaigns_campaign hc ON hc.id = had.campaign_id
    JOIN newsletter_edition he ON he.id = hc.edition_id
    JOIN newsletter_newsletter hn ON hn.id = he.newsletter_id AND hn.slug = w.newsletter
    WHERE had.campaign_id = ANY(%(campaigns)s::bigint[])
      AND w.purpose = 'newsletter' AND w.act = 'withdrawn' AND w.method <> 'complaint'
      AND NOT EXISTS (
          SELECT 1 FROM campaigns_delivery later
          JOIN campaigns_campaign lc ON lc.id = later.campaign_id
          JOIN newsletter_edition le ON le.id = lc.edition_id
          WHERE le.newsletter_id = he.newsletter_id AND later.address_key = had.address_key AND later.state = 'sent'
            AND later.id <> had.id AND later.settled_at > had.settled_at AND later.settled_at <= w.at)
) gone ON gone.id = d.id
WHERE d.campaign_id = ANY(%(campaigns)s::bigint[])
GROUP BY 1, 2, 3
""")


@dataclass(frozen=True)
class Fates:
    """Each message once in each number: the truth, which is not for showing."""

    sent: int = 0
    failed: int = 0
    delivered: int = 0
    complained: int = 0
    left: int = 0
    agree: int = 0
    clicked: int = 0

    def __add__(self, other: "Fates") -> "Fates":
        return Fates(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Cell:
    """The fates of one variant's messages to one operator."""

    campaign: int
    variant: int
    operator: str
    fates: Fates


@dataclass(frozen=True)
class Figures:
    """What may be shown of a letter as a whole, or of a slice of it."""

    sent: Shown
    failed: Shown
    complained: Shown
    left: Shown
    agree: Shown
    clicked: Shown


@dataclass(frozen=True)
class Slice:
    """The readers of one operator, or of one variant; `key` is empty for all the others together."""

    key: Hashable
    figures: Figures


def counted(campaigns: Sequence[Campaign]) -> list[Cell]:
    """Return the fates of these letters in one query."""
    asked = {"campaigns": [Int8(campaign.pk) for campaign in campaigns]}
    return [Cell(campaign, variant, who, Fates(*told)) for campaign, variant, who, *told in COUNTED.ask(asked)]


def summed(cells: Sequence[Cell], by: Callable[[Cell], Hashable]) -> dict[Hashable, Fates]:
    """Return the fates by what a cell belongs to."""
    found: dict[Hashable, Fates] = {}
    for cell in cells:
        found[by(cell)] = found.get(by(cell), Fates()) + cell.fates
    return found


def of_whole(fates: Fates) -> Figures:
    """Return what may be shown of a letter: how many left is no secret, what few people did is."""
    return Figures(
        sent=fates.sent,
        failed=fates.failed,
        complained=shown(fates.complained),
        left=shown(fates.left),
        agree=shown(fates.agree),
        clicked=shown(fates.clicked, of=fates.agree),
    )


def by_variant(cells: Sequence[Cell]) -> list[Slice]:
    """Return a slice for each variant, in no order; none where there is one variant only."""
    return _slices(list(summed(cells, lambda cell: cell.variant).items()))


def by_operator(cells: Sequence[Cell]) -> list[Slice]:
    """Return a slice for each operator, the largest first, and the small ones in one; none where none is known."""
    known = summed(cells, lambda cell: cell.operator)
    if set(known) <= {""}:
        return []
    ranked = sorted(known.items(), key=lambda item: (item[0] == "", -item[1].sent - item[1].failed, str(item[0])))
    large = [(who, told) for who, told in ranked if who and told.sent + told.failed >= LEAST][:OPERATORS]
    rest = Fates()
    for who, told in ranked:
        rest = rest if who in dict(large) else rest + told
    return _slices([*large, ("", rest)] if rest != Fates() else large)


def _slices(parts: Sequence[tuple[Hashable, Fates]]) -> list[Slice]:
    """Return the slices of a letter so that no column gives away what is hidden in it."""
    if len(parts) < 2:
        return []
    told = [fates for _, fates in parts]
    sent = veil([one.sent for one in told])
    # where it is not said how many there are, it is not said either what they did
    untold = {place for place, said in enumerate(sent) if said is None}
    agree, clicked = together([one.agree for one in told], [one.clicked for one in told], also=untold)
    columns = [
        sent,
        veil([one.failed for one in told]),
        veil([one.complained for one in told], also=untold),
        veil([one.left for one in told], also=untold),
        agree,
        clicked,
    ]
    return [Slice(key, Figures(*row)) for (key, _), row in zip(parts, zip(*columns, strict=True), strict=True)]
