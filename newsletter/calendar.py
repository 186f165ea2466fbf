"""The year of the association: what is drawn on its page, what is proposed next, and what others may subscribe to."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from newsletter import access, feasts, signing, standings
from newsletter.core.calendar import proposing, school, year
from newsletter.core.calendar.days import FIRST_YEAR, LAST_YEAR, Span
from newsletter.core.calendar.feasts import in_year
from newsletter.core.calendar.proposing import Proposal
from newsletter.core.calendar.school import SchoolHoliday
from newsletter.core.calendar.year import Entry, Kind, Month
from newsletter.core.operation import OperationState
from newsletter.models import CalendarAddress, Edition, Operation, PlannedEdition, User
from newsletter.signing import Purpose

FILE: Path = settings.BASE_DIR / "data" / "calendar" / "school_holidays.csv"
# How far the page leads to either side of today.
AROUND = 10


@lru_cache(maxsize=1)
def school_holidays() -> tuple[SchoolHoliday, ...]:
    """Return the school holidays that the table knows."""
    return school.read_school_holidays(FILE)


def years(today: date) -> range:
    """Return the years that have a page."""
    return range(max(today.year - AROUND, FIRST_YEAR), min(today.year + AROUND, LAST_YEAR) + 1)


def months(number: int, *, language: str) -> list[Month]:
    """Return the twelve months of a year with all that is known of them."""
    whole = Span(date(number, 1, 1), date(number, 12, 31))
    entries = [*_feasts(range(number, number + 1)), *_operations(whole), *_editions(whole)]
    return year.lay_out(number, school_holidays(), entries, language)


def proposals(*, today: date) -> list[Proposal]:
    """Return the operations that may be prepared next, the first call to close first."""
    editions = Edition.objects.filter(planned_on__gte=today).values_list("planned_on", flat=True)
    promised = PlannedEdition.objects.filter(send_on__gte=today).exclude(operation__state=OperationState.CANCELLED)
    prepared = {*editions, *promised.values_list("send_on", flat=True)}
    return proposing.propose(school_holidays(), feasts.standing(), today=today, prepared=prepared)


def public_entries(*, today: date) -> list[Entry]:
    """Return what anyone may know: the letters that have left, and the feasts of three years."""
    letters = [
        Entry(Kind.EDITION, row.title, Span(row.planned_on, row.planned_on), path=_public_path(row))
        for row in standings.published(today=today)
    ]
    return sorted([*letters, *_feasts(_near(today))], key=lambda entry: entry.span)


def board_entries(*, today: date) -> list[Entry]:
    """Return what the board plans by: every edition, the feasts, the school holidays."""
    near = _near(today)
    off = [
        Entry(Kind.SCHOOL, leaving.of.value, leaving.span, zones="".join(leaving.zones), ours=True)
        for leaving in school.together(school_holidays())
        if leaving.span.first.year in near
    ]
    whole = Span(date(near[0], 1, 1), date(near[-1], 12, 31))
    return sorted([*_operations(whole), *_editions(whole), *_feasts(near), *off], key=lambda entry: entry.span)


def address_token(user: User) -> str:
    """Return what stands in the address of this person's own calendar."""
    turned = CalendarAddress.objects.filter(user=user).values_list("turned", flat=True).first()
    return signing.seal(Purpose.CALENDAR, f"{user.pk}.{turned or 0}")


def reader_of(token: str) -> User | None:
    """Return who reads by this address, while they are of the board and have not changed it."""
    try:
        pk, turned = map(int, signing.unseal(Purpose.CALENDAR, token).split("."))
    except (signing.BadToken, ValueError):
        return None
    user = User.objects.filter(pk=pk).first()
    stands = CalendarAddress.objects.filter(user_id=pk).values_list("turned", flat=True).first() or 0
    return user if user is not None and access.is_board(user) and turned == stands else None


@transaction.atomic
def turn_address(user: User) -> None:
    """Give this person another address; the old one answers no more."""
    CalendarAddress.objects.get_or_create(user=user)
    CalendarAddress.objects.filter(user=user).update(turned=F("turned") + 1)


def _near(today: date) -> range:
    return range(max(today.year - 1, FIRST_YEAR), min(today.year + 1, LAST_YEAR) + 1)


def _feasts(numbers: range) -> Iterable[Entry]:
    for feast in feasts.standing():
        spans = {span for number in numbers for span in in_year(feast, number)}
        for span in sorted(spans):
            yield Entry(Kind.FEAST, feast.title, span, feast.place, usual=feast.usual)


def _operations(whole: Span) -> Iterable[Entry]:
    """Yield the calls for offers, from the day they open to the day they close."""
    standing = Operation.objects.exclude(state=OperationState.CANCELLED).order_by("closes_at", "pk")
    for row in standing.filter(closes_at__date__gte=whole.first):
        last = timezone.localdate(row.closes_at)
        first = timezone.localdate(row.opens_at) if row.opens_at else last
        if first <= whole.last:
            yield Entry(Kind.OPERATION, row.theme, Span(first, last), path=reverse("board:operation", args=[row.pk]))


def _editions(whole: Span) -> Iterable[Entry]:
    for row in Edition.objects.filter(planned_on__range=(whole.first, whole.last)).order_by("planned_on", "pk"):
        day = Span(row.planned_on, row.planned_on)
        yield Entry(Kind.EDITION, row.title, day, path=reverse("board:edition", args=[row.pk]))


def _public_path(row: Edition) -> str:
    return reverse("edition-archive", args=[row.slug])
