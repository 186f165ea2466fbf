"""The board opens a member's draft to them by a link, and closes it again."""

import logging

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import invitations, offers, tasks
from newsletter.access import board_required, signed_in
from newsletter.core.review import EDITABLE
from newsletter.models import Invitation, Member, Offer

log = logging.getLogger(__name__)


@board_required
@require_POST
def invite_member(request: HttpRequest, member_id: int) -> HttpResponse:
    """Invite a member to propose an offer, by a link that needs no log-in."""
    member = get_object_or_404(Member.objects.active(), pk=member_id)
    return _sent(request, invitations.invite_member(member, by=signed_in(request), now=timezone.now()))


@board_required
@require_POST
def enter(request: HttpRequest, member_id: int) -> HttpResponse:
    """Begin an offer for a member who told it otherwise, and lead to its form; the offer is marked so."""
    member, user, now = get_object_or_404(Member.objects.active(), pk=member_id), signed_in(request), timezone.now()
    with transaction.atomic():
        offer = offers.draft(member, by=user, now=now, entered_by=user)
        found = invitations.invite(offer, by=user, now=now)
    return redirect("invitation", invitations.token_of(found))


@board_required
@require_POST
def invite(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Send one more link to this draft."""
    offer = get_object_or_404(Offer.objects.select_related("member"), pk=offer_id)
    if offer.state not in EDITABLE:
        messages.warning(request, _("Cette offre n’est plus sur le bureau de son membre : il n’y a rien à compléter."))
        return redirect("board:offer", offer.pk)
    return _sent(request, invitations.invite(offer, by=signed_in(request), now=timezone.now()))


@board_required
@require_POST
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Close a link: whoever opens it is told so, and how to log in."""
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    invitations.revoke(invitation, now=timezone.now())
    messages.success(request, _("Ce lien n’ouvre plus rien."))
    return redirect("board:offer", invitation.offer_id)


def _sent(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    addresses = [address for address, _language in invitations.addresses(invitation)]
    if not addresses:
        messages.warning(request, _("Ce membre n’a pas d’adresse : donnez-lui le lien vous-même."))
        return redirect("board:offer", invitation.offer_id)
    try:
        tasks.send_invitation.delay_on_commit(invitation.pk)
        messages.success(request, _("Le lien part à %s.") % ", ".join(addresses))
    except OperationalError:
        log.warning("no broker: invitation %s was not mailed", invitation.pk)
        messages.warning(request, _("L’e-mail n’a pas pu partir : donnez le lien vous-même, ou réessayez."))
    return redirect("board:offer", invitation.offer_id)
