"""How even a sharing is."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction


def gini(values: Sequence[Fraction]) -> Fraction:
    """Return Gini's index: 0 where all have the same, towards 1 where one has everything; 0 where there is nothing."""
    total = sum(values, Fraction())
    if not total:
        return Fraction()
    ordered = sorted(values)
    count = len(ordered)
    return sum(((2 * rank - count - 1) * value for rank, value in enumerate(ordered, start=1)), Fraction()) / (
        count * total
    )


def widest_gap(values: Iterable[tuple[Hashable, Fraction]]) -> Fraction:
    """Return the largest difference between two values of one group; 0 where every group has one or none."""
    groups: dict[Hashable, list[Fraction]] = defaultdict(list)
    for group, value in values:
        groups[group].append(value)
    return max((max(group) - min(group) for group in groups.values()), default=Fraction())
