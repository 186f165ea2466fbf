"""The board sends a letter to one mailbox and reads what became of it on its way."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from campaigns import arrival_words, arrivals, letterbox, tasks
from campaigns.arrival_forms import SourceForm, TestMailForm
from campaigns.core.testing import State
from campaigns.models import Campaign, TestMail
from campaigns.sealing import Unreadable
from newsletter.access import board_required, signed_in

reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])
# While something is about to happen, htmx looks again.
MOVING = (State.ASKED, State.LEAVING, State.SENT)


@never_cache
@board_required
@reads_and_posts
def test_mails(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The test mails of a letter, and the form for another one."""
    campaign = get_object_or_404(Campaign.objects.select_related("edition__newsletter"), pk=campaign_id)
    user = signed_in(request)
    form = TestMailForm(
        request.POST if request.method == "POST" else None,
        initial={"address": user.email},
        read_here=arrivals.is_read_here(),
    )
    if form.is_valid():
        try:
            row = arrivals.ask(campaign, address=form.cleaned_data["address"], by=user, now=timezone.now())
            tasks.send_test_mail.delay_on_commit(row.pk)
            return redirect("test-mail", campaign.pk, row.pk)
        except arrivals.NotLocked:
            messages.warning(request, _("Verrouillez d’abord l’édition : ce qui a été relu est ce qui partira."))
            return redirect("board:edition", campaign.edition_id)
        except arrivals.TooOften:
            form.add_error(None, _("Dix tests dans l’heure, c’est le plus. Attendez un peu."))
        except OperationalError:
            form.add_error(None, _("Le test n’a pas pu partir : le service d’envoi ne répond pas."))
    rows = campaign.test_mails.select_related("by")[:50]
    context = {"campaign": campaign, "form": form, "rows": [(row, _heaviest(row)) for row in rows]}
    return render(request, "pages/campaigns/test_mails.html", context, status=400 if form.errors else 200)


@never_cache
@board_required
@reads_and_posts
def test_mail(request: HttpRequest, campaign_id: int, test_id: int) -> HttpResponse:
    """One test mail: how it stands, what was found, and the form that compares what has arrived."""
    rows = TestMail.objects.select_related("campaign__edition", "by")
    row = get_object_or_404(rows, pk=test_id, campaign=campaign_id)
    live = bool(request.headers.get("HX-Request"))
    if live and request.GET.get("vu") == row.state:
        return HttpResponse(status=204)  # nothing is swept away that somebody is typing
    form = SourceForm(request.POST, request.FILES) if request.method == "POST" else SourceForm()
    mistaken = None
    if form.is_valid() and arrivals.waits(row):
        raw, pasted = form.raw()
        try:
            found = arrivals.compare(row, raw, pasted=pasted, now=timezone.now())
            if not found or found[0].kind not in arrivals.MISTAKES:
                return redirect("test-mail", campaign_id, test_id)
            mistaken = arrival_words.said(found[0])
        except arrivals.TooOften:
            form.add_error(None, _("Ce test a été comparé trente fois, c’est le plus. Envoyez-en un autre."))
        except Unreadable:
            form.add_error(None, _("Ce test ne peut plus être lu : la clé de l’installation a changé. Refaites-en un."))
    context = {
        "campaign": row.campaign,
        "row": row,
        "form": form,
        "mistaken": mistaken,
        "findings": [arrival_words.said(one) for one in arrivals.findings(row)],
        "waits": arrivals.waits(row),
        "moving": row.state in MOVING and (row.to_us or row.state != State.SENT),
        "read_here": letterbox.is_configured(),
    }
    page = "pages/campaigns/_test_mail.html" if live else "pages/campaigns/test_mail.html"
    return render(request, page, context, status=400 if form.errors or mistaken else 200)


@board_required
@require_http_methods(["POST"])
def look(request: HttpRequest, campaign_id: int, test_id: int) -> HttpResponse:
    """Look into the mailbox now, rather than within the minute."""
    row = get_object_or_404(TestMail, pk=test_id, campaign=campaign_id, to_us=True)
    try:
        tasks.read_bounces.delay_on_commit()
    except OperationalError:
        messages.error(request, _("La boîte n’a pas pu être relevée : le service d’envoi ne répond pas."))
    return redirect("test-mail", campaign_id, row.pk)


def _heaviest(row: TestMail) -> arrival_words.Said | None:
    found = arrivals.findings(row)
    return arrival_words.said(found[0]) if found else None
