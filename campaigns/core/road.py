"""Which of several roads a drain takes, and how long one that failed is left alone. Time is an argument.

A road is a relay or a provider's account. Who takes it is reckoned by weight: by what each was given lately, divided
by its weight. "Lately" halves every ten minutes, so a road that was shut for a day is not made to catch up on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaigns.core.campaign import PauseReason

HALF_LIFE = timedelta(minutes=10)
# How long a road is shut the first time, then twice as long, … up to the longest.
FIRST = {
    PauseReason.RELAY_UNREACHABLE: timedelta(minutes=1),
    PauseReason.LOGIN_REFUSED: timedelta(minutes=5),
    PauseReason.RELAY_INSECURE: timedelta(minutes=5),
    PauseReason.RELAY_QUOTA: timedelta(minutes=15),
}
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Load:
    """What a road was given lately, and what a drain took through it the last time."""

    given: float = 0.0
    at: datetime | None = None
    stint: int = 1

    def lately(self, now: datetime) -> float:
        """Return what still counts of it."""
        if self.at is None or now <= self.at:
            return self.given
        return float(self.given * 0.5 ** ((now - self.at) / HALF_LIFE))


def choose(roads: Sequence[tuple[int, Load]], *, now: datetime) -> int | None:
    """Return which of these (weight, load) is next: the one that was given least for its weight, the first named of
    equals; None where there is none."""
    loads = [load.lately(now) / max(1, weight) for weight, load in roads]
    return loads.index(min(loads)) if loads else None


def begin(load: Load, *, now: datetime) -> Load:
    """Return the load with a drain more on it, taken for as much as the last one: workers that begin in one moment
    spread. A worker that dies leaves no more than this."""
    return replace(load, given=load.lately(now) + load.stint, at=now)


def end(load: Load, *, foreseen: int, carried: int, now: datetime) -> Load:
    """Return the load after a drain, by what it really carried."""
    given = max(0.0, load.lately(now) - foreseen + carried)
    return Load(given=given, at=now, stint=max(1, carried))


def shuts(reason: PauseReason) -> bool:
    """Return whether this is the matter of one road, so that the others may carry on.

    A refusal for policy or content is none: it is our name or our words, and every other relay would only burn too.
    """
    return reason in FIRST


def shut_for(reason: PauseReason, strikes: int) -> timedelta:
    """Return how long a road is left alone after so many failures before this one."""
    doubled: timedelta = FIRST[reason] * 2 ** min(strikes, 16)
    return min(doubled, LONGEST)
