"""Our calendar for other people's calendars: one for everyone, one for each person of the board."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter import calendar
from newsletter.calendar_words import BREAKS, zones_words
from newsletter.core.calendar.ical_out import Note, write_calendar
from newsletter.core.calendar.school import Break
from newsletter.core.calendar.year import Entry, Kind

REFRESHED = timedelta(hours=12)


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The letters that have left and the feasts of the place."""
    with translation.override("fr"):
        entries = calendar.public_entries(today=timezone.localdate())
        return _answer(_("Calendrier des Alpilles"), entries)


@never_cache
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """What the board plans by, for as long as its reader is of the board."""
    reader = calendar.reader_of(token)
    if reader is None:
        raise Http404
    with translation.override(reader.language):
        entries = calendar.board_entries(today=timezone.localdate())
        return _answer(_("Garrigue, calendrier du bureau"), entries)


def _answer(name: str, entries: Iterable[Entry]) -> HttpResponse:
    # a calendar that says the same all day is not read as news each time
    told_at = datetime.combine(timezone.localdate(), time(), tzinfo=timezone.get_current_timezone())
    body = write_calendar(name, map(_note, entries), told_at=told_at, refreshed=REFRESHED)
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="garrigue.ics"'},
    )


def _note(entry: Entry) -> Note:
    title = entry.title
    if entry.kind is Kind.SCHOOL:
        title = f"{BREAKS[Break(entry.title)]}, {zones_words(entry.zones)}"
    elif entry.kind is Kind.EDITION:
        title = _("Lettre : %s") % entry.title
    return Note(
        uid=f"{uuid5(NAMESPACE_URL, f'{settings.SITE_URL}/{entry.kind}/{entry.zones}/{_thing(entry)}')}",
        title=title,
        span=entry.span,
        place=entry.place,
        text=_("Dates habituelles, à confirmer.") if entry.usual else "",
        url=settings.SITE_URL + entry.path if entry.path else "",
        remind=entry.kind is Kind.EDITION and entry.path.startswith("/bureau/"),
    )


def _thing(entry: Entry) -> str:
    """Return what stays the same when an edition is moved: its own address."""
    return entry.path or f"{entry.title}/{entry.span.first.isoformat()}"
