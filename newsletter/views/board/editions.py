"""The editions: those that are written, those that have left, and a new one."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from newsletter import editions, standings
from newsletter.access import editor_required, signed_in
from newsletter.board_forms import NewEditionForm
from newsletter.models import Edition


@never_cache
@editor_required
def listing(request: HttpRequest) -> HttpResponse:
    found = Edition.objects.annotate(seats=Count("placements"))
    return render(request, "pages/board/editions.html", {"editions": standings.show(found)})


@never_cache
@editor_required
def new(request: HttpRequest) -> HttpResponse:
    form = NewEditionForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/edition_new.html", {"form": form})
    edition = editions.open_edition(
        form.cleaned_data["newsletter"],
        title=form.cleaned_data["title"],
        planned_on=form.cleaned_data["planned_on"],
        by=signed_in(request),
        now=timezone.now(),
    )
    return redirect("board:edition", edition.pk)
