"""A segment while it is being built: rows under each other, each as deep as it stands, that may be unfinished.

A draft lives in the form that shows it. Every move returns another draft; one that makes no sense changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from audiences.core.segment import DEPTH, NODES

GROUP = "group"
# How a group joins its parts: every one of them, at least one, or none.
JOINS = ("all", "any", "none")


@dataclass(frozen=True)
class Row:
    """A group or a fact, and what was typed for it: `value`, `km`, `which`."""

    level: int
    kind: str
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.kind == GROUP

    @property
    def join(self) -> str:
        """Return how this group joins its parts."""
        value = self.said.get("value", "")
        return value if value in JOINS else JOINS[0]


Draft = tuple[Row, ...]
EMPTY: Draft = (Row(0, GROUP, {"value": "all"}),)


class TooLarge(ValueError):
    """More rows than a segment may have."""


def tidy(rows: list[Row]) -> Draft:
    """Return a draft of these rows: a group first, and nothing deeper than the group that holds it."""
    if len(rows) > NODES:
        raise TooLarge
    if not rows or not rows[0].is_group:
        return EMPTY
    kept = [replace(rows[0], level=0)]
    for row in rows[1:]:
        above = kept[-1]
        deepest = min(above.level + 1 if above.is_group else above.level, DEPTH)
        kept.append(replace(row, level=min(max(row.level, 1), deepest)))
    return tuple(kept)


def end(draft: Draft, index: int) -> int:
    """Return where the row at `index` and everything in it is over."""
    after = index + 1
    while after < len(draft) and draft[after].level > draft[index].level:
        after += 1
    return after


def children(draft: Draft, index: int) -> Iterator[int]:
    """Yield the rows that stand directly in a group."""
    at = index + 1
    while at < len(draft) and draft[at].level > draft[index].level:
        yield at
        at = end(draft, at)


def parent(draft: Draft, index: int) -> int:
    """Return the group that holds a row."""
    return next(at for at in range(index - 1, -1, -1) if draft[at].level == draft[index].level - 1)


@dataclass(frozen=True)
class Moved:
    """The draft after a move, and where the row that was moved now stands."""

    draft: Draft
    at: int


def add(draft: Draft, group: int, kind: str) -> Moved:
    """Put a new fact, or an empty group, at the end of a group."""
    holder = draft[group]
    if not holder.is_group or holder.level >= DEPTH or len(draft) >= NODES:
        return Moved(draft, group)
    at = end(draft, group)
    new = Row(holder.level + 1, kind, {"value": "any"} if kind == GROUP else {})
    return Moved((*draft[:at], new, *draft[at:]), at)


def remove(draft: Draft, index: int) -> Moved:
    """Take a row and everything in it away."""
    return Moved(draft[:index] + draft[end(draft, index) :], index - 1)


def up(draft: Draft, index: int) -> Moved:
    """Change places with the row before, in the same group."""
    before = _beside(draft, index, -1)
    return Moved(draft, index) if before is None else Moved(_swapped(draft, before, index), before)


def down(draft: Draft, index: int) -> Moved:
    """Change places with the row after, in the same group."""
    after = _beside(draft, index, 1)
    if after is None:
        return Moved(draft, index)
    return Moved(_swapped(draft, index, after), index + end(draft, after) - after)


def out(draft: Draft, index: int) -> Moved:
    """Leave the group, to stand right after it."""
    if draft[index].level < 2:
        return Moved(draft, index)
    holder = parent(draft, index)
    beside = list(children(draft, parent(draft, holder)))
    return drop(draft, index, parent(draft, holder), beside.index(holder) + 1)


def into(draft: Draft, index: int) -> Moved:
    """Enter the group before, at its end, or else the group after, at its beginning."""
    for step in (-1, 1):
        beside = _beside(draft, index, step)
        if beside is not None and draft[beside].is_group:
            return drop(draft, index, beside, len(list(children(draft, beside))) if step < 0 else 0)
    return Moved(draft, index)


def wrap(draft: Draft, index: int) -> Moved:
    """Put a row into a group of its own."""
    stop = end(draft, index)
    if len(draft) >= NODES or max(row.level for row in draft[index:stop]) >= DEPTH:
        return Moved(draft, index)
    held = tuple(replace(row, level=row.level + 1) for row in draft[index:stop])
    return Moved((*draft[:index], Row(draft[index].level, GROUP, {"value": "any"}), *held, *draft[stop:]), index)


def drop(draft: Draft, index: int, group: int, place: int) -> Moved:
    """Put a row, with everything in it, at this place among the parts of a group, counted from 0 without itself."""
    stop = end(draft, index)
    if not draft[group].is_group or index <= group < stop:
        return Moved(draft, index)
    shift = draft[group].level + 1 - draft[index].level
    held = tuple(replace(row, level=row.level + shift) for row in draft[index:stop])
    if max(row.level for row in held) > DEPTH:
        return Moved(draft, index)
    rest = draft[:index] + draft[stop:]
    holder = group if group < index else group - (stop - index)
    beside = list(children(rest, holder))
    at = beside[place] if 0 <= place < len(beside) else end(rest, holder)
    return Moved(rest[:at] + held + rest[at:], at)


MOVES: Mapping[str, Callable[[Draft, int], Moved]] = {
    "remove": remove,
    "up": up,
    "down": down,
    "out": out,
    "into": into,
    "wrap": wrap,
}


def can(draft: Draft, index: int) -> frozenset[str]:
    """Return the moves that would change something for this row."""
    return frozenset(name for name, move in MOVES.items() if move(draft, index).draft != draft)


def _beside(draft: Draft, index: int, step: int) -> int | None:
    if index <= 0:
        return None
    beside = list(children(draft, parent(draft, index)))
    at = beside.index(index) + step
    return beside[at] if 0 <= at < len(beside) else None


def _swapped(draft: Draft, first: int, second: int) -> Draft:
    stop = end(draft, second)
    return draft[:first] + draft[second:stop] + draft[first:second] + draft[stop:]
