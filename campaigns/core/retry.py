"""When a deferred message is tried again: after 5, 15 and 60 minutes, then every 4 hours, while the news is news."""

from datetime import datetime, timedelta

RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
MAX_ATTEMPTS = 48  # a week of them: in practice the campaign expires first
# An operator that refused a thousand at once would meet the thousand again: spread them over a fifth of the wait.
SPREAD = 0.2
GOLDEN = 0.6180339887498949


def retry_at(attempts: int, *, now: datetime, expires_at: datetime | None = None, delivery: int = 0) -> datetime | None:
    """Return when a message is due again after so many attempts; None when it has had enough or would come too late.

    The same for the same delivery and attempt. Neighbouring deliveries lie far apart and cover the spread evenly.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    wait = RETRY_AFTER[min(max(attempts, 1), len(RETRY_AFTER)) - 1]
    when = now + wait * (1 + SPREAD * ((delivery * GOLDEN + attempts * GOLDEN**2) % 1))
    return None if expires_at is not None and when >= expires_at else when
