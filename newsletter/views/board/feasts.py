"""The feasts of the place: the board adds, changes and hides."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import feasts
from newsletter.access import board_required, signed_in
from newsletter.calendar_forms import FeastForm
from newsletter.core.calendar.feasts import Feast as Rule
from newsletter.models import CalendarFeed, Feast


@never_cache
@board_required
def listing(request: HttpRequest) -> HttpResponse:
    rows = Feast.objects.filter(feed=None).order_by("title", "pk")
    context = {
        "own": [row for row in rows if not row.key],
        "edited": [row for row in rows if row.key and not row.hidden],
        "hidden": [row for row in rows if row.hidden],
        "shipped": sorted(feasts.untouched(), key=lambda feast: (feast.span.first.month, feast.span.first.day)),
        "feeds": CalendarFeed.objects.prefetch_related("feasts"),
    }
    return render(request, "pages/board/feasts.html", context)


@never_cache
@board_required
def new(request: HttpRequest) -> HttpResponse:
    form = FeastForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/feast.html", {"form": form})
    feast = feasts.add(form.rule(), by=signed_in(request), now=timezone.now())
    messages.success(request, _("« %s » est dans le calendrier.") % feast.title)
    return redirect("board:feasts")


@never_cache
@board_required
def feast(request: HttpRequest, feast_id: int) -> HttpResponse:
    row = get_object_or_404(Feast, pk=feast_id, feed=None, key="")
    form = FeastForm.of(row.as_rule(), request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/feast.html", {"form": form, "feast": row})
    feasts.change(row, form.rule())
    messages.success(request, _("« %s » est à jour.") % form.cleaned_data["title"])
    return redirect("board:feasts")


@board_required
@require_POST
def drop(request: HttpRequest, feast_id: int) -> HttpResponse:
    row = get_object_or_404(Feast, pk=feast_id, feed=None, key="")
    feasts.drop(row)
    messages.success(request, _("« %s » n’est plus dans le calendrier.") % row.title)
    return redirect("board:feasts")


@never_cache
@board_required
def shipped(request: HttpRequest, key: str) -> HttpResponse:
    """Change a feast that came with the product: the board's words stand in its place."""
    form = FeastForm.of(_as_it_stands(key), request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/feast.html", {"form": form, "key": key})
    feasts.speak_for(key, form.rule(), by=signed_in(request), now=timezone.now())
    messages.success(request, _("« %s » est à jour.") % form.cleaned_data["title"])
    return redirect("board:feasts")


@board_required
@require_POST
def hide(request: HttpRequest, key: str) -> HttpResponse:
    _as_it_stands(key)
    row = feasts.hide(key, by=signed_in(request), now=timezone.now())
    messages.success(request, _("« %s » est masquée ; vous la retrouvez au bas de cette page.") % row.title)
    return redirect("board:feasts")


@board_required
@require_POST
def restore(request: HttpRequest, key: str) -> HttpResponse:
    _as_it_stands(key)
    feasts.restore(key)
    messages.success(request, _("« %s » est de nouveau telle qu’elle nous est venue.") % feasts.shipped()[key].title)
    return redirect("board:feasts")


def _as_it_stands(key: str) -> Rule:
    """Return what is said of a shipped feast now: by the board, else by its file."""
    if key not in feasts.shipped():
        raise Http404
    row = Feast.objects.filter(key=key).first()
    return row.as_rule() if row else feasts.shipped()[key]
