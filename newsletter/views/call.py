"""What an operation asks of a member: at their desk, and behind the link of their letter alike."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import calls, invitations, operations, selecting
from newsletter.access import call_of, sign_in_required, signed_in
from newsletter.core.operation import Answer, OperationState
from newsletter.core.review import EDITABLE
from newsletter.models import Call
from newsletter.operation_words import reason, refusal


@never_cache
@sign_in_required
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    return _page(request, call_of(signed_in(request), call_id))


@require_POST
@sign_in_required
def decline(request: HttpRequest, call_id: int) -> HttpResponse:
    """« Not this time »: no reason is asked, no reminder follows."""
    found = call_of(signed_in(request), call_id)
    return _said(request, found, calls.decline, reverse("call", args=[found.pk]))


@require_POST
@sign_in_required
def think_again(request: HttpRequest, call_id: int) -> HttpResponse:
    found = call_of(signed_in(request), call_id)
    return _said(request, found, calls.think_again, reverse("call", args=[found.pk]))


@never_cache
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Show the same page behind the letter's link, while the call is open; then it leads to log-in."""
    found = _invited(token)
    if invitations.open_invitation(token, now=timezone.now()) is None:
        page = reverse("call", args=[found.pk])
        return render(request, "pages/desk/invitation_over.html", {"draft": page}, status=410)
    return _page(request, found, token)


@require_POST
def invited_decline(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, token, calls.decline)


@require_POST
def invited_think_again(request: HttpRequest, token: str) -> HttpResponse:
    return _by_link(request, token, calls.think_again)


def _by_link(request: HttpRequest, token: str, verb: Callable[..., None]) -> HttpResponse:
    found = _invited(token)
    if invitations.open_invitation(token, now=timezone.now()) is None:
        return redirect("invitation-call", token)
    return _said(request, found, verb, reverse("invitation-call", args=[token]))


def _said(request: HttpRequest, found: Call, verb: Callable[..., None], back: str) -> HttpResponse:
    try:
        verb(found, now=timezone.now())
    except operations.Refused as refused:
        messages.warning(request, refusal(refused))
    else:
        no = _("C’est noté : pas cette fois. Vous ne recevrez pas de rappel.")
        messages.success(request, no if found.declined_at else _("Très bien, votre brouillon vous attend."))
    return redirect(back)


def _invited(token: str) -> Call:
    """Return the call that this link was written for; Http404 for a link that is of no call."""
    invitation = invitations.find(token)
    found = invitation and Call.objects.select_related("operation", "member", "offer").filter(invitation=invitation)
    call = found.first() if found else None
    if call is None or call.operation.state == OperationState.CANCELLED:
        raise Http404
    return call


def _page(request: HttpRequest, found: Call, token: str = "") -> HttpResponse:
    asked = calls.one_with_answer(found.pk)
    row = asked.call
    now = timezone.now()
    is_open = row.operation.state == OperationState.CALLING and row.operation.closes_at > now
    context = {
        "call": row,
        "operation": row.operation,
        "said": asked.said,
        "open": is_open,
        "silent": asked.said in (Answer.NONE, Answer.BEGUN),
        "editable": row.offer.state in EDITABLE,
        "token": token,
        "days": operations.days_left(row.operation, now=now),
        "outcomes": [
            (one, one.words or reason(one.choice.reason, one.choice.facts)) for one in selecting.outcomes(row)
        ],
        "act": _acts(row, token),
    }
    return render(request, "pages/desk/call.html", context)


def _acts(row: Call, token: str) -> dict[str, str]:
    """Return where each button leads: behind a link everything stays behind that link."""
    if token:
        return {
            "write": reverse("invitation", args=[token]),
            "decline": reverse("invitation-decline", args=[token]),
            "think_again": reverse("invitation-think-again", args=[token]),
        }
    return {
        "write": reverse("offer-edit" if row.offer.state in EDITABLE else "offer", args=[row.offer_id]),
        "decline": reverse("call-decline", args=[row.pk]),
        "think_again": reverse("call-think-again", args=[row.pk]),
    }
