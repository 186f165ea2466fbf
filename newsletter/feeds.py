"""Other people's calendars: subscribed to by the board, read in the background, told of in words when they fail.

The rows are the queue: `take` hands out a feed whose hour has come and puts the hour off, so two workers never read the
same one; what was read, or why not, is written down afterwards. No transaction is open in between.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from newsletter import feasts
from newsletter.core.calendar import days
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.ical_in import Fault, Read
from newsletter.models import CalendarFeed, Feast, User

AGAIN = timedelta(hours=12)
LEASE = timedelta(minutes=10)
FIRST_RETRY, LAST_RETRY = timedelta(hours=1), timedelta(hours=24)
MOST = 20  # feeds of one association
# A file that cannot be read at all; anything less is a line that was left out.
WHOLE = frozenset({Fault.TOO_LARGE, Fault.NOT_UTF8, Fault.NOT_A_CALENDAR})


class TooManyFeeds(Exception):
    """The association follows as many calendars as it can."""


class AlreadyFollowed(Exception):
    """This address is followed already."""


def window(today: date) -> Span:
    """Return the days that a calendar may fill: from last year's first to the last of the year after next."""
    first, last = max(today.year - 1, days.FIRST_YEAR), min(today.year + 2, days.LAST_YEAR)
    return Span(date(first, 1, 1), date(last, 12, 31))


@transaction.atomic
def subscribe(url: str, *, name: str, by: User | None, now: datetime) -> CalendarFeed:
    """Follow a calendar; it is read as soon as somebody wakes."""
    if CalendarFeed.objects.count() >= MOST:
        raise TooManyFeeds
    feed, is_new = CalendarFeed.objects.get_or_create(
        url=url, defaults={"name": name, "subscribed_by": by, "subscribed_at": now, "due_at": now}
    )
    if not is_new:
        raise AlreadyFollowed
    return feed


def drop(feed: CalendarFeed) -> None:
    """Follow a calendar no longer; what it brought goes with it."""
    CalendarFeed.objects.filter(pk=feed.pk).delete()


def hasten(feed: CalendarFeed, *, now: datetime) -> None:
    """Let the calendar be read again now, not at its hour."""
    CalendarFeed.objects.filter(pk=feed.pk, due_at__gt=now).update(due_at=now)


def due(*, now: datetime) -> list[int]:
    """Return the feeds whose hour has come, the longest waiting first."""
    return list(CalendarFeed.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True))


def take(feed_id: int, *, now: datetime) -> CalendarFeed | None:
    """Return the feed to whoever comes first when its hour has come; to nobody else for ten minutes."""
    taken = CalendarFeed.objects.filter(pk=feed_id, due_at__lte=now).update(due_at=now + LEASE)
    return CalendarFeed.objects.filter(pk=feed_id).first() if taken else None


@transaction.atomic
def fill(feed: CalendarFeed, read: Read, *, now: datetime) -> None:
    """Let the feed's feasts be what its calendar says now; one that cannot be read changes none of them."""
    spoilt = next((wrong.fault for wrong in read.wrong if wrong.fault in WHOLE), None)
    if spoilt is not None:
        note_failure(feed, spoilt.value, now=now)
        return
    if not CalendarFeed.objects.select_for_update().filter(pk=feed.pk).exists():
        return  # dropped while it was read
    Feast.objects.filter(feed=feed).delete()
    feasts.bring(read.happenings, feed=feed, by=None, now=now)
    CalendarFeed.objects.filter(pk=feed.pk).update(
        read_at=now, due_at=now + AGAIN, failures=0, failure="", left_out=len(read.wrong)
    )


@transaction.atomic
def note_failure(feed: CalendarFeed, code: str, *, now: datetime) -> None:
    """Write down why the calendar could not be read; it is tried again, later each time. What it brought stays."""
    row = CalendarFeed.objects.select_for_update().filter(pk=feed.pk).first()
    if row is None:
        return
    row.failures = min(row.failures + 1, 1000)
    row.failure = code
    row.due_at = now + min(FIRST_RETRY * 2 ** min(row.failures - 1, 5), LAST_RETRY)
    row.save(update_fields=["failures", "failure", "due_at"])
