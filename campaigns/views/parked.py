"""Mail that came back and could not be used: how many, why, and what a human can do about it."""

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import inbox, parked
from campaigns.core.parking import KEEP
from campaigns.inbox import Outcome
from campaigns.models import ParkedMail
from campaigns.sealing import Unreadable
from campaigns.words import PARKED
from newsletter.access import admin_required, board_required, is_admin, signed_in

log = logging.getLogger(__name__)
A_PAGE = 20


@never_cache
@board_required
@require_safe
def parked_mails(request: HttpRequest) -> HttpResponse:
    """What is parked, a page at a time; what a mail says names people, so it is not shown here."""
    page = Paginator(parked.waiting(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, PARKED[row.problem]) for row in page],
        "days": KEEP.days,
        "may_download": is_admin(request.user),
    }
    return render(request, "pages/campaigns/parked.html", context)


@board_required
@require_POST
def try_again(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Read one once more."""
    row = get_object_or_404(parked.waiting(), pk=mail_id)
    try:
        outcome = parked.try_again(row, now=timezone.now())
    except Unreadable:
        messages.error(request, _unreadable())
    except Exception:  # inbox has said so in the log; the mail stays where it is
        messages.warning(request, _("Il échoue encore. Il reste ici, rien n’est perdu."))
    else:
        if outcome is Outcome.PARKED:
            messages.warning(request, _("Il reste incompris. Mettez-le de côté, ou montrez-le à l’administrateur."))
        elif outcome is Outcome.NOT_OURS:
            messages.info(request, _("Il ne parle d’aucun de nos messages. Vous pouvez le mettre de côté."))
        else:
            messages.success(request, _("Il est compris : ce qu’il dit est noté."))
    return redirect("parked-mails")


@board_required
@require_POST
def put_aside(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show one no more."""
    row = get_object_or_404(parked.waiting(), pk=mail_id)
    parked.put_aside(row, by=signed_in(request), now=timezone.now())
    messages.success(request, _("C’est mis de côté. Il sera oublié de lui-même."))
    return redirect("parked-mails")


@never_cache
@admin_required
@require_safe
def source(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The bytes of one, for an administrator; nothing a browser would open by itself."""
    row = get_object_or_404(ParkedMail, pk=mail_id)
    try:
        raw = inbox.unpark(row)
    except Unreadable:
        messages.error(request, _unreadable())
        return redirect("parked-mails")
    log.info("parked mail %s was downloaded by user %s", row.pk, signed_in(request).pk)
    disposition = f'attachment; filename="retour-{row.pk}.eml"'
    return HttpResponse(raw, "application/octet-stream", headers={"Content-Disposition": disposition})


def _unreadable() -> str:
    return _("Ce mail ne peut plus être lu : la clé de l’installation a changé depuis.")
