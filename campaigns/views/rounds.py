"""The board sends again, or says what it knows of a doubt. Each of these is a person's decision, and recorded."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns import chunks, reports, rounds, words
from campaigns.core.delivery import DeliveryState
from campaigns.core.rounds import WORTH_RETRYING, Proof
from campaigns.models import Campaign, Delivery
from campaigns.round_forms import ProofForm, ResendDoubtForm
from newsletter.access import board_required, signed_in
from newsletter.core.states import IllegalMove

PAGE = 25


@board_required
@require_safe
def again(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """What failed or is uncertain, and what may be done about it."""
    return _page(request, _campaign(campaign_id))


@board_required
@require_POST
def resend_failed(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Queue what failed once more; by default only where another day may help."""
    campaign = _campaign(campaign_id)
    try:
        count = rounds.resend_failed(
            campaign, by=signed_in(request), now=timezone.now(), every=request.POST.get("every") == "on"
        )
    except IllegalMove:
        return _moved_on(request, campaign)
    except rounds.NothingToResend:
        messages.info(request, _("Aucun de ces messages ne mérite un nouvel essai."))
        return redirect("campaign-again", campaign.pk)
    return _under_way(request, campaign, count)


@board_required
@require_POST
def resend_doubt(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Queue what is in doubt once more, when the typed number is theirs."""
    campaign = _campaign(campaign_id)
    form = ResendDoubtForm(request.POST)
    if form.is_valid():
        try:
            count = rounds.resend_in_doubt(
                campaign, by=signed_in(request), typed=form.cleaned_data["typed"], now=timezone.now()
            )
        except IllegalMove:
            return _moved_on(request, campaign)
        except rounds.NothingToResend:
            messages.info(request, _("Plus aucun message n’est incertain."))
            return redirect("campaign-again", campaign.pk)
        except rounds.OtherNumber as other:
            form.add_error(
                "typed",
                ngettext(
                    "Ce n’est pas leur nombre : il y a %(n)s message incertain.",
                    "Ce n’est pas leur nombre : il y a %(n)s messages incertains.",
                    other.actual,
                )
                % {"n": words.number(other.actual)},
            )
        else:
            return _under_way(request, campaign, count)
    return _page(request, campaign, resend=form)


@board_required
@require_POST
def prove(request: HttpRequest, campaign_id: int, delivery_id: int) -> HttpResponse:
    """Settle one doubt by what somebody knows."""
    campaign = _campaign(campaign_id)
    delivery = get_object_or_404(Delivery, pk=delivery_id, campaign=campaign)
    form = ProofForm(request.POST, auto_id=_ids(delivery.pk))
    if not form.is_valid():
        return _page(request, campaign, proof=(delivery.pk, form))
    try:
        became = rounds.prove(
            delivery,
            Proof(form.cleaned_data["proof"]),
            by=signed_in(request),
            source=form.cleaned_data["source"],
            now=timezone.now(),
        )
    except IllegalMove:
        messages.info(request, _("Ce doute était déjà levé."))
    else:
        again = became is DeliveryState.QUEUED
        messages.success(request, _("C’est noté : ce message va repartir.") if again else _("C’est noté."))
    return redirect("campaign-again", campaign.pk)


def _page(
    request: HttpRequest,
    campaign: Campaign,
    *,
    resend: ResendDoubtForm | None = None,
    proof: tuple[int, ProofForm] | None = None,
) -> HttpResponse:
    tally = chunks.tally(campaign)
    doubtful = Delivery.objects.filter(campaign=campaign, state=DeliveryState.IN_DOUBT).select_related("subscriber")
    page = Paginator(doubtful.order_by("position"), PAGE).get_page(request.GET.get("page"))
    asked = dict([proof]) if proof else {}
    reasons = reports.without_letter(campaign).get(DeliveryState.FAILED, {}) if tally.failed else {}
    failed = Delivery.objects.filter(campaign=campaign, state=DeliveryState.FAILED) if tally.failed else None
    return render(
        request,
        "pages/campaigns/again.html",
        {
            "campaign": campaign,
            "tally": tally,
            "worth": failed.filter(reason__in=WORTH_RETRYING).count() if failed is not None else 0,
            "reasons": [words.reason(code, count) for code, count in reasons.items()],
            "page": page,
            "rows": [(row, asked.get(row.pk) or ProofForm(auto_id=_ids(row.pk))) for row in page],
            "resend": resend or ResendDoubtForm(),
            "asked": set(asked),
        },
        status=400 if resend or proof else 200,
    )


def _ids(delivery_id: int) -> str:
    """Many forms stand on one page: each field's id is its own."""
    return f"id_{delivery_id}_%s"


def _campaign(campaign_id: int) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("edition__newsletter"), pk=campaign_id)


def _under_way(request: HttpRequest, campaign: Campaign, count: int) -> HttpResponse:
    said = ngettext("%(n)s message repart.", "%(n)s messages repartent.", count)
    messages.success(request, said % {"n": words.number(count)})
    return redirect("campaign", campaign.pk)


def _moved_on(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    messages.warning(request, _("Entre-temps l’envoi a changé d’état : voici où il en est."))
    return redirect("campaign", campaign.pk)
