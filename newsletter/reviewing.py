"""The board's reading: what waits, what is to be remarked in it, who has opened it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from newsletter import offers
from newsletter.core import legal
from newsletter.core.completeness import Missing
from newsletter.core.legal import Remark
from newsletter.core.review import OfferState, Review
from newsletter.core.states import IllegalMove
from newsletter.models import Offer, OfferMove, OfferSight, Place, User


class Unread(StrEnum):
    """Why an offer is not accepted among others."""

    FINDINGS = "findings"
    UNSEEN = "unseen"
    MOVED = "moved"


@dataclass(frozen=True)
class Wanted:
    """Which offers a reader of the board goes through."""

    state: str = ""
    category: str = ""
    commune: Place | None = None
    findings: bool = False

    @property
    def narrows(self) -> bool:
        return bool(self.state or self.category or self.commune or self.findings)


@dataclass(frozen=True)
class Read:
    """An offer with what the board has to know before it answers."""

    offer: Offer
    lacking: list[Missing] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    sights: list[OfferSight] = field(default_factory=list)

    @property
    def findings(self) -> int:
        return len(self.lacking) + len(self.remarks)

    def hinders(self, by: User) -> Unread | None:
        """Return why this person may not accept it unopened among others; None where they may."""
        if self.offer.state != OfferState.SUBMITTED:
            return Unread.MOVED
        if self.findings:
            return Unread.FINDINGS
        sent = self.offer.submitted_at
        # what was opened before the member sent it anew is another text
        opened = any(sight.by_id == by.pk and (sent is None or sight.at >= sent) for sight in self.sights)
        return None if opened else Unread.UNSEEN


def listed(wanted: Wanted, *, states: Iterable[str], today: date) -> QuerySet[Offer] | list[Offer]:
    """Return the offers in these states, what the board owes an answer first, the oldest before the others."""
    waits = When(state=OfferState.SUBMITTED, then=Value(0))
    found = (
        _narrowed(Offer.objects.filter(state__in=list(states)), wanted)
        .annotate(owed=Case(waits, default=Value(1), output_field=IntegerField()))
        .order_by("owed", Case(When(owed=0, then=F("submitted_at"))), "-changed_at", "pk")
    )
    return _with_findings(found, today=today) if wanted.findings else found


def waiting(wanted: Wanted, *, today: date) -> list[int]:
    """Return what waits for an answer and is wanted, the oldest first."""
    found = _narrowed(Offer.objects.waiting(), wanted)
    if wanted.findings:
        return [offer.pk for offer in _with_findings(found, today=today)]
    return list(found.values_list("pk", flat=True))


def after(offer_id: int, submitted_at: datetime | None, queue: Sequence[int]) -> int | None:
    """Return which of the queue is read after this one: the next that is younger, else the oldest."""
    if offer_id in queue:
        queue = [*queue[queue.index(offer_id) + 1 :], *queue[: queue.index(offer_id)]]
    elif submitted_at is not None:
        younger = set(
            Offer.objects.filter(pk__in=queue, submitted_at__gte=submitted_at)
            .exclude(submitted_at=submitted_at, pk__lt=offer_id)
            .values_list("pk", flat=True)
        )
        queue = [*(one for one in queue if one in younger), *(one for one in queue if one not in younger)]
    return queue[0] if queue else None


def read(rows: Iterable[Offer], *, today: date) -> list[Read]:
    """Return these offers with what is to be remarked in them and who has opened them."""
    rows = list(rows)
    sights: dict[int, list[OfferSight]] = {}
    for sight in OfferSight.objects.filter(offer__in=rows).select_related("by"):
        sights.setdefault(sight.offer_id, []).append(sight)
    leaves = offers.next_sending(today=today)
    return [
        Read(row, offers.lacks(row, today=today), _remarks(row, leaves), sights.get(row.pk, []))
        if row.state != OfferState.DRAFT
        else Read(row)
        for row in rows
    ]


def accept_read(
    offer_ids: Sequence[int], *, by: User, now: datetime, tell: bool = False
) -> tuple[list[Offer], list[tuple[Offer, Unread]]]:
    """Accept those of these offers that have no findings and that this person has opened; return the others too."""
    accepted, refused = list[Offer](), list[tuple[Offer, Unread]]()
    rows = Offer.objects.filter(pk__in=offer_ids).exclude(state=OfferState.DRAFT).select_related("member")
    for one in read(rows.order_by("submitted_at", "pk"), today=timezone.localdate(now)):
        why = one.hinders(by)
        if why is None:
            try:
                offers.approve(one.offer, by=by, now=now, read_as_of=one.offer.submitted_at, tell=tell)
            except (IllegalMove, offers.Overtaken):
                why = Unread.MOVED
        if why is None:
            accepted.append(one.offer)
        else:
            refused.append((one.offer, why))
    return accepted, refused


@dataclass(frozen=True)
class Digest:
    """What a morning's mail tells the board: how much waits, the oldest of it, and what a member objected to."""

    count: int
    oldest: list[Offer]
    objected: list[Offer]


def digest() -> Digest | None:
    """Return what waits for the board; None where nothing does."""
    rows = Offer.objects.waiting().select_related("member")
    count = rows.count()
    if not count:
        return None
    last = OfferMove.objects.filter(offer=OuterRef("pk")).order_by("-at", "-pk").values("move")[:1]
    objected = rows.annotate(last=Subquery(last)).filter(last=Review.OBJECT)
    return Digest(count, list(rows[:10]), list(objected[:10]))


def take_digest(user: User, *, day: date) -> bool:
    """Return whether the caller now has to mail this person the digest of the day: once, whoever asks."""
    return bool(User.objects.filter(pk=user.pk).exclude(digest_on=day).update(digest_on=day))


def put_digest_back(user: User) -> None:
    """Say that it could not be mailed after all; it is tried again a little later."""
    User.objects.filter(pk=user.pk).update(digest_on=None)


def _narrowed(found: QuerySet[Offer], wanted: Wanted) -> QuerySet[Offer]:
    chosen = {"state": wanted.state, "member__category": wanted.category, "member__commune": wanted.commune}
    return found.filter(**{name: value for name, value in chosen.items() if value}).select_related("member__commune")


def _with_findings(found: Iterable[Offer], *, today: date) -> list[Offer]:
    leaves = offers.next_sending(today=today)
    return [row for row in found if offers.lacks(row, today=today) or _remarks(row, leaves)]


def _remarks(row: Offer, leaves: date | None) -> list[Remark]:
    return legal.remarks(row.claims(row.member.category), next_sending=leaves)
