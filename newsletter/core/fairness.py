"""The fair selection: least exposed first, within quotas, ties by a draw that anyone can recompute.

Nothing here knows a member's name, their fee, or who reviews: only how much each was seen, and what was asked for.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from newsletter.core.exposure import exposure_of
from newsletter.core.quotas import Bounds, By, Guest, Quota, Unmet, bounds, seat
from newsletter.core.reasons import Code, Reason

# One door for whoever selects: the numbers, the quotas and the reasons come along.
__all__ = [
    "By",
    "Candidate",
    "Code",
    "LeftOut",
    "Place",
    "Quota",
    "Reason",
    "Selection",
    "Slot",
    "Unmet",
    "draw",
    "exposure_of",
    "propose",
]

Exposure = Fraction | float


@dataclass(frozen=True)
class Candidate:
    """An offer that wants a place, with what the rule may know of its member.

    Of a member's own offers the one with the lowest `turn` stands for them. What has an obstacle is not weighed at all.
    """

    offer: int
    member: int
    category: str
    commune: str
    exposure: Exposure
    turn: int = 0
    obstacle: Reason | None = None


@dataclass(frozen=True)
class Slot:
    """A place in an edition; a full-size one weighs 1."""

    position: int
    weight: Fraction


@dataclass(frozen=True)
class Place:
    offer: int
    slot: Slot
    reason: Reason


@dataclass(frozen=True)
class LeftOut:
    offer: int
    reason: Reason


@dataclass(frozen=True)
class Selection:
    """Who sits where and why, who does not and why, and the quotas that could not be met."""

    places: tuple[Place, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unmet: tuple[Unmet, ...] = ()


def draw(seed: str, member: int) -> str:
    """Return the member's lot, the lowest wins: SHA-256 of `seed:member`, as `sha256sum` writes it."""
    return hashlib.sha256(f"{seed}:{member}".encode()).hexdigest()


def readers(exposure: Exposure) -> int:
    """Return an exposure as a whole number for people; none only for whoever was not seen at all."""
    return max(1, round(exposure)) if exposure else 0


def propose(
    slots: Sequence[Slot], candidates: Sequence[Candidate], quotas: Sequence[Quota] = (), *, seed: str
) -> Selection:
    """Fill the slots from the candidates: the least exposed members first, as far as the quotas let them.

    A member has one place at most, the least exposed of those who are placed has the heaviest slot. The order in which
    candidates, slots and quotas are given means nothing. Whoever was seen more never has a better place for it.
    """
    if len({candidate.offer for candidate in candidates}) != len(candidates):
        raise ValueError("an offer stands twice among the candidates")
    line, others = _line(candidates, seed)
    guests = [Guest(candidate.category, candidate.commune) for candidate in line]
    seated = [line[turn] for turn in seat(guests, len(slots), quotas)]
    told = _Teller(line, seated, len(slots), bounds(quotas))
    heaviest_first = sorted(slots, key=lambda slot: (-slot.weight, slot.position))
    places = [
        Place(candidate.offer, slot, told.why_placed(candidate))
        for candidate, slot in zip(seated, heaviest_first, strict=False)
    ]
    left_out = [LeftOut(one.offer, told.why_not(one)) for one in line if one.member not in told.sitting]
    return Selection(
        tuple(sorted(places, key=lambda place: place.slot.position)),
        tuple(sorted([*left_out, *others], key=lambda one: one.offer)),
        tuple(_unmet(quotas, seated)),
    )


def _line(candidates: Sequence[Candidate], seed: str) -> tuple[list[Candidate], list[LeftOut]]:
    """Return one candidate a member, in their order, and whoever does not stand in line, with the reason."""
    line: dict[int, Candidate] = {}
    others: list[LeftOut] = []
    for candidate in sorted(candidates, key=lambda one: (one.turn, one.offer)):
        if candidate.obstacle is not None:
            others.append(LeftOut(candidate.offer, candidate.obstacle))
        elif candidate.member in line:
            others.append(LeftOut(candidate.offer, Reason.of(Code.OTHER_OFFER, offer=line[candidate.member].offer)))
        else:
            line[candidate.member] = candidate
    return sorted(line.values(), key=lambda one: (one.exposure, draw(seed, one.member), one.member)), others


def _unmet(quotas: Sequence[Quota], seated: Sequence[Candidate]) -> Iterator[Unmet]:
    counts = _counts(seated)
    for quota in sorted(set(quotas), key=lambda one: (one.by, one.value, one.at_least, one.at_most or 0)):
        got = counts[quota.by, quota.value]
        if got < quota.at_least:
            yield Unmet(quota, got)


def _counts(seated: Sequence[Candidate]) -> Counter[tuple[By, str]]:
    return Counter(gate for one in seated for gate in ((By.CATEGORY, one.category), (By.COMMUNE, one.commune)))


class _Teller:
    """Knows the whole line and who was seated, and says for each of them why."""

    def __init__(
        self,
        line: Sequence[Candidate],
        seated: Sequence[Candidate],
        seats: int,
        limits: dict[tuple[By, str], Bounds],
    ) -> None:
        self.line, self.seated, self.seats, self.limits = line, seated, seats, limits
        self.turn = {one.member: turn for turn, one in enumerate(line)}
        self.counts = _counts(seated)
        self.middle = median([Fraction(one.exposure) for one in line]) if line else Fraction()
        # whoever was passed over although they came before the last who sits
        self.sitting = {one.member for one in seated}
        last = self.turn[seated[-1].member] if seated else 0
        self.passed_over = [one for one in line[:last] if one.member not in self.sitting]

    def why_placed(self, one: Candidate) -> Reason:
        turn = self.turn[one.member]
        numbers = {"rank": turn + 1, "of": len(self.line), "exposure": readers(one.exposure)}
        stepped_back = [other for other in self.passed_over if self.turn[other.member] < turn]
        for gate in self._gates(one):
            limit = self.limits.get(gate, Bounds())
            if self.counts[gate] <= limit.floor and any(gate not in self._gates(other) for other in stepped_back):
                return Reason.of(Code.QUOTA_WANTED, by=gate[0].value, value=gate[1], at_least=limit.floor, **numbers)
        if any(other.exposure == one.exposure for other in self.line[turn + 1 :] if other.member not in self.sitting):
            return Reason.of(Code.WON_DRAW, **numbers)
        return Reason.of(Code.LEAST_EXPOSED, median=readers(self.middle), **numbers)

    def why_not(self, one: Candidate) -> Reason:
        if not self.seats:
            return Reason.of(Code.NO_PLACE)
        turn = self.turn[one.member]
        numbers = {"rank": turn + 1, "of": len(self.line), "exposure": readers(one.exposure), "places": self.seats}
        for gate, code in zip(self._gates(one), (Code.CATEGORY_FULL, Code.COMMUNE_FULL), strict=True):
            if self._full_before(gate, turn):
                return Reason.of(code, value=gate[1], at_most=self.counts[gate], **numbers)
        # passed over, or an empty place and yet none for this one: the quotas together let nobody pass here
        if one in self.passed_over or len(self.seated) < self.seats:
            return Reason.of(Code.MADE_ROOM, **numbers)
        last = self.seated[-1].exposure
        code = Code.LOST_DRAW if last == one.exposure else Code.MORE_EXPOSED
        return Reason.of(code, last=readers(last), **numbers)

    def _full_before(self, gate: tuple[By, str], turn: int) -> bool:
        """Return whether the gate has let in all that it may, each of them before this turn, and there was room."""
        ceiling = self.limits.get(gate, Bounds()).ceiling
        if ceiling is None or self.counts[gate] < ceiling:
            return False
        inside = [self.turn[one.member] for one in self.seated if gate in self._gates(one)]
        someone_later = self.seated and self.turn[self.seated[-1].member] > turn
        return all(other < turn for other in inside) and bool(someone_later or len(self.seated) < self.seats)

    @staticmethod
    def _gates(one: Candidate) -> tuple[tuple[By, str], tuple[By, str]]:
        return (By.CATEGORY, one.category), (By.COMMUNE, one.commune)
