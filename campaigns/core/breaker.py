"""When single refusals add up to "it is us": the campaign pauses before it is refused by everyone.

One breaker for each road: a relay, or an operator's mail exchangers when we deliver directly, so that one
company's fussy server holds its own readers and nobody else's.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from campaigns.core.campaign import PauseReason
from campaigns.core.fault import Fault, Verdict
from campaigns.core.outcome import pause_for

WINDOW = 50
IN_A_ROW = 5
SHARE = WINDOW // 5  # 20 % of the window; in a shorter one the same count is a larger share
# Operators in trouble have answered "does not exist" for everyone before: half a window is no list, it is a fault.
DEAD = WINDOW // 2
FULL = (1 << WINDOW) - 1


class Because(StrEnum):
    CERTAIN = "certain"
    IN_A_ROW = "in_a_row"
    SHARE = "share"
    DEAD = "dead"


@dataclass(frozen=True)
class Trip:
    reason: PauseReason
    because: Because
    fault: Fault


@dataclass(frozen=True)
class Breaker:
    """The last answers, the newest in the lowest bit. Starts, and starts again after each pause, empty."""

    refused: int = 0
    dead: int = 0
    row: int = 0


def after(breaker: Breaker, verdict: Verdict | None) -> tuple[Breaker, Trip | None]:
    """Return the breaker after one more answer, None being an acceptance, and whether it trips.

    What waits (a throttle, a busy server) is no answer yet and changes nothing. A reader's own fault counts in the
    window but breaks the row: only what may be ours stands in it.
    """
    if verdict is None and not (breaker.refused or breaker.dead or breaker.row):
        return breaker, None  # most answers: nothing was refused for a whole window, and nothing is
    if verdict is not None and verdict.stops:
        return breaker, Trip(pause_for(verdict), Because.CERTAIN, verdict.fault)
    if verdict is not None and verdict.waits:
        return breaker, None
    refused = verdict is not None and (verdict.suspect or verdict.fault is Fault.UNKNOWN)
    dead = verdict is not None and verdict.dead
    then = replace(
        breaker,
        refused=(breaker.refused << 1 | refused) & FULL,
        dead=(breaker.dead << 1 | dead) & FULL,
        row=breaker.row + 1 if verdict is not None and verdict.suspect else 0,
    )
    if verdict is None:
        return then, None
    if then.row >= IN_A_ROW:
        return then, Trip(pause_for(verdict), Because.IN_A_ROW, verdict.fault)
    if refused and then.refused.bit_count() >= SHARE:
        return then, Trip(pause_for(verdict), Because.SHARE, verdict.fault)
    if dead and then.dead.bit_count() >= DEAD:
        return then, Trip(PauseReason.TOO_MANY_FAULTS, Because.DEAD, verdict.fault)
    return then, None
