"""Seats of an edition: who sits where, and what may have happened to them since they sat down."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from newsletter.core.exposure import weight
from newsletter.core.legal import FINDINGS, Remark
from newsletter.core.preflight import Finding, Severity
from newsletter.core.review import OfferState

# The member or the calendar took the offer back: its words may no longer be printed.
GONE = (OfferState.WITHDRAWN, OfferState.DECLINED, OfferState.EXPIRED)


class OutOfStep(ValueError):
    """The order names other offers than those that are placed: the page it came from is not of today."""


@dataclass(frozen=True)
class Seat:
    """What the findings need to know of a placed offer."""

    title: str
    state: OfferState
    valid_until: date | None
    newer: bool = False
    untranslated: bool = False
    remarks: tuple[Remark, ...] = ()
    suspended: bool = False


def moved(order: Sequence[int], item: int, position: int) -> list[int]:
    """Return the order with the item at this position, counted from 1; beyond an end means at the end."""
    rest = [other for other in order if other != item]
    rest.insert(max(position, 1) - 1, item)
    return rest


def rearranged(order: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """Return the wanted order if it seats exactly those who sit, each once."""
    if sorted(order) != sorted(wanted):
        raise OutOfStep
    return list(wanted)


def look_at_seats(seats: Iterable[Seat], planned_on: date) -> Iterator[Finding]:
    """Yield what is wrong with each placed offer on the day that the edition is planned for."""
    for seat in seats:
        if seat.state in GONE:
            yield Finding(Severity.BLOCKING, "offer_gone", seat.title)
        elif seat.valid_until is not None and seat.valid_until < planned_on:
            yield Finding(Severity.BLOCKING, "offer_over", seat.title)
        elif seat.suspended:
            yield Finding(Severity.BLOCKING, "member_suspended", seat.title)
        elif seat.newer:
            yield Finding(Severity.WARNING, "offer_newer", seat.title)
        if seat.untranslated:
            yield Finding(Severity.WARNING, "offer_untranslated", seat.title)
        for remark in seat.remarks:
            if remark in FINDINGS:
                yield Finding(Severity.WARNING, FINDINGS[remark], seat.title)


def reweighed(before: Mapping[int, int], after: Mapping[int, int]) -> list[int]:
    """Return the offers whose seat weighs otherwise than before, by offer and position; those placed first come first.

    Whoever only moved up because another left gained by no decision about them, and is not among them.
    """
    weights = {one: (_weight(before.get(one)), _weight(after.get(one))) for one in {*before, *after}}
    someone_left = not set(before) <= set(after)
    found = [one for one, (was, became) in weights.items() if became < was or (became > was and not someone_left)]
    return sorted(found, key=lambda one: (after.get(one, len(after) + 1), before.get(one, 0)))


def _weight(position: int | None) -> Fraction:
    return Fraction() if position is None else weight(position)
