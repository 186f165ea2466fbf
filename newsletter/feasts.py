"""The feasts of the place: those that come with the product, the board's word on them, and its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from newsletter.core.calendar import feasts
from newsletter.core.calendar.feasts import Returns
from newsletter.core.calendar.ical_in import Happening
from newsletter.models import CalendarFeed, Feast, User

FILE: Path = settings.BASE_DIR / "data" / "calendar" / "feasts.toml"


class NoSuchFeast(LookupError):
    """No shipped feast has this key."""


@lru_cache(maxsize=1)
def shipped() -> dict[str, feasts.Feast]:
    """Return the feasts that come with the product, by their keys."""
    return {feast.key: feast for feast in feasts.read_feasts(FILE)}


def standing() -> list[feasts.Feast]:
    """Return every feast that the board has not hidden, as rules."""
    rows = list(Feast.objects.all())
    spoken_for = {row.key for row in rows if row.key}
    return [
        *(feast for key, feast in shipped().items() if key not in spoken_for),
        *(row.as_rule() for row in rows if not row.hidden),
    ]


def untouched() -> list[feasts.Feast]:
    """Return the shipped feasts that the board has said nothing about."""
    spoken_for = set(Feast.objects.exclude(key="").values_list("key", flat=True))
    return [feast for key, feast in shipped().items() if key not in spoken_for]


def add(rule: feasts.Feast, *, by: User | None, now: datetime) -> Feast:
    """Write a feast of the board's own down."""
    return Feast.objects.create(**_columns(replace(rule, key="")), entered_by=by, entered_at=now)


@transaction.atomic
def change(feast: Feast, rule: feasts.Feast) -> Feast:
    """Let the feast be what the board says now; one that stands for a shipped one goes on doing so."""
    feast.refresh_from_db(from_queryset=Feast.objects.select_for_update())
    for name, value in _columns(replace(rule, key=feast.key)).items():
        setattr(feast, name, value)
    feast.save()
    return feast


@transaction.atomic
def speak_for(key: str, rule: feasts.Feast, *, by: User | None, now: datetime) -> Feast:
    """Put the board's own words in the place of a shipped feast; the last word stands."""
    _known(key)
    said = {**_columns(replace(rule, key=key)), "hidden": False, "entered_by": by, "entered_at": now}
    row, _ = Feast.objects.update_or_create(key=key, defaults=said)
    return row


@transaction.atomic
def hide(key: str, *, by: User | None, now: datetime) -> Feast:
    """Leave a shipped feast out of the year; what the board wrote about it is kept."""
    said = {"hidden": True, "entered_by": by, "entered_at": now}
    row, _ = Feast.objects.update_or_create(key=key, defaults=said, create_defaults={**_columns(_known(key)), **said})
    return row


def restore(key: str) -> None:
    """Take the board's word on a shipped feast back: it stands as it came."""
    Feast.objects.filter(key=_known(key).key).delete()


def drop(feast: Feast) -> None:
    """Forget a feast of the board's own, or one that a calendar brought."""
    Feast.objects.filter(pk=feast.pk).delete()


@transaction.atomic
def bring(happenings: Sequence[Happening], *, feed: CalendarFeed | None, by: User | None, now: datetime) -> int:
    """Take these events in as feasts of one year each; those that stand already stay. Return how many are new."""
    before = Feast.objects.filter(feed=feed).count()
    rows = [_brought(happening, feed, by, now) for happening in happenings]
    Feast.objects.bulk_create(rows, ignore_conflicts=True)
    return Feast.objects.filter(feed=feed).count() - before


def _brought(happening: Happening, feed: CalendarFeed | None, by: User | None, now: datetime) -> Feast:
    # an event without a name of its own is known by its title and its day
    uid = happening.uid or f"{happening.title} {happening.span.first}"
    rule = feasts.Feast(happening.title, happening.span, Returns.ONCE, happening.place)
    return Feast(**_columns(rule), feed=feed, uid=uid, entered_by=by, entered_at=now)


def _known(key: str) -> feasts.Feast:
    try:
        return shipped()[key]
    except KeyError:
        raise NoSuchFeast(key) from None


def _columns(rule: feasts.Feast) -> dict[str, object]:
    return {
        "key": rule.key,
        "title": rule.title,
        "place": rule.place,
        "note": rule.note,
        "first_day": rule.span.first,
        "last_day": rule.span.last,
        "returns": rule.returns.value,
        "usual": rule.usual,
        "proposes": rule.proposes,
        "within_km": rule.within_km,
    }
