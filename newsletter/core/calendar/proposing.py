"""Which operations to prepare next: from holidays, feasts and the time that a call and a letter need.

A proposal depends on its occasion alone, never on today: what is proposed today is proposed tomorrow, until its call
would have to close sooner than members can answer it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from newsletter.core.calendar import days
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Feast, in_years
from newsletter.core.calendar.school import Break, SchoolHoliday, together
from newsletter.core.calendar.zones import SchoolZone

# Readers book a stay with ten to twenty days before them; the letter is composed in three to four weeks.
SENT_BEFORE, SENT_BEST = range(10, 21), 14
CLOSED_BEFORE, CLOSED_BEST = range(21, 29), 24
# A call that closes in less than a week is answered by few.
TO_ANSWER = timedelta(days=7)
HORIZON = timedelta(days=300)

STAY_KM, WEEKEND_KM = 300, 200


DatedFeast = tuple[Span, Feast]


class Why(StrEnum):
    """What makes an occasion one."""

    SCHOOL = "school"
    WEEKEND = "weekend"
    FEAST = "feast"


@dataclass(frozen=True)
class Occasion:
    """Something worth a journey: when, for whom, and from how far."""

    why: Why
    name: str  # a break's code, a public holiday's date, a feast's title
    span: Span
    zones: tuple[SchoolZone, ...] = ()  # none: readers of every zone
    within_km: int = STAY_KM
    during: tuple[str, ...] = ()  # feasts that fall into it

    @property
    def key(self) -> str:
        zones = "".join(zone.value for zone in self.zones)
        return "-".join(filter(None, (self.why.value, self.name, zones, self.span.first.isoformat())))


@dataclass(frozen=True)
class Proposal:
    """An operation that the board may prepare: until when members answer, when readers have the letter."""

    occasion: Occasion
    call_until: date
    send_on: date

    @property
    def days_to_book(self) -> int:
        return (self.occasion.span.first - self.send_on).days

    @property
    def days_to_compose(self) -> int:
        return (self.send_on - self.call_until).days


def occasions(holidays: Sequence[SchoolHoliday], feasts: Sequence[Feast], of: Span) -> list[Occasion]:
    """Return what begins in these days and is worth an operation, the earliest first."""
    years = range(of.first.year, of.last.year + 1)
    dated_feasts = sorted(((span, feast) for feast in feasts for span in in_years(feast, years)), key=lambda d: d[0])
    weekends = _weekends(years, holidays, dated_feasts)
    found = [*_school(holidays, years, dated_feasts), *weekends, *_feasts(dated_feasts, weekends)]
    once = {occasion.key: occasion for occasion in found if occasion.span.first in of}
    return sorted(once.values(), key=lambda occasion: (occasion.span, occasion.key))


def propose(
    holidays: Sequence[SchoolHoliday], feasts: Sequence[Feast], *, today: date, prepared: Iterable[date] = ()
) -> list[Proposal]:
    """Return what may still be prepared from today on, the first call to close first.

    `prepared` are days for which something is planned already: they do not ask for a second letter on the same day.
    """
    taken = set(prepared)
    found = [
        proposal
        for occasion in occasions(holidays, feasts, Span(today, today + HORIZON))
        if (proposal := dated(occasion)).call_until >= today + TO_ANSWER and proposal.send_on not in taken
    ]
    return sorted(found, key=lambda proposal: (proposal.call_until, proposal.send_on, proposal.occasion.key))


def dated(occasion: Occasion) -> Proposal:
    """Return the days that suit the occasion best: for the call, for the letter."""
    call_until, send_on = _best(occasion.span.first)
    return Proposal(occasion, call_until, send_on)


@lru_cache(maxsize=1024)
def _best(first: date) -> tuple[date, date]:
    """Weigh the few hundred pairs of days; the same occasion always gets the same."""
    weighed = [
        (abs(sent - SENT_BEST) + abs(closed - CLOSED_BEST) + (send_on.weekday() in (0, 4)), sent, closed)
        for sent in SENT_BEFORE
        if days.is_working(send_on := first - timedelta(days=sent))
        for closed in CLOSED_BEFORE
        if days.can_end_a_call(send_on - timedelta(days=closed))
    ]
    _, sent, closed = min(weighed)
    send_on = first - timedelta(days=sent)
    return send_on - timedelta(days=closed), send_on


def _school(holidays: Sequence[SchoolHoliday], years: range, feasts: Sequence[DatedFeast]) -> list[Occasion]:
    return [
        Occasion(
            Why.SCHOOL,
            leaving.of.value,
            leaving.span,
            leaving.zones if len(leaving.zones) < 3 else (),
            STAY_KM,
            _during(leaving.span, feasts),
        )
        for leaving in together(holidays)
        # the bridge of the Ascension is a long weekend for everyone
        if leaving.of is not Break.ASCENSION and leaving.span.first.year in years
    ]


def _weekends(years: range, holidays: Sequence[SchoolHoliday], feasts: Sequence[DatedFeast]) -> list[Occasion]:
    """Long weekends, but not those that every zone has in the middle of its holidays."""
    everywhere = [leaving.span for leaving in together(holidays) if len(leaving.zones) == 3 and leaving.span.days > 5]
    found = {}
    for number in years:
        for day in days.public_holidays(number):
            span = days.long_weekend(day)
            if span and not any(span.meets(off) for off in everywhere):
                # two public holidays side by side make one weekend
                found[span] = Occasion(Why.WEEKEND, day.isoformat(), span, (), WEEKEND_KM, _during(span, feasts))
    return list(found.values())


def _feasts(feasts: Sequence[DatedFeast], weekends: Sequence[Occasion]) -> list[Occasion]:
    """The feasts that are worth an operation, but not those that a long weekend tells of already."""
    return [
        Occasion(Why.FEAST, feast.title, span, within_km=feast.within_km or WEEKEND_KM)
        for span, feast in feasts
        if feast.proposes and not any(span.first in week.span and span.last in week.span for week in weekends)
    ]


def _during(span: Span, feasts: Sequence[DatedFeast]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(feast.title for met, feast in feasts if met.meets(span)))
