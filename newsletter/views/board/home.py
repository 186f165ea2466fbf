"""The board's first page: what waits, and what comes next."""

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from newsletter import standings
from newsletter.access import editor_required
from newsletter.models import Edition, Member, Offer, Operation
from newsletter.views.board.offers import undoable

SHOWN = 5


@never_cache
@editor_required
def home(request: HttpRequest) -> HttpResponse:
    waiting = Offer.objects.waiting().select_related("member__commune")
    editions = Edition.objects.annotate(seats=Count("placements")).order_by("planned_on", "pk")
    # what is being written comes before what only waits to leave
    coming = editions.filter(locked_at=None).first() or _to_send(editions.filter(locked_at__isnull=False))
    context = {
        "waiting": waiting[:SHOWN],
        "waiting_count": waiting.count(),
        "edition": standings.show([coming])[0] if coming else None,
        "ready_count": Offer.objects.ready(timezone.localdate()).count(),
        "operations": Operation.objects.under_way().order_by("closes_at")[:SHOWN],
        "undoable": undoable(),
        "member_count": Member.objects.active().count(),
    }
    return render(request, "pages/board/home.html", context)


def _to_send(locked: QuerySet[Edition]) -> Edition | None:
    """Return the first locked edition whose day has not passed and whose sending is not over."""
    coming = standings.show(locked.filter(planned_on__gte=timezone.localdate())[:20])
    return next((row for row in coming if not (row.standing and row.standing.over)), None)  # type: ignore[attr-defined]
