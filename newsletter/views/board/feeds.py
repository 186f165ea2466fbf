"""Calendars in and out: a file read before it is taken in, addresses that are followed, and the address of ours."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import calendar, calendar_words, feasts, feeds, tasks
from newsletter.access import board_required, signed_in
from newsletter.calendar_forms import FeedForm, ImportForm
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.ical_in import MAX_BYTES, Happening, Read, read_calendar
from newsletter.models import CalendarFeed

SALT = "garrigue.calendar.import"
TO_REREAD = timedelta(hours=12)


@dataclass(frozen=True)
class Follow:
    """A followed calendar, and how it stands in words."""

    feed: CalendarFeed
    failure: str
    count: int


@never_cache
@board_required
def listing(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            feed = feeds.subscribe(
                form.cleaned_data["url"], name=form.cleaned_data["name"], by=signed_in(request), now=timezone.now()
            )
        except feeds.AlreadyFollowed:
            form.add_error("url", _("Vous suivez déjà cet agenda."))
        except feeds.TooManyFeeds:
            form.add_error(None, _("Vous suivez déjà 20 agendas : arrêtez d’en suivre un pour en ajouter."))
        else:
            tasks.read_calendar.delay_on_commit(feed.pk)
            messages.success(request, _("« %s » est suivi ; sa première lecture se fait en ce moment.") % feed.name)
            return redirect("board:feeds")
    user = signed_in(request)
    context = {
        "form": form,
        "follows": [
            Follow(feed, str(calendar_words.FAILURES.get(feed.failure, feed.failure)), feed.feasts.count())
            for feed in CalendarFeed.objects.all()
        ],
        "public": settings.SITE_URL + reverse("agenda"),
        "own": settings.SITE_URL + reverse("board-agenda", args=[calendar.address_token(user)]),
    }
    return render(request, "pages/board/feeds.html", context)


@board_required
@require_POST
def reread(request: HttpRequest, feed_id: int) -> HttpResponse:
    feed = get_object_or_404(CalendarFeed, pk=feed_id)
    feeds.hasten(feed, now=timezone.now())
    tasks.read_calendar.delay_on_commit(feed.pk)
    messages.success(request, _("« %s » est relu en ce moment.") % feed.name)
    return redirect("board:feeds")


@board_required
@require_POST
def drop(request: HttpRequest, feed_id: int) -> HttpResponse:
    feed = get_object_or_404(CalendarFeed, pk=feed_id)
    feeds.drop(feed)
    messages.success(request, _("« %s » n’est plus suivi ; ses dates ont quitté le calendrier.") % feed.name)
    return redirect("board:feeds")


@board_required
@require_POST
def turn(request: HttpRequest) -> HttpResponse:
    calendar.turn_address(signed_in(request))
    messages.success(request, _("Votre agenda a une nouvelle adresse ; l’ancienne ne répond plus."))
    return redirect("board:feeds")


@never_cache
@board_required
def bring(request: HttpRequest) -> HttpResponse:
    """Read a file and show what it would bring; nothing is written."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/calendar_import.html", {"form": form})
    # one byte more than is read tells that there is too much
    raw = form.cleaned_data["file"].read(MAX_BYTES + 1)
    read = read_calendar(raw, window=feeds.window(timezone.localdate()))
    return render(request, "pages/board/calendar_import.html", _preview(read))


@board_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take in what was ticked of the file that was just shown."""
    try:
        sealed = signing.loads(request.POST.get("read", ""), salt=SALT, max_age=TO_REREAD)
    except signing.BadSignature:
        messages.error(request, _("Cette relecture n’est plus valable : envoyez le fichier à nouveau."))
        return redirect("board:calendar-import")
    wanted = set(request.POST.getlist("keep"))
    chosen = [_unsealed(row) for number, row in enumerate(sealed) if str(number) in wanted]
    count = feasts.bring(chosen, feed=None, by=signed_in(request), now=timezone.now())
    said = ngettext("%d date ajoutée au calendrier.", "%d dates ajoutées au calendrier.", count)
    messages.success(request, said % count)
    return redirect("board:feasts")


def _preview(read: Read) -> dict[str, Any]:
    rows = [[*_sealed(happening)] for happening in read.happenings]
    return {
        "form": ImportForm(),
        "is_read": True,
        "happenings": read.happenings,
        "wrong": [calendar_words.wrong_words(wrong) for wrong in read.wrong],
        "sealed": signing.dumps(rows, salt=SALT, compress=True),
    }


def _sealed(happening: Happening) -> tuple[str, ...]:
    span = happening.span
    return span.first.isoformat(), span.last.isoformat(), happening.title, happening.place, happening.uid


def _unsealed(row: list[str]) -> Happening:
    first, last, title, place, uid = row
    return Happening(Span(date.fromisoformat(first), date.fromisoformat(last)), title, place, uid)
