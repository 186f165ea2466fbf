"""How much a member was seen: what their places weighed, before how many readers, for each chance that they had.

One unit is one reader before whom a full-size offer stood. A place of half the size counts half.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from statistics import median

# What is remembered: a rolling year.
YEAR = timedelta(days=365)
# Slots are weighed in twelfths of a full-size one, so that a ledger of whole numbers is exact.
FULL = 12
# A median of so few would tell what the others have.
ENOUGH_FOR_A_MEDIAN = 5


@dataclass(frozen=True)
class Record:
    """What a rolling year holds of a member: what was seen of them, and in how many letters they had a chance.

    A chance is an edition that was sent while the member had an eligible offer, placed or not.
    """

    seen: Fraction = Fraction()
    chances: int = 0

    @property
    def rate(self) -> Fraction:
        """What was seen of them for each chance; 0 for whoever had none."""
        return self.seen / self.chances if self.chances else Fraction()


@dataclass(frozen=True)
class Standing:
    """Where a member stands: their year, and the number that the rule compares."""

    record: Record
    exposure: Fraction


@dataclass(frozen=True)
class Standings:
    """Every member's standing, the median of those who had a chance, and how many letters the year had."""

    of: Mapping[int, Standing] = field(default_factory=dict)
    median: Fraction = Fraction()
    letters: int = 0

    def standing(self, member: int) -> Standing:
        """Return where the member stands; whoever had no chance in the year stands at the median, never at zero."""
        return self.of.get(member) or Standing(Record(), self.median)


def weight(position: int) -> Fraction:
    """Return what a seat of a letter weighs: the first offer stands large, each of the others in half the width."""
    return Fraction(1) if position == 1 else Fraction(1, 2)


def exposure_of(record: Record, *, letters: int, middle: Fraction) -> Fraction:
    """Return how much a member was seen for each letter of the year: their rate, as far as they had a chance.

    A letter for which they had nothing to offer counts neither for nor against them: it stands at the median. So a
    newcomer, or who comes back after a year, stands exactly there; and nobody gains by holding an offer back.
    """
    letters = max(letters, record.chances)
    if not letters:
        return middle
    return (record.seen + (letters - record.chances) * middle) / letters


def standings(records: Mapping[int, Record], *, letters: int) -> Standings:
    """Return where each member stands, from what their year holds and the number of letters that it had."""
    rates = [record.rate for record in records.values() if record.chances]
    middle = Fraction(median(rates)) if rates else Fraction()
    found = {
        member: Standing(record, exposure_of(record, letters=letters, middle=middle))
        for member, record in records.items()
    }
    return Standings(found, middle, letters)
