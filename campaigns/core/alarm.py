"""When what the world says back means that nothing more should leave, at least until somebody has looked.

Mailbox operators put whole senders aside from 0.3 % of complaints on; from 0.1 % on they begin to. A list on which
every twentieth address does not exist was not gathered by asking.
"""

from dataclasses import dataclass
from fractions import Fraction

from campaigns.core.campaign import PauseReason

COMPLAINTS_PAUSE, COMPLAINTS_STOP = Fraction(1, 1000), Fraction(3, 1000)
# One angry reader of a short list is no tenth of a percent of anything.
LEAST_COMPLAINTS = 3
UNKNOWN_SHARE, UNKNOWN_OF, UNKNOWN_LEAST = Fraction(5, 100), 2_000, 100


@dataclass(frozen=True)
class Echo:
    """What was heard of one campaign: of `arrived` messages, and of those among the first two thousand."""

    arrived: int
    complaints: int
    first: int
    unknown: int


def alarm(echo: Echo, rung: frozenset[PauseReason]) -> PauseReason | None:
    """Return why the campaign must stand still. What rang before and was gone on from does not ring again."""
    if echo.complaints >= LEAST_COMPLAINTS:
        share = Fraction(echo.complaints, max(echo.arrived, 1))
        if share >= COMPLAINTS_STOP:
            return PauseReason.COMPLAINTS_STOP
        if share >= COMPLAINTS_PAUSE and PauseReason.COMPLAINTS not in rung:
            return PauseReason.COMPLAINTS
    if PauseReason.UNKNOWN_USERS in rung or echo.first < UNKNOWN_LEAST:
        return None
    return PauseReason.UNKNOWN_USERS if Fraction(echo.unknown, echo.first) >= UNKNOWN_SHARE else None
