"""How wide each stripe of a sending’s picture is drawn, and how long each bar of a report."""

from collections.abc import Sequence

WIDTH = 1000
# Three readers of two thousand are still seen.
LEAST = 10


def stripes(counts: Sequence[int], *, width: int = WIDTH, least: int = LEAST) -> list[int]:
    """Return a width for each count: together they fill the picture, and none that counts something vanishes."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    drawn = [max(least, width * count // total) if count else 0 for count in counts]
    # What the small ones were given, and what rounding lost, the widest stripe pays.
    drawn[drawn.index(max(drawn))] += width - sum(drawn)
    return drawn


def lengths(counts: Sequence[int], *, longest: int = WIDTH, least: int = LEAST) -> list[int]:
    """Return how long each bar is, the greatest count filling the picture; what counts something is seen."""
    top = max(counts, default=0)
    return [max(least, longest * count // top) if count else 0 for count in counts]
