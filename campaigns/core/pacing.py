"""How many may go now through a relay that counts. Time is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """At most so many messages in any rolling hour and day; zero means no limit."""

    per_hour: int = 0
    per_day: int = 0


# What these relays grant an ordinary account, by their public pages; the board may type other numbers.
PRESETS = {
    "brevo_free": Limits(per_day=300),
    "ovh_mx_plan": Limits(per_hour=200),
    "gmail": Limits(per_day=500),
    "google_workspace": Limits(per_day=2000),
    "microsoft_365": Limits(per_hour=1800, per_day=10_000),
    "own": Limits(),
}


def allowance(limits: Limits, spent: Iterable[tuple[datetime, int]], *, now: datetime) -> int | None:
    """Return how many may leave now, given what left in which minute; None when nothing limits it."""
    if not limits.per_hour and not limits.per_day:
        return None
    hour = day = 0
    for minute, count in spent:
        if minute > now - DAY:
            day += count
        if minute > now - HOUR:
            hour += count
    rooms = []
    if limits.per_hour:
        rooms.append(limits.per_hour - hour)
    if limits.per_day:
        rooms.append(limits.per_day - day)
    return max(0, min(rooms))
