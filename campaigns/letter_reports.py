"""What came of a letter, for the board, and of the letters beside each other; few people are never told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from django.utils import timezone

from campaigns import fates, followed, measuring, reports
from campaigns.fates import Fates, Figures, Slice
from campaigns.followed import Clicks, Day, Followed
from campaigns.models import Campaign, Variant
from newsletter.models import Edition, Newsletter

# So many letters stand beside each other: a year of a monthly one.
LETTERS = 12


@dataclass(frozen=True)
class LetterReport:
    """What the board is told of one sending."""

    campaign: Campaign
    whole: Figures
    # By reason, as the page of the sending tells it: a full mailbox is no act of its reader.
    bounced: dict[str, int]
    # How many were told to have reached the mailbox; None where nobody tells, as behind a bare relay.
    delivered: int | None
    # Whether everyone's clicks are counted, or only those of who agree.
    counts_all: bool
    followed: Followed
    operators: tuple[Slice, ...]
    variants: tuple[tuple[Variant, Figures], ...]

    @property
    def hides(self) -> bool:
        """Return whether a number of this report is not shown."""
        slices = [one.figures for one in self.operators] + [told for _, told in self.variants]
        shown = [getattr(one, field.name) for one in (self.whole, *slices) for field in fields(Figures)]
        known = self.followed
        clicks: list[Clicks | Day] = [*known.links, *known.offers, *known.parts, *known.days]
        shown += [count for one in clicks for count in (one.times, one.own, one.people)]
        return None in (*shown, known.times, known.own)


def of_letter(campaign: Campaign) -> LetterReport:
    """Return the report in as many queries, however many links, days, operators and variants the letter has."""
    cells = fates.counted([campaign])
    whole = sum((cell.fates for cell in cells), Fates())
    counts_all = _counts_all(campaign)
    variants = {row.pk: row for row in campaign.variants.select_related("segment").defer("template", "html")}
    slices = sorted(fates.by_variant(cells), key=lambda one: variants[int(str(one.key))].position)
    return LetterReport(
        campaign=campaign,
        whole=fates.of_whole(whole),
        bounced=reports.without_letter(campaign).get("failed", {}),
        delivered=whole.delivered or None,
        counts_all=counts_all,
        followed=followed.of_letter(campaign, agree=whole.agree, clicked=whole.clicked),
        operators=tuple(fates.by_operator(cells)),
        variants=tuple((variants[int(str(one.key))], one.figures) for one in slices),
    )


def _counts_all(campaign: Campaign) -> bool:
    """Return whether everyone's clicks were counted since the letter was written; where that is not sure, no."""
    rules = measuring.rules(campaign.edition.newsletter.association_id)
    since = rules.changed_at
    return rules.counts_clicks and (since is None or campaign.launched_at is None or since <= campaign.launched_at)


@dataclass(frozen=True)
class Beside:
    """One edition among the others, all its sendings together."""

    edition: Edition
    latest: Campaign
    on: date
    figures: Figures


def side_by_side(newsletter: Newsletter) -> list[Beside]:
    """Return the last letters of a newsletter, the newest first, in as many queries however many they are."""
    begun = Campaign.objects.filter(edition__newsletter=newsletter, enqueued_at__isnull=False)
    rows = begun.select_related("edition").order_by("-enqueued_at", "-pk")
    kept = list(dict.fromkeys(rows.values_list("edition", flat=True)))[:LETTERS]
    letters: dict[int, list[Campaign]] = {edition: [] for edition in kept}
    for row in rows.filter(edition__in=kept):
        letters[row.edition_id].append(row)
    return _beside(letters)


def _beside(letters: dict[int, list[Campaign]]) -> list[Beside]:
    every = [row for rows in letters.values() for row in rows]
    of = {row.pk: row.edition_id for row in every}
    # nobody has the same edition twice, so its sendings add up
    summed = fates.summed(fates.counted(every), lambda cell: of[cell.campaign])
    return [
        Beside(rows[0].edition, rows[0], _left_on(rows), fates.of_whole(summed.get(edition, Fates())))
        for edition, rows in letters.items()
    ]


def _left_on(rows: Sequence[Campaign]) -> date:
    return min(timezone.localdate(row.enqueued_at) for row in rows if row.enqueued_at)
