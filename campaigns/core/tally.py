"""Where a campaign stands, in numbers that add up to its audience."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Tally:
    queued: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    expired: int = 0
    cancelled: int = 0
    in_doubt: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def open(self) -> int:
        """Rows that may still change by themselves; doubt does not hold a campaign open."""
        return self.queued + self.sending

    @property
    def percent_done(self) -> int:
        """Whole percent, 100 only when nothing is open."""
        return 100 if not self.open else 100 * (self.total - self.open) // self.total
