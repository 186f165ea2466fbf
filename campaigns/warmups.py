"""A sending domain that nobody knows yet: few messages on its first days, to those who asked most recently."""

from datetime import date, datetime, time, timedelta
from itertools import accumulate, count, takewhile

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.core import warmup
from campaigns.core.warmup import NO_LIMIT, plan
from campaigns.models import Campaign, Chunk, Spent, Warmup


def begin(domain: str, *, first_day: date) -> None:
    """Note that this domain writes for the first time on that day."""
    Warmup.objects.update_or_create(domain=domain, defaults={"first_day": first_day})


def end(domain: str) -> None:
    """Note that this domain is known: nothing limits it any more."""
    Warmup.objects.filter(domain=domain).delete()


def first_day(domain: str, *, now: datetime) -> date | None:
    """Return the first day of a domain that is still warming up; None where it is known."""
    row = Warmup.objects.filter(domain=domain).first()
    if row is None or plan(_day(row, timezone.localdate(now))) >= NO_LIMIT:
        return None
    return row.first_day


def schedule(first: date) -> list[tuple[date, int]]:
    """Return each day of the plan and how many messages may leave on it."""
    return [(first + timedelta(days=number), most) for number, most in enumerate(warmup.STEPS)]


def waves(domain: str, *, now: datetime) -> tuple[int, ...]:
    """Return after how many messages each day from today on ends; none where nothing limits them."""
    first = first_day(domain, now=now)
    if first is None:
        return ()
    today = timezone.localdate(now)
    day = (today - first).days + 1
    rooms = takewhile(lambda most: most < NO_LIMIT, (plan(number) for number in count(day)))
    spent = _spent(domain, now)
    return tuple(max(0, most - spent) for most in accumulate(rooms))


def ends_at(messages: int, domain: str, *, now: datetime) -> datetime:
    """Return when the plan lets the last of so many go, at this hour of its day."""
    return now + timedelta(days=sum(most < messages for most in waves(domain, now=now)))


@transaction.atomic
def take(domain: str, *, want: int, now: datetime) -> int:
    """Take up to so many of the day's messages before rows are armed."""
    row = Warmup.objects.select_for_update().filter(domain=domain).first()
    if row is None:
        return want
    granted = max(0, min(want, plan(_day(row, timezone.localdate(now))) - _spent(domain, now)))
    if granted:
        minute, _ = Spent.objects.get_or_create(
            relay=_name(domain), minute=now.replace(second=0, microsecond=0), defaults={"count": 0}
        )
        Spent.objects.filter(pk=minute.pk).update(count=F("count") + granted)
    return granted


@transaction.atomic
def give_back(domain: str, unused: int, *, now: datetime) -> None:
    """Return what was taken and not sent."""
    for row in Spent.objects.select_for_update().filter(relay=_name(domain), minute__lte=now).order_by("-minute")[:3]:
        back = min(unused, row.count)
        Spent.objects.filter(pk=row.pk).update(count=F("count") - back)
        unused -= back


def rest(campaign: Campaign, *, now: datetime) -> datetime:
    """Let what is left of a campaign wait for tomorrow, at the hour at which it began; return when that is."""
    began = timezone.localtime(campaign.starts_at or now).time()
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    again = timezone.make_aware(datetime.combine(tomorrow, max(began, time(0, 1))))
    Chunk.objects.filter(campaign=campaign, not_before__lt=again).update(not_before=again)
    return again


def _day(row: Warmup, today: date) -> int:
    return (today - row.first_day).days + 1


def _spent(domain: str, now: datetime) -> int:
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time()))
    rows = Spent.objects.filter(relay=_name(domain), minute__gte=midnight)
    total: int = rows.aggregate(total=Coalesce(Sum("count"), 0))["total"]
    return total


def _name(domain: str) -> str:
    """Return what a domain's day is counted under, beside the relays' own."""
    return f"@{domain}"[:120]
