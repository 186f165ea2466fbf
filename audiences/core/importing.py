"""The life of an import, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from audiences.core.entries import LineFault


class ImportState(StrEnum):
    """Received, told what its columns mean, read line by line, counted, confirmed, taken in."""

    RECEIVED = "received"
    READING = "reading"
    COUNTING = "counting"
    COUNTED = "counted"
    TAKING = "taking"
    DONE = "done"


class Verdict(StrEnum):
    """What becomes of one line; those that refuse bear the name of their reason."""

    NEW = "new"
    JOINED = "joined"  # known to us, and now a reader of this newsletter
    FILLED = "filled"  # a reader already, of whom a newer file knows more
    KNOWN = "known"
    ENDED = "ended"  # a no that another tool kept, written down
    STOPPED = "stopped"  # an address that another tool no longer writes to, suppressed
    REPEATED = "repeated"
    SUPPRESSED = "suppressed"
    WITHDRAWN = "withdrawn"


# What only the database knows, and a line is refused for.
REFUSED = (Verdict.REPEATED, Verdict.SUPPRESSED, Verdict.WITHDRAWN)
WORKING = (ImportState.READING, ImportState.COUNTING, ImportState.TAKING)


@dataclass(frozen=True)
class Counts:
    """What a file brings, exactly."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    ended: int = 0
    stopped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def suppressed(self) -> int:
        return self.reasons.get(LineFault.SUPPRESSED, 0)

    @property
    def refused(self) -> int:
        """Return the lines that bring nobody, but for those whose person is suppressed."""
        return sum(self.reasons.values()) - self.suppressed

    @property
    def lines(self) -> int:
        return self.new + self.updated + self.unchanged + self.ended + self.stopped + sum(self.reasons.values())

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.updated or self.ended or self.stopped)


def counted(verdicts: Mapping[str, int], faults: Mapping[str, int]) -> Counts:
    """Return the counts of what the database and the reading said of the lines."""
    refused = {verdict.value: count for verdict in REFUSED if (count := verdicts.get(verdict, 0))}
    return Counts(
        new=verdicts.get(Verdict.NEW, 0),
        updated=verdicts.get(Verdict.JOINED, 0) + verdicts.get(Verdict.FILLED, 0),
        unchanged=verdicts.get(Verdict.KNOWN, 0),
        ended=verdicts.get(Verdict.ENDED, 0),
        stopped=verdicts.get(Verdict.STOPPED, 0),
        reasons={**faults, **refused},
    )
