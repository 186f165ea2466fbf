"""How a sending domain that nobody knows yet becomes known: few messages first, to those who just asked for them.

Mailbox operators judge a new name by its first days. The steps follow the public schedules of relays and mail
servers (50 on the first day, about twice as many on each further one) and end where no list of ours reaches.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import md5

STEPS = (50, 100, 200, 400, 800, 1_500, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 50_000)
# Known for a fortnight: the warm-up sets no limit any more.
NO_LIMIT = 10**9


def plan(day: int) -> int:
    """Return how many messages may leave on that day of a new domain, the first being 1; none before it."""
    if day < 1:
        return 0
    return STEPS[day - 1] if day <= len(STEPS) else NO_LIMIT


def days_needed(messages: int, *, first_day: int = 1) -> int:
    """Return over how many days the plan spreads so many messages when they begin on that day."""
    days = 0
    while messages > 0:
        messages -= plan(max(1, first_day) + days)
        days += 1
    return days


def order(readers: Iterable[tuple[int, date]], *, seed: str) -> list[int]:
    """Return readers, most recently confirmed first, shuffled within a day.

    The shuffle is md5(seed ':' reader), so that SQL can sort alike: ORDER BY day DESC, md5(seed || ':' || id).
    Without it, a day's many confirmations of one operator would come as one wave.
    """
    return [reader for reader, _ in sorted(readers, key=lambda one: (-one[1].toordinal(), _lot(one[0], seed)))]


def _lot(reader: int, seed: str) -> str:
    return md5(f"{seed}:{reader}".encode(), usedforsecurity=False).hexdigest()
