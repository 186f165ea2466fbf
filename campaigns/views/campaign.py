"""The board watches a sending, and holds it."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaigns import chunks, etas, parked, reports, schedule, words
from campaigns.core.campaign import PauseReason
from campaigns.models import Campaign
from newsletter.access import board_required, signed_in
from newsletter.core.states import IllegalMove
from newsletter.models import User


@board_required
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every sending, newest first."""
    rows = reports.with_sent(Campaign.objects.all())[:100]
    return render(request, "pages/campaigns/list.html", {"campaigns": rows, "parked": parked.waiting().count()})


@board_required
@require_safe
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """One sending: how it stands, in words.

    While it moves, htmx asks for the picture every two seconds and names the state that it has seen; the notices and
    buttons come along only when the state is another one, so that nobody's focus or open question is swept away.
    """
    row = get_object_or_404(Campaign.objects.select_related("edition__newsletter", "launched_by"), pk=campaign_id)
    now = timezone.now()
    tally = chunks.tally(row)
    live = bool(request.headers.get("HX-Request"))
    eta = etas.expected(row, now=now)
    return render(
        request,
        "pages/campaigns/progress.html" if live else "pages/campaigns/campaign.html",
        {
            "campaign": row,
            "tally": tally,
            "parts": words.parts(tally, reports.without_letter(row) if tally.skipped or tally.failed else None),
            "rests": tally.queued and reports.waits_for_relay(row, now=now),
            "every": reports.look_again(row, now=now),
            "seconds_left": _seconds_left(row, now),
            "soon": reports.SOON.total_seconds(),
            "changed": live and request.GET.get("vu") != row.state,
            "pause": words.PAUSES.get(row.pause_reason),
            "eta": eta,
            "eta_words": words.about(eta - now) if eta else "",
            "left_out": words.left_out(row.left_out or {}),
            "moves": row.moves.select_related("by"),
        },
    )


@board_required
@require_POST
def take_back(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Within the minute: nothing has left, the campaign is a draft again."""
    return _act(request, campaign_id, lambda row, by: schedule.take_back(row, by=by, now=timezone.now()))


@board_required
@require_POST
def pause(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """No new message begins within two seconds."""
    return _act(
        request,
        campaign_id,
        lambda row, by: schedule.pause(row, reason=PauseReason.BOARD, by=by, now=timezone.now()),
    )


@board_required
@require_POST
def resume(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Go on where it stood."""
    return _act(request, campaign_id, lambda row, by: schedule.resume(row, by=by, now=timezone.now()))


@board_required
@require_POST
def cancel(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What is queued never leaves."""
    return _act(request, campaign_id, lambda row, by: schedule.cancel(row, by=by, now=timezone.now()))


def _act(request: HttpRequest, campaign_id: int, verb: Callable[[Campaign, User], Campaign]) -> HttpResponse:
    row = get_object_or_404(Campaign, pk=campaign_id)
    try:
        verb(row, signed_in(request))
    except IllegalMove:
        messages.warning(request, _("Entre-temps l’envoi a changé d’état : voici où il en est."))
    return redirect("campaign", row.pk)


def _seconds_left(row: Campaign, now: datetime) -> int:
    return max(0, round((row.starts_at - now).total_seconds())) if row.starts_at else 0
