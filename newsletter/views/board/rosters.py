"""Members come in by a file: read first, taken in when that is confirmed."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from newsletter import members, rosters, tasks
from newsletter.access import board_required, signed_in
from newsletter.member_forms import RosterAgreement, RosterForm
from newsletter.rosters import Roster
from newsletter.story_words import why

log = logging.getLogger(__name__)


@never_cache
@board_required
def upload(request: HttpRequest) -> HttpResponse:
    """Take the file and show what each of its lines would do; nothing is written."""
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/roster.html", {"form": form})
    text = form.text()
    return _page(request, rosters.look(text, ""), RosterAgreement(initial={"text": text, "invite": True}))


@board_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Take in what the board has seen; the file is read again, for it came back through a browser."""
    form = RosterAgreement(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Ce fichier s’est perdu en chemin : choisissez-le à nouveau."))
        return redirect("board:members-file")
    found = rosters.look(form.cleaned_data["text"], "")
    try:
        owed = rosters.take_in(found, invite=form.cleaned_data["invite"], by=signed_in(request), now=timezone.now())
    except members.NameTaken:
        messages.warning(request, _("Quelqu’un a ajouté l’un de ces membres entre-temps. Voici le fichier relu."))
        return _page(request, rosters.look(form.cleaned_data["text"], ""), form)
    if not _mailed([invitation.pk for invitation in owed]):
        messages.warning(request, _("Les e-mails n’ont pas pu partir : invitez les membres depuis leur liste."))
    said = ngettext("%d membre a rejoint l’association.", "%d membres ont rejoint l’association.", len(found.new))
    messages.success(request, said % len(found.new))
    return redirect("board:members")


def _mailed(owed: list[int]) -> bool:
    try:
        for pk in owed:
            tasks.send_invitation.delay_on_commit(pk)
    except OperationalError:
        log.warning("no broker: %d invitations were not mailed", len(owed))
        return False
    return True


def _page(request: HttpRequest, found: Roster, form: RosterAgreement) -> HttpResponse:
    context = {"roster": found, "form": form, "wrong": [(line.number, why(line)) for line in found.wrong]}
    return render(request, "pages/board/roster_read.html", context)
