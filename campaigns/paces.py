"""At most so many an hour and a day through each relay, kept over restarts."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from campaigns.core.pacing import DAY, PRESETS, Limits, allowance
from campaigns.models import Pace, Spent
from newsletter.core import environment
from newsletter.core.environment import Road


def relays() -> list[Road]:
    """Return the relays and providers that the environment names."""
    return list(environment.relays(settings.RELAY_URLS))


def limits(relay: Road) -> Limits:
    """Return what the board said that this relay grants."""
    pace = Pace.objects.filter(relay=relay.name).first()
    return Limits(pace.per_hour, pace.per_day) if pace else Limits()


def set_pace(relay: Road, *, preset: str = "", per_hour: int = 0, per_day: int = 0) -> Pace:
    """Set the limits of a relay, by a preset's name or by numbers of one's own."""
    chosen = PRESETS.get(preset, Limits(per_hour, per_day))
    pace, _ = Pace.objects.update_or_create(
        relay=relay.name,
        defaults={"preset": preset, "per_hour": chosen.per_hour, "per_day": chosen.per_day},
    )
    return pace


@transaction.atomic
def take(relay: Road, *, want: int, now: datetime) -> int:
    """Take up to so many tokens before rows are armed; zero when the relay's hour or day is used up."""
    pace = Pace.objects.select_for_update().filter(relay=relay.name).first()
    if pace is None or not (pace.per_hour or pace.per_day):
        return want
    room = allowance(Limits(pace.per_hour, pace.per_day), spent(relay, now=now), now=now)
    granted = want if room is None else min(want, room)
    if granted:
        row, _ = Spent.objects.get_or_create(
            relay=relay.name, minute=now.replace(second=0, microsecond=0), defaults={"count": 0}
        )
        Spent.objects.filter(pk=row.pk).update(count=F("count") + granted)
    return granted


def room(relay: Road, *, now: datetime) -> int | None:
    """Return how many the relay would still take now; None where nothing limits it."""
    granted = limits(relay)
    if not (granted.per_hour or granted.per_day):
        return None
    return allowance(granted, spent(relay, now=now), now=now)


def spent(relay: Road, *, now: datetime) -> list[tuple[datetime, int]]:
    """Return how many left through this relay in which minute of the last day, where a limit counts them."""
    return list(Spent.objects.filter(relay=relay.name, minute__gt=now - DAY).values_list("minute", "count"))


@transaction.atomic
def give_back(relay: Road, count: int, *, now: datetime) -> None:
    """Return tokens for which nothing left, as far as the last minutes took any."""
    for row in Spent.objects.select_for_update().filter(relay=relay.name, minute__lte=now).order_by("-minute")[:3]:
        back = min(count, row.count)
        Spent.objects.filter(pk=row.pk).update(count=F("count") - back)
        count -= back


def spent_today(relay: Road, *, now: datetime) -> int:
    """Return how many left through this relay in the last 24 hours, where a limit counts them."""
    rows = Spent.objects.filter(relay=relay.name, minute__gt=now - DAY)
    total: int = rows.aggregate(total=Coalesce(Sum("count"), 0))["total"]
    return total
