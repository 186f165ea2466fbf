"""Who may sit together: as many as there are seats, quotas kept as far as they can be, those who come first first.

Every category and every commune is a gate. Whoever is seated passes the gate of their category and then that of their
commune, so a full house is a flow, and the best one is found exactly, seat by seat (successive shortest paths).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

Gate = tuple["By", str]


class By(StrEnum):
    CATEGORY = "category"
    COMMUNE = "commune"


@dataclass(frozen=True)
class Quota:
    """How many places a category or a commune has: at least, at most, or both."""

    by: By
    value: str
    at_least: int = 0
    at_most: int | None = None

    def __post_init__(self) -> None:
        if self.at_least < 0 or (self.at_most is not None and self.at_most < self.at_least):
            raise ValueError(f"no number is both at least {self.at_least} and at most {self.at_most}")


@dataclass(frozen=True)
class Unmet:
    """A quota that asked for more than there was, and how many it got."""

    quota: Quota
    got: int


@dataclass(frozen=True)
class Bounds:
    """What all quotas together say of one gate; the narrowest ceiling holds, and the highest floor beneath it."""

    floor: int = 0
    ceiling: int | None = None


@dataclass(frozen=True)
class Guest:
    """Somebody who would sit, with the two gates on their way."""

    category: str
    commune: str

    @property
    def gates(self) -> tuple[Gate, Gate]:
        return (By.CATEGORY, self.category), (By.COMMUNE, self.commune)


def bounds(quotas: Sequence[Quota]) -> dict[Gate, Bounds]:
    """Return what the quotas say of each gate that they name."""
    found: dict[Gate, Bounds] = {}
    for quota in quotas:
        gate = (quota.by, quota.value)
        known = found.get(gate, Bounds())
        ceilings = [ceiling for ceiling in (known.ceiling, quota.at_most) if ceiling is not None]
        found[gate] = Bounds(max(known.floor, quota.at_least), min(ceilings, default=None))
    return found


@dataclass
class _Arc:
    start: int
    end: int
    room: int
    worth: int
    back: int


def seat(guests: Sequence[Guest], seats: int, quotas: Sequence[Quota]) -> list[int]:
    """Return which guests sit, by their index; they stand in order, whoever comes first goes first.

    Of all ways to keep every ceiling it fills the most seats, among these it keeps the floors best, and among these
    it takes the first guest if any way does, then the second, and so on. So who steps back in the line never gains.
    """
    lounge = _Lounge(guests, bounds(quotas))
    for _ in range(seats):
        if not lounge.admit():
            break
    return lounge.seated()


class _Lounge:
    """The flow: from the door through categories, guests and communes to the seats."""

    DOOR, SEATS = 0, 1

    def __init__(self, guests: Sequence[Guest], limits: dict[Gate, Bounds]) -> None:
        gates = sorted({gate for guest in guests for gate in guest.gates})
        self.node = {gate: number for number, gate in enumerate(gates, start=2)}
        self.arcs: list[_Arc] = []
        self.size = len(gates) + 2
        # worth more than all guests together: a floor is kept before anybody's turn counts
        floor_worth = 1 << len(guests)
        for gate, number in self.node.items():
            ends = (self.DOOR, number) if gate[0] == By.CATEGORY else (number, self.SEATS)
            limit = limits.get(gate, Bounds())
            ceiling = len(guests) if limit.ceiling is None else limit.ceiling
            floor = min(limit.floor, ceiling)
            self._join(*ends, room=floor, worth=floor_worth)
            self._join(*ends, room=ceiling - floor, worth=0)
        # worth more than all who come later together
        self.guest_arcs = [
            self._join(*(self.node[gate] for gate in guest.gates), room=1, worth=1 << (len(guests) - 1 - turn))
            for turn, guest in enumerate(guests)
        ]

    def _join(self, start: int, end: int, *, room: int, worth: int) -> int:
        number = len(self.arcs)
        self.arcs.append(_Arc(start, end, room, worth, number + 1))
        self.arcs.append(_Arc(end, start, 0, -worth, number))
        return number

    def admit(self) -> bool:
        """Seat one more, others may change places for it; return whether there was a way."""
        way = list(self._best_way())
        for number in way:
            arc = self.arcs[number]
            arc.room -= 1
            self.arcs[arc.back].room += 1
        return bool(way)

    def _best_way(self) -> Iterator[int]:
        """Yield the arcs of the way that is worth most, from the seats back to the door; nothing if there is none."""
        worth: list[int | None] = [None] * self.size
        worth[self.DOOR] = 0
        came_by = [-1] * self.size
        changed = True
        while changed:
            changed = False
            for number, arc in enumerate(self.arcs):
                here, there = worth[arc.start], worth[arc.end]
                if arc.room and here is not None and (there is None or here + arc.worth > there):
                    worth[arc.end], came_by[arc.end], changed = here + arc.worth, number, True
        at = self.SEATS
        while worth[self.SEATS] is not None and at != self.DOOR:
            yield came_by[at]
            at = self.arcs[came_by[at]].start

    def seated(self) -> list[int]:
        """Return the guests who passed."""
        return [turn for turn, number in enumerate(self.guest_arcs) if not self.arcs[number].room]
