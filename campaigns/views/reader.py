"""One reader, for the board: who they are, what happened between them and their letters, and two ways out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audiences import privacy, subscriptions
from audiences.core.consent import CustomerKind, Method, SubscriptionState
from audiences.core.segment import Came
from audiences.models import Subscriber, Subscription
from audiences.words import DOORS, KINDS, STATES, TONES
from campaigns import timelines
from campaigns.flight_words import sentence
from newsletter.access import board_required
from newsletter.core.interests import Interest
from newsletter.models import Place
from newsletter.words import INTERESTS

BOARD = "bureau"


@board_required
@never_cache
@require_safe
def reader(request: HttpRequest, reader_id: int) -> HttpResponse:
    """Everything that we hold of one person, the newest first."""
    row = get_object_or_404(Subscriber, pk=reader_id)
    place = Place.objects.filter(insee=row.commune).first() if row.commune else None
    standings = Subscription.objects.filter(subscriber=row).select_related("newsletter").order_by("pk")
    return render(
        request,
        "pages/campaigns/reader.html",
        {
            "reader": row,
            "place": place.name if place else "",
            "kind": KINDS[CustomerKind(row.kind)],
            "door": DOORS[Came(row.came_by)],
            "likes": [INTERESTS[each] for each in Interest if each.value in row.interests],
            "is_paused": row.is_paused(timezone.localdate()),
            "standings": [
                (one, STATES[SubscriptionState(one.state)], TONES[SubscriptionState(one.state)]) for one in standings
            ],
            "timeline": [(one, sentence(one)) for one in timelines.of(row)],
        },
    )


@board_required
@require_POST
def end(request: HttpRequest, reader_id: int) -> HttpResponse:
    """End every subscription of a person who asked the board to: by telephone, by letter."""
    row = get_object_or_404(Subscriber, pk=reader_id)
    if request.POST.get("asked") != "on":
        messages.error(request, _("Cochez d’abord que cette personne l’a demandé. Rien n’a changé."))
        return redirect("reader", reader_id)
    now = timezone.now()
    for standing in row.subscriptions.select_related("newsletter").order_by("pk"):
        subscriptions.leave(standing.newsletter, bytes(row.address_key), method=Method.ADMIN, source=BOARD, now=now)
    messages.success(request, _("C’est fait : plus aucune lettre ne part vers cette personne."))
    return redirect("reader", reader_id)


@board_required
@require_POST
def forget(request: HttpRequest, reader_id: int) -> HttpResponse:
    """Forget a person who asked the board to (GDPR 17): nothing brings them back but their own word."""
    row = get_object_or_404(Subscriber, pk=reader_id)
    if request.POST.get("asked") != "on":
        messages.error(request, _("Cochez d’abord que cette personne l’a demandé. Rien n’a changé."))
        return redirect("reader", reader_id)
    privacy.erase(row, method=Method.ADMIN, source=BOARD, now=timezone.now())
    messages.success(request, _("C’est fait : nous ne savons plus rien de cette personne."))
    return redirect("readers")
