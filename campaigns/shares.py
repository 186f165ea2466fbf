"""A member's share of the letter: what was seen of them over the year, beside the others, letter by letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median

from django.db.models import Count, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from campaigns import exposures
from campaigns.models import Exposure
from newsletter.core.advice import Advice, Facts, advise
from newsletter.core.exposure import ENOUGH_FOR_A_MEDIAN, YEAR, Standing, Standings
from newsletter.core.reasons import Code, Reason
from newsletter.core.review import OfferState
from newsletter.models import Edition, Member, Offer


@dataclass(frozen=True)
class Letter:
    """One letter of the year: where the member stood in it and before how many, and why, where it is known."""

    edition: int
    title: str
    slug: str
    on: date
    had_offer: bool
    position: int | None = None
    readers: int = 0
    reason: Reason | None = None


@dataclass(frozen=True)
class Share:
    """All that is said to a member, and of them to the board."""

    member: Member
    standing: Standing
    standings: Standings
    # Of all members, in whole readers: how many were seen less and stand before them, how many as much; and all.
    before: int
    level: int
    of: int
    # The median of their own trade, where it is shared by enough others to tell nobody's number.
    trade_median: Fraction | None
    letters: tuple[Letter, ...]
    advice: tuple[Advice, ...]

    @property
    def placed(self) -> int:
        return sum(letter.position is not None for letter in self.letters)

    @property
    def per_letter(self) -> int:
        """What the rule compares, in whole readers."""
        return round(self.standing.exposure)

    @property
    def median(self) -> int:
        return round(self.standings.median)

    @property
    def percent(self) -> int | None:
        """What was seen of them for each letter, the member in the middle having 100; None while there is no middle."""
        middle = self.standings.median
        return round(self.standing.exposure / middle * 100) if middle else None

    @property
    def bar(self) -> int:
        """Where the member's bar ends on a scale of 1000, whose middle is the median; twice as much fills it."""
        return min(1000, 5 * (self.percent or 0))


def share_of(member: Member, *, now: datetime, reasons: Mapping[int, Reason] | None = None) -> Share:
    """Return the member's year; `reasons` says by edition why their offer was placed or not, where that was kept."""
    found = exposures.standings(now)
    own = found.standing(member.pk)
    members = dict(Member.objects.active().values_list("pk", "category"))
    others = [found.standing(pk).exposure for pk in members if pk != member.pk]
    peers = [found.of[pk].record.rate for pk, trade in members.items() if trade == member.category and pk in found.of]
    letters = tuple(_letters(member, now=now, reasons=reasons or {}))
    return Share(
        member=member,
        standing=own,
        standings=found,
        before=sum(round(exposure) < round(own.exposure) for exposure in others),
        level=sum(round(exposure) == round(own.exposure) for exposure in others),
        of=len(members),
        trade_median=Fraction(median(peers)) if len(peers) >= ENOUGH_FOR_A_MEDIAN else None,
        letters=letters,
        advice=tuple(advise(_facts(member, own, found, letters, today=timezone.localdate(now)))),
    )


def _letters(member: Member, *, now: datetime, reasons: Mapping[int, Reason]) -> list[Letter]:
    """Return the letters of the year, the newest first."""
    stood = (
        Exposure.objects.filter(member=member, campaign__edition=OuterRef("pk")).order_by().values("campaign__edition")
    )
    rows = (
        Edition.objects.filter(pk__in=exposures.letters(now))
        .annotate(
            on=TruncDate(Min("campaigns__enqueued_at", filter=Q(campaigns__enqueued_at__gt=now - YEAR))),
            chances=Count("opportunities", filter=Q(opportunities__member=member), distinct=True),
            position=Subquery(stood.annotate(n=Min("position")).values("n")),
            readers=Subquery(stood.annotate(n=Sum("sent")).values("n")),
        )
        .order_by("-on", "-pk")
    )
    return [
        Letter(
            edition=row.pk,
            title=row.title,
            slug=row.slug,
            on=row.on,
            had_offer=row.chances > 0,
            position=row.position,
            readers=row.readers or 0,
            reason=reasons.get(row.pk),
        )
        for row in rows
    ]


def _facts(member: Member, own: Standing, found: Standings, letters: tuple[Letter, ...], *, today: date) -> Facts:
    planned = Edition.objects.filter(locked_at=None, planned_on__gte=today).order_by("planned_on")
    next_one = planned.values_list("planned_on", flat=True).first() or today
    in_state = {state: Q(state=state) for state in OfferState}
    accepted = in_state[OfferState.APPROVED]
    counts = Offer.objects.filter(member=member).aggregate(
        ready=Count("pk", filter=accepted & Q(valid_until__gte=next_one)),
        waiting=Count("pk", filter=in_state[OfferState.SUBMITTED]),
        drafts=Count("pk", filter=in_state[OfferState.DRAFT]),
        to_answer=Count("pk", filter=in_state[OfferState.CHANGES_REQUESTED]),
        ends_too_soon=Count("pk", filter=accepted & Q(valid_until__lt=next_one)),
        without_picture=Count("pk", filter=accepted & Q(valid_until__gte=next_one, image="")),
    )
    codes = [letter.reason.code for letter in letters if letter.reason]
    return Facts(
        **counts,
        letters=found.letters,
        chances=own.record.chances,
        category_full=codes.count(Code.CATEGORY_FULL),
        commune_full=codes.count(Code.COMMUNE_FULL),
        below_median=own.exposure < found.median,
    )
