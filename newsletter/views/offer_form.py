"""The form of one offer, at the member's desk and behind an invitation alike."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import offers
from newsletter.core.completeness import Missing
from newsletter.core.states import IllegalMove
from newsletter.models import Member, Offer, User
from newsletter.offer_form import OfferForm


class OfferPage:
    """Shows the form, keeps the draft, and hands it to the board when that is the button pressed.

    Behind an invitation, whose token is `invited`, every step leads back to that link.
    """

    def __init__(
        self,
        request: HttpRequest,
        member: Member,
        *,
        offer: Offer | None = None,
        by: User | None = None,
        invited: str = "",
    ) -> None:
        self.request, self.member, self.offer, self.by, self.invited = request, member, offer, by, invited

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._page(OfferForm(offer=self.offer))
        form = OfferForm(self.request.POST, self.request.FILES, offer=self.offer)
        if not form.is_valid():
            return self._page(form)
        try:
            return self._keep(form)
        except (offers.NotEditable, IllegalMove):
            messages.warning(self.request, _("Cette offre a changé entre-temps ; la voici telle qu’elle est."))
            return self._go("offer")

    def ask_for(self, lacking: list[Missing]) -> HttpResponse:
        """Show the draft as it is kept, and at each field what the board would miss there."""
        form = OfferForm(OfferForm(offer=self.offer).initial, offer=self.offer)
        form.is_valid()
        form.point_out(lacking)
        return self._page(form, kept=True)

    def _keep(self, form: OfferForm) -> HttpResponse:
        now = timezone.now()
        with transaction.atomic():
            if self.offer:
                self.offer = offers.edit(self.offer, by=self.by, now=now, **form.said())
            else:
                self.offer = offers.draft(self.member, by=self.by, now=now, **form.said())
        if self.request.POST.get("act") != "submit":
            messages.success(self.request, _("Le brouillon est enregistré."))
            return self._go("offer")
        try:
            offers.submit(self.offer, by=self.by, now=now)
        except offers.Incomplete as incomplete:
            form.point_out(incomplete.lacking)
            return self._page(form, kept=True)
        messages.success(self.request, _("L’offre est chez le bureau, qui va la relire."))
        return self._go("offer")

    def _page(self, form: OfferForm, *, kept: bool = False) -> HttpResponse:
        context = {
            "form": form,
            "member": self.member,
            "offer": self.offer,
            "verdict": self.offer.standing_verdict() if self.offer else "",
            "invited": self.invited,
            # once kept, the draft is what the form writes to, or a second press would begin a second offer
            "action": self._url("offer-edit") if self.offer else self.request.path,
            "kept": kept,
        }
        return render(self.request, "pages/desk/form.html", context)

    def _go(self, name: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(self._url(name))

    def _url(self, name: str) -> str:
        if self.invited:
            return reverse("invitation", args=[self.invited])
        assert self.offer is not None
        return reverse(name, args=[self.offer.pk])
