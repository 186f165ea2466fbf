"""What happens to an edition: it is opened, written, filled with offers, locked and perhaps reopened.

Every verb holds the edition's row until its end, so two people who compose at once wait for each other and
neither loses a seat. The instance that a verb is given is read anew and bears the new values afterwards.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from newsletter import contents, opportunities
from newsletter.core.preflight import Finding
from newsletter.core.review import UNDO_FOR, OfferState
from newsletter.core.seating import OutOfStep, moved, rearranged
from newsletter.models import Edition, Newsletter, Offer, OfferRevision, Placement, User

# Why an edition may not be reopened, in words for the board; nothing if it may.
Guard = Callable[[Edition], "str | None"]
_reopening_guards: list[Guard] = []
EDITORIAL = 8000


class NotNow(Exception):
    """What was asked cannot be done as things stand; `code` says which of the reasons it is."""

    code = "not_now"


class EditionLocked(NotNow):
    """A locked edition is what was approved to be sent: nothing in it changes."""

    code = "locked"


class EditionOpen(NotNow):
    """Only a locked edition is reopened."""

    code = "open"


class OfferNotApproved(NotNow):
    """The board has not approved the offer, or its member took it back."""

    code = "not_approved"


class OfferOver(NotNow):
    """The offer will be over on the day that the edition is planned for."""

    code = "over"


class MemberSuspended(NotNow):
    """The offer's member is suspended."""

    code = "suspended"


class AlreadyPlaced(NotNow):
    """The offer has its seat in this edition."""

    code = "already_placed"


class NotPlaced(NotNow):
    """The offer has no seat in this edition, or no longer."""

    code = "not_placed"


class OrderOutOfStep(NotNow):
    """Someone placed or removed an offer since this order was looked at."""

    code = "out_of_step"


class NotReady(NotNow):
    """Findings stand in the way of locking."""

    code = "not_ready"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


class TooLong(NotNow):
    """The editorial has no room for one more paragraph."""

    code = "too_long"


class ReopeningForbidden(NotNow):
    """The wing that sends still holds the edition; `why` says it in words."""

    code = "reopening_forbidden"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def guard_reopening(guard: Guard) -> None:
    """Ask this guard before an edition is reopened: it answers why not, in words, or nothing."""
    if guard not in _reopening_guards:
        _reopening_guards.append(guard)


def open_edition(
    newsletter: Newsletter, *, title: str, planned_on: date, by: User | None, language: str = "fr", now: datetime
) -> Edition:
    """Start an edition for the day that it is planned to leave on; its address is made from its title."""
    stem = slugify(title)[:70].strip("-") or "edition"
    taken = set(Edition.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    while True:
        slug = stem if number == 1 else f"{stem}-{number}"
        number += 1
        if slug in taken:
            continue
        try:
            with transaction.atomic():
                edition = Edition.objects.create(
                    newsletter=newsletter,
                    title=title,
                    slug=slug,
                    planned_on=planned_on,
                    language=language,
                    created_by=by,
                )
                Edition.objects.filter(pk=edition.pk).update(created_at=now)
        except IntegrityError:
            # someone else took the address a moment ago
            if not Edition.objects.filter(slug=slug).exists():
                raise
        else:
            edition.created_at = now
            return edition


@transaction.atomic
def write(edition: Edition, *, subject: str, preheader: str, editorial: str, title: str, planned_on: date) -> Edition:
    """Put the board's own words into the edition; offers already placed keep their seats."""
    _hold_open(edition)
    edition.subject, edition.preheader, edition.editorial = subject, preheader, editorial
    edition.title, edition.planned_on = title, planned_on
    edition.save(update_fields=["subject", "preheader", "editorial", "title", "planned_on"])
    return edition


@transaction.atomic
def quote(edition: Edition, text: str) -> Edition:
    """Add a paragraph at the end of the editorial; raise TooLong where it would not fit."""
    _hold_open(edition)
    editorial = f"{edition.editorial.rstrip()}\n\n{text}".strip()
    if len(editorial) > EDITORIAL:
        raise TooLong
    edition.editorial = editorial
    edition.save(update_fields=["editorial"])
    return edition


@transaction.atomic
def place(edition: Edition, offer: Offer, *, position: int | None = None) -> Placement:
    """Give an approved offer a seat, the last unless said otherwise, bound to its newest revision."""
    _hold_open(edition)
    offer.refresh_from_db(from_queryset=Offer.objects.select_for_update())
    if offer.state != OfferState.APPROVED:
        raise OfferNotApproved
    if not Offer.objects.filter(pk=offer.pk, member__is_active=True).exists():
        raise MemberSuspended
    if not Offer.objects.not_over(edition.planned_on).filter(pk=offer.pk).exists():
        raise OfferOver
    order = _order(edition)
    if offer.pk in order:
        raise AlreadyPlaced
    placement = Placement.objects.create(edition=edition, offer=offer, revision=_newest(offer), position=len(order) + 1)
    if position is not None:
        _seat(edition, moved([*order, offer.pk], offer.pk, position))
        placement.refresh_from_db(fields=["position"])
    return placement


@transaction.atomic
def move(edition: Edition, offer: Offer, *, position: int) -> None:
    """Give a placed offer another seat; the others close up."""
    _hold_open(edition)
    order = _order(edition)
    if offer.pk not in order:
        raise NotPlaced
    _seat(edition, moved(order, offer.pk, position))


@transaction.atomic
def arrange(edition: Edition, offer_ids: Sequence[int]) -> None:
    """Seat all placed offers in this order; an order that names others than these is refused whole."""
    _hold_open(edition)
    try:
        _seat(edition, rearranged(_order(edition), offer_ids))
    except OutOfStep:
        raise OrderOutOfStep from None


@transaction.atomic
def remove(edition: Edition, offer: Offer) -> None:
    """Take an offer out of the edition; one that is out already stays out."""
    _hold_open(edition)
    edition.placements.filter(offer=offer).delete()
    _seat(edition, _order(edition))


@transaction.atomic
def refresh(edition: Edition, offer: Offer) -> Placement:
    """Print the newest revision that the board approved of a placed offer."""
    _hold_open(edition)
    placement = edition.placements.filter(offer=offer).first()
    if placement is None:
        raise NotPlaced
    placement.revision = _newest(offer)
    placement.save(update_fields=["revision"])
    return placement


@transaction.atomic
def lock(edition: Edition, *, by: User | None, now: datetime, tell: bool = False) -> Edition:
    """Declare the edition ready to be sent, under the hash of all it says; blocking findings forbid it.

    With `tell`, those whose offers it holds are owed the news, each seat once.
    """
    _hold_open(edition)
    examined = contents.examine(edition)
    if examined.blocking:
        raise NotReady(examined.blocking)
    edition.locked_at, edition.locked_by = now, by
    edition.content_hash = examined.content.fingerprint()
    edition.save(update_fields=["locked_at", "locked_by", "content_hash"])
    opportunities.record(edition)
    if tell:
        edition.placements.filter(told_at=None).update(owed_at=now)
    return edition


@transaction.atomic
def reopen(edition: Edition, *, by: User | None, now: datetime) -> Edition:
    """Let the board write again, unless a guard says why not."""
    _hold(edition)
    if not edition.is_locked:
        raise EditionOpen
    for guard in _reopening_guards:
        why = guard(edition)
        if why:
            raise ReopeningForbidden(why)
    edition.locked_at, edition.locked_by, edition.content_hash = None, None, ""
    edition.save(update_fields=["locked_at", "locked_by", "content_hash"])
    opportunities.forget(edition)
    edition.placements.filter(told_at=None).update(owed_at=None)
    return edition


def untold(*, now: datetime) -> list[int]:
    """Return the seats whose members are to be told; a board that locked too soon has half a minute to reopen."""
    late = Placement.objects.filter(told_at=None, owed_at__range=(now - timedelta(days=3), now - UNDO_FOR))
    return list(late.values_list("pk", flat=True)[:200])


def take_news(placement_id: int, *, now: datetime) -> Placement | None:
    """Return the seat of which the caller now has to tell; None if somebody else has it, or it is owed no more."""
    mine = Placement.objects.filter(pk=placement_id, told_at=None, owed_at__lte=now - UNDO_FOR).update(told_at=now)
    rows = Placement.objects.select_related("offer__member", "edition")
    return rows.filter(pk=placement_id).first() if mine else None


def put_news_back(placement: Placement) -> None:
    """Say that nobody could be told after all; it is tried again a little later."""
    Placement.objects.filter(pk=placement.pk).update(told_at=None)


def _hold(edition: Edition) -> None:
    edition.refresh_from_db(from_queryset=Edition.objects.select_for_update())


def _hold_open(edition: Edition) -> None:
    _hold(edition)
    if edition.is_locked:
        raise EditionLocked


def _order(edition: Edition) -> list[int]:
    return list(edition.placements.order_by("position").values_list("offer_id", flat=True))


def _seat(edition: Edition, order: Sequence[int]) -> None:
    """Number the seats anew from 1; the database checks at commit that no two share one."""
    seats = {placement.offer_id: placement for placement in edition.placements.all()}
    for position, offer_id in enumerate(order, start=1):
        seats[offer_id].position = position
    Placement.objects.bulk_update(seats.values(), ["position"])


def _newest(offer: Offer) -> OfferRevision:
    newest = offer.revisions.order_by("-number").first()
    if newest is None:
        raise OfferNotApproved
    return newest
