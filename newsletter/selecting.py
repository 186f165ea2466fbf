"""From answers to places: the rule proposes, the board may override with a word, and the edition is drafted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch

from newsletter import calls, consultation, editions, notices, operations, visibility
from newsletter.calls import Asked
from newsletter.core.exposure import Standings, weight
from newsletter.core.fairness import By, Candidate, Quota, Slot, propose
from newsletter.core.operation import Answer, Bar, Facts, NoticeKind, OperationState, Step, Wanted, bar
from newsletter.core.review import OfferState
from newsletter.core.seating import reweighed
from newsletter.models import Call, Choice, Edition, Member, Operation, Override, Placement, PlannedEdition, User

# Reasons of our own, beside those of the rule.
BY_HAND = "by_hand"
# What the board may look past, with a word.
WAIVED = (Bar.LATE, Bar.OUTSIDE)


class WordsRequired(operations.Refused):
    """Whoever overrides the rule says why: the member reads it."""

    code = "words_required"


class NotSelecting(operations.Refused):
    """The call is not closed yet, or the edition is locked: its places stand."""

    code = "not_selecting"


class CannotPlace(operations.Refused):
    """What keeps the answer out is no choice: its member has not sent it, it is not approved, or it is over."""

    code = "cannot_place"

    def __init__(self, why: Bar) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Seat:
    """Where an answer would stand, or not, and why; `pinned` if the board has said so."""

    asked: Asked
    place: int | None
    reason: str
    facts: dict[str, int | str] = field(default_factory=dict)
    pinned: bool = False


def preview(operation: Operation, *, now: datetime) -> list[tuple[PlannedEdition, list[Seat]]]:
    """Return what would be drafted now, edition by edition: nothing is written."""
    return list(_all(operation, now=now))


def seed_of(planned: PlannedEdition) -> str:
    """Return the words of the draw: known to all before it is made, so nobody can choose them."""
    return planned.seed or f"operation-{planned.operation_id}/{planned.send_on.isoformat()}"


@transaction.atomic
def draft_editions(operation: Operation, *, by: User | None, now: datetime) -> list[Edition]:
    """Draft every planned edition with its proposed places; told twice, it is done once. Nothing is sent."""
    operations.hold(operation)
    if operation.state == OperationState.COMPOSED:
        return [planned.edition for planned in operation.planned.select_related("edition") if planned.edition]
    operations.move(operation, Step.COMPOSE, by=by, now=now)
    several = operation.planned.count() > 1
    drafted = []
    for planned, seats in _all(operation, now=now):
        title = f"{operation.theme[:85]} ({planned.send_on:%d/%m})" if several else operation.theme
        edition = editions.open_edition(operation.newsletter, title=title, planned_on=planned.send_on, by=by, now=now)
        planned.seed, planned.edition, planned.drafted_at = seed_of(planned), edition, now
        planned.save(update_fields=["seed", "edition", "drafted_at"])
        _keep(planned, seats, now=now)
        for seat in sorted((one for one in seats if one.place), key=lambda one: one.place or 0):
            editions.place(edition, seat.asked.call.offer)
        consultation.seat(edition, operation)
        follow(planned)
        drafted.append(edition)
    return drafted


@transaction.atomic
def override(
    planned: PlannedEdition, call: Call, *, place: int | None, words: str, by: User | None, now: datetime
) -> Override:
    """Place an answer there, or leave it out, whatever the rule says; the reason is kept and shown to its member."""
    if not words.strip():
        raise WordsRequired
    operations.hold(planned.operation)
    if planned.operation.state not in (OperationState.SELECTING, OperationState.COMPOSED):
        raise NotSelecting
    [asked] = [one for one in calls.with_answers(planned.operation) if one.call.pk == call.pk]
    if place is not None:
        _require_placeable(planned, asked)
    choice = planned.choices.filter(call=call).first()
    if choice is None:
        [seats] = [seats for one, seats in _all(planned.operation, now=now) if one.pk == planned.pk]
        _keep(planned, [seat for seat in seats if seat.asked.call.pk == call.pk], now=now)
        choice = planned.choices.get(call=call)
    was = choice.place
    if planned.edition is not None:
        before = seats_of(planned.edition)
        _reseat(planned.edition, asked, place)
        after = seats_of(planned.edition)
        # whoever loses the large place for it reads why as well
        touched = {*reweighed(before, after)} | {call.offer_id}
        rows = planned.choices.filter(call__offer__in=touched).select_related("call")
        said = keep_words(rows, before, after, words=words, by=by, now=now)
        follow(planned)
        return next(one for one in said if one.choice_id == choice.pk)
    taken = set(planned.choices.exclude(pk=choice.pk).exclude(overrides=None).values_list("place", flat=True))
    while place is not None and place in taken:
        place += 1
    # whoever the rule had there gives way: it is asked again, around this, when the edition is drafted
    Choice.objects.filter(pk=choice.pk).update(place=place)
    return Override.objects.create(choice=choice, was=was, became=place, words=words.strip(), at=now, by=by)


def keep_words(
    rows: Iterable[Choice],
    before: Mapping[int, int],
    after: Mapping[int, int],
    *,
    words: str,
    by: User | None,
    now: datetime,
) -> list[Override]:
    """Keep why these answers sit otherwise than before, for each of their members to read."""
    return [
        Override.objects.create(
            choice=row,
            was=before.get(row.call.offer_id),
            became=after.get(row.call.offer_id),
            words=words.strip(),
            at=now,
            by=by,
        )
        for row in rows
    ]


def seats_of(edition: Edition) -> dict[int, int]:
    """Return where each offer sits."""
    return dict(edition.placements.values_list("offer_id", "position"))


@transaction.atomic
def announce(operation: Operation, *, now: datetime) -> int:
    """Let every member read where they stand, and owe those who answered their letter; the first time stands."""
    operations.hold(operation)
    if operation.state not in (OperationState.COMPOSED, OperationState.CLOSED):
        raise NotSelecting
    if operation.announced_at is not None:
        return 0
    operation.announced_at = now
    operation.save(update_fields=["announced_at"])
    answered = [
        one.call
        for one in calls.with_answers(operation)
        if one.said not in (Answer.NONE, Answer.BEGUN, Answer.DECLINED, Answer.LEFT)
    ]
    return notices.owe_members(NoticeKind.OUTCOME, answered, about=now, now=now)


@dataclass(frozen=True)
class Outcome:
    """What became of a member's answer in one edition: the seat that stands, why, and what the board said of it."""

    planned: PlannedEdition
    choice: Choice
    position: int | None
    words: str

    @property
    def changed(self) -> bool:
        """Whether the board changed it while composing, without a word."""
        return (self.position is None) != (self.choice.place is None)


def outcomes(call: Call) -> list[Outcome]:
    """Return what became of an answer, edition by edition; nothing before the board has announced or locked it."""
    told = Prefetch("overrides", Override.objects.order_by("-at", "-pk"))
    rows = Choice.objects.filter(call=call, planned__edition__isnull=False)
    rows = rows.select_related("planned__edition", "planned__operation").prefetch_related(told)
    found = []
    for row in rows.order_by("planned__send_on"):
        edition = row.planned.edition
        assert edition is not None
        if row.planned.operation.announced_at is None and not edition.is_locked:
            continue
        seat = Placement.objects.filter(edition=edition, offer=call.offer_id).first()
        last = next(iter(row.overrides.all()), None)
        found.append(Outcome(row.planned, row, seat.position if seat else None, last.words if last else ""))
    return found


def standing(planned: PlannedEdition) -> list[Choice]:
    """Return what stands in a drafted edition with its reasons; what the composer changed since shows as `seat`."""
    seats = dict(Placement.objects.filter(edition=planned.edition).values_list("offer_id", "position"))
    rows = planned.choices.select_related("call__member__commune", "call__offer").prefetch_related("overrides__by")
    found = list(rows)
    for row in found:
        row.seat = seats.get(row.call.offer_id)  # type: ignore[attr-defined]
        row.silently = (row.place is None) != (row.seat is None)  # type: ignore[attr-defined]
    found.sort(key=lambda row: (row.seat is None, row.seat or 0, row.pk))  # type: ignore[attr-defined]
    return found


def _all(operation: Operation, *, now: datetime) -> Iterator[tuple[PlannedEdition, list[Seat]]]:
    """Yield the planned editions in their order; who has a seat in one is no candidate for the next."""
    asked = calls.with_answers(operation)
    seen = visibility.standings(now=now)
    placed: dict[int, Member] = {}
    for planned in operation.planned.select_related("operation", "edition").order_by("send_on"):
        seats = _seats(planned, asked, seen, placed)
        placed |= {seat.asked.call.pk: seat.asked.call.member for seat in seats if seat.place is not None}
        yield planned, seats


def _seats(
    planned: PlannedEdition, asked: Sequence[Asked], seen: Standings, placed: Mapping[int, Member]
) -> list[Seat]:
    pinned = {choice.call_id: choice.place for choice in planned.choices.exclude(overrides=None).distinct()}
    seats, candidates = [], []
    for one in asked:
        why = _bar(planned, one, placed_already=one.call.pk in placed)
        if why is not None and not (why in WAIVED and one.call.pk in pinned):
            seats.append(Seat(one, None, why.value))
        elif one.call.pk in pinned:
            seats.append(Seat(one, pinned[one.call.pk], BY_HAND, pinned=True))
        else:
            candidates.append(one)
    taken = {seat.place for seat in seats if seat.place}
    free = [Slot(place, weight(place)) for place in range(1, planned.places + 1) if place not in taken]
    free = free[: max(0, planned.places - len(taken))]
    sitting = [*placed.values(), *(seat.asked.call.member for seat in seats if seat.place)]
    selection = propose(
        free,
        [_candidate(one, seen) for one in candidates],
        _quotas(operations.wanted_of(planned.operation), sitting),
        seed=seed_of(planned),
    )
    by_offer = {one.call.offer_id: one for one in candidates}
    seats += [
        Seat(by_offer[place.offer], place.slot.position, place.reason.code.value, dict(place.reason.numbers))
        for place in selection.places
    ]
    seats += [
        Seat(by_offer[left.offer], None, left.reason.code.value, dict(left.reason.numbers))
        for left in selection.left_out
    ]
    return sorted(seats, key=lambda seat: (seat.place is None, seat.place or 0, seat.asked.call.member.name))


def _bar(planned: PlannedEdition, one: Asked, *, placed_already: bool = False) -> Bar | None:
    operation, offer = planned.operation, one.call.offer
    facts = Facts(
        state=OfferState(offer.state),
        active=one.call.member.is_active,
        sent_at=one.sent_at,
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
        placed_already=placed_already,
    )
    window = (operation.valid_from, operation.valid_until)
    return bar(facts, closed_at=operation.closes_at, window=window, send_on=planned.send_on)


def _require_placeable(planned: PlannedEdition, one: Asked) -> None:
    """The board may place what came late or lies outside the window; what is not there, nobody can place."""
    why = _bar(planned, one)
    if why is not None and why not in WAIVED:
        raise CannotPlace(why)


def _candidate(one: Asked, seen: Standings) -> Candidate:
    member = one.call.member
    return Candidate(
        offer=one.call.offer_id,
        member=member.pk,
        category=member.category,
        commune=member.commune.name,
        exposure=seen.standing(member.pk).exposure,
    )


def _quotas(wanted: Iterable[Wanted], sitting: Iterable[Member]) -> list[Quota]:
    """Return what is left of each wish when these sit already."""
    gates = Counter(gate for one in sitting for gate in ((By.CATEGORY, one.category), (By.COMMUNE, one.commune.name)))
    found = []
    for wish in wanted:
        there = gates[wish.by, wish.key]
        most = None if wish.at_most is None else max(0, wish.at_most - there)
        least = max(0, wish.at_least - there)
        found.append(Quota(wish.by, wish.key, least if most is None else min(least, most), most))
    return found


def _keep(planned: PlannedEdition, seats: Iterable[Seat], *, now: datetime) -> None:
    """Store every choice and every leaving-out with its reason; what the board has said stays."""
    known = {choice.call_id: choice for choice in planned.choices.all()}
    for seat in seats:
        said = {"place": seat.place, "proposed": seat.place, "reason": seat.reason, "facts": seat.facts, "at": now}
        choice = known.get(seat.asked.call.pk)
        if choice is None:
            Choice.objects.create(planned=planned, call=seat.asked.call, **said)
        elif not seat.pinned:
            Choice.objects.filter(pk=choice.pk).update(**said)


def _reseat(edition: Edition, asked: Asked, place: int | None) -> None:
    offer = asked.call.offer
    try:
        if place is None:
            editions.remove(edition, offer)
        elif edition.placements.filter(offer=offer).exists():
            editions.move(edition, offer, position=place)
        else:
            editions.place(edition, offer, position=place)
    except editions.EditionLocked:
        raise NotSelecting from None


def follow(planned: PlannedEdition) -> None:
    """Let the choices say where their offers sit in the edition."""
    seats = seats_of(planned.edition) if planned.edition else {}
    rows = list(planned.choices.select_related("call"))
    for row in rows:
        row.place = seats.get(row.call.offer_id)
    Choice.objects.bulk_update(rows, ["place"])
