"""Which numbers could name someone: fewer than five people, and whatever would let those be reckoned.

A number here is an int, or None where it is not to be shown. Nobody is nobody: 0 is shown.

What is promised, to a reader who has the whole table with its total and knows these rules: no number from one to four
is shown, and none can be reckoned: not by taking what is shown from the total (`veil`, where parts add up), not from
the column beside of which it is a part (`together`), not by the bound that parts cannot be fewer than what they cover
(`beneath`, where people count in several parts). Each hidden one leaves at least two possibilities;
tests/campaigns/core/test_few.py tries every small table. What is not promised: that two are many; that nothing follows
from the report of another day, from tables and columns that are hidden apart (who complained, beside how many were
sent; people, beside clicks, of whom a bound is known), or from what a reader knows of a person by other ways; and
`beneath` has nothing left to hide where a whole of eight is two parts of four.
"""

from collections.abc import Collection, Sequence

LEAST = 5
MOST_HIDDEN = LEAST - 1
Shown = int | None


def shown(people: int, *, of: int | None = None) -> Shown:
    """Return how many people, where that names none of them; of fewer than five, whatever they did is their own."""
    few = 0 < people < LEAST or (of is not None and 0 < of < LEAST)
    return None if few else people


def veil(parts: Sequence[int], *, also: Collection[int] = ()) -> list[Shown]:
    """Return the parts of a whole that is told: the few are hidden, and what is needed so that no sum gives them away.

    One hidden part is the whole without the others; two that come to eight are four each. The least of the rest is
    then hidden with them. `also` are places hidden for another reason, as what few people did.
    """
    if not sum(parts):
        return [None if place in also else 0 for place in range(len(parts))]
    small = {place for place, part in enumerate(parts) if 0 < part < LEAST}
    hidden = small | set(also)
    rest = sorted({part for place, part in enumerate(parts) if part >= LEAST and place not in hidden})
    while hidden and rest and _gives_away([parts[place] for place in hidden], least=len(hidden - set(also))):
        # all that are as small: whoever knows which of two equals is taken first would learn from it
        hidden |= {place for place, part in enumerate(parts) if part == rest[0]}
        del rest[0]
    return _hide(parts, hidden)


def together(*columns: Sequence[int], also: Collection[int] = ()) -> list[list[Shown]]:
    """Return columns of which each counts a part of what the one before counts, hidden in the same places.

    What is shown of one bounds the other: of two links with seven clicks that six people followed the one, the other
    has one.
    """
    hidden = set(also)
    while True:
        said = [veil(column, also=hidden) for column in columns]
        found = {place for column in said for place, count in enumerate(column) if count is None}
        if found == hidden:
            return said
        hidden = found


def beneath(whole: Shown, parts: Sequence[int], *, also: Collection[int] = ()) -> list[Shown]:
    """Return the parts of a whole in several of which the same people may count; of a hidden whole they all are."""
    if whole is None:
        return [None] * len(parts)
    hidden = {place for place, part in enumerate(parts) if 0 < part < LEAST} | set(also)
    rest = [part for place, part in enumerate(parts) if part >= LEAST and place not in hidden]
    # so many are in the hidden parts alone: all of them, only if each is of four and they share nobody
    if hidden and rest and whole - sum(rest) >= MOST_HIDDEN * len(hidden):
        hidden |= {place for place, part in enumerate(parts) if part == min(rest)}
    return _hide(parts, hidden)


def _gives_away(hidden: Sequence[int], *, least: int) -> bool:
    """Return whether the sum of what is hidden leaves only one way to make it up of so many parts."""
    if len(hidden) < 2:
        return True
    if any(part >= LEAST for part in hidden):
        return False
    return sum(hidden) in (least, len(hidden) * MOST_HIDDEN)


def _hide(parts: Sequence[int], hidden: Collection[int]) -> list[Shown]:
    """Return them without the hidden; where nothing else is left to say, not even where nobody is is said."""
    left = any(part for place, part in enumerate(parts) if place not in hidden)
    if hidden and not left:
        return [None] * len(parts)
    return [None if place in hidden else part for place, part in enumerate(parts)]
