"""The form of one offer, at the member's desk and behind an invitation alike."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsletter import offers, pictures
from newsletter.core.completeness import Missing
from newsletter.core.states import IllegalMove
from newsletter.models import Member, Offer, User
from newsletter.offer_form import OfferForm, differences, said_at

SUSPENDED = gettext_lazy("Votre établissement est suspendu : le brouillon est gardé, et le bureau ne le reçoit pas.")


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
            form = OfferForm(offer=self.offer)
            form.ask(self.request.GET.get("champ", ""))
            return self._page(form)
        form = OfferForm(self.request.POST, self.request.FILES, offer=self.offer)
        if not form.is_valid():
            return self._page(form)
        try:
            return self._keep(form)
        except offers.Diverged as diverged:
            self.offer = diverged.offer
            return self._page(form, other=differences(form, diverged.offer))
        except (offers.NotEditable, IllegalMove):
            messages.warning(self.request, _("Cette offre a changé entre-temps ; la voici telle qu’elle est."))
            return self._go("offer")

    def ask_for(self, lacking: list[Missing]) -> HttpResponse:
        """Show the draft as it is kept, and at each field what the board would miss there."""
        form = OfferForm(OfferForm(offer=self.offer).initial, offer=self.offer)
        form.is_valid()
        form.point_out(lacking)
        return self._page(form, kept=True)

    @property
    def seen(self) -> int | None:
        """Return which version was before the writer's eyes, if their page says so."""
        said = self.request.POST.get("version", "")
        return int(said) if said.isdecimal() and len(said) < 10 else None

    @property
    def writer(self) -> str:
        """Return the name that the page drew for itself."""
        return self.request.POST.get("writer", "")[:36]

    @property
    def begun_as(self) -> UUID | None:
        """Return the name under which the page begins an offer."""
        try:
            return UUID(self.request.POST.get("begun_as", ""))
        except ValueError:
            return None

    def url(self, name: str) -> str:
        """Return where this offer's door of that name is, here or behind its invitation."""
        if self.invited:
            behind = "invitation" if name in ("offer", "offer-edit") else name.replace("offer-", "invitation-")
            return reverse(behind, args=[self.invited])
        if self.offer is None:
            return reverse("offer-begin", args=[self.member.pk]) if name == "offer-keep" else ""
        return reverse(name, args=[self.offer.pk])

    def doors(self) -> dict[str, str]:
        """Return the addresses that the page's script writes to and reads."""
        return {name: self.url(f"offer-{name}") for name in ("keep", "picture", "preview", "edit")}

    def _keep(self, form: OfferForm) -> HttpResponse:
        now = timezone.now()
        with transaction.atomic():
            if self.offer:
                self.offer = offers.edit(
                    self.offer, by=self.by, now=now, seen=self.seen, writer=self.writer, **form.said()
                )
            else:
                self.offer = offers.draft(
                    self.member, by=self.by, now=now, begun_as=self.begun_as, writer=self.writer, **form.said()
                )
        if self.request.POST.get("act") != "submit":
            messages.success(self.request, _("Le brouillon est enregistré."))
            return self._go("offer")
        try:
            offers.submit(self.offer, by=self.by, now=now, tell=True)
        except offers.Incomplete as incomplete:
            form.point_out(incomplete.lacking)
            return self._page(form, kept=True)
        except offers.Suspended:
            messages.warning(self.request, SUSPENDED)
            return self._go("offer")
        messages.success(self.request, _("L’offre est chez le bureau, qui va la relire."))
        return self._go("offer")

    def _page(
        self, form: OfferForm, *, kept: bool = False, other: list[tuple[str, str, str]] | None = None
    ) -> HttpResponse:
        offer, posted = self.offer, self.request.POST
        untouched = offer is None or not (offer.title or offer.text or offer.image)
        # what was typed upon an older version stays so until its writer has seen the newer one
        standing = not form.is_bound or kept or other is not None
        context: dict[str, Any] = {
            "form": form,
            "member": self.member,
            "offer": offer,
            "verdict": offer.standing_verdict() if offer else "",
            "invited": self.invited,
            # once kept, the draft is what the form writes to, or a second press would begin a second offer
            "action": self.url("offer-edit") if offer else self.request.path,
            "kept": kept,
            "other": other,
            "doors": self.doors(),
            "version": (offer.version if offer else 1) if standing else posted.get("version", ""),
            "writer": posted.get("writer") or uuid4(),
            "begun_as": posted.get("begun_as") or uuid4(),
            "said": said_at(offer, today=timezone.localdate()) if offer else {},
            "weight": weigh(offer) if offer else "",
            "past": offers.past(self.member, other_than=offer) if untouched and not form.is_bound else [],
        }
        return render(self.request, "pages/desk/form.html", context)

    def _go(self, name: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.url(name))


def weigh(offer: Offer) -> str:
    """Return what its picture weighs in a letter and in the archive, in a sentence; nothing without a picture."""
    if not (offer.image and offer.image_width and offer.image_height):
        return ""
    kept = pictures.Kept(offer.image.name or "", offer.image_width, offer.image_height, offer.focus_x, offer.focus_y)
    mail, archive = (pictures.weight(pictures.card(kept, size).name) for size in pictures.Size)
    return _("%(mail)d ko dans la lettre, %(archive)d ko dans les archives.") % {
        "mail": max(1, round(mail / 1000)),
        "archive": max(1, round(archive / 1000)),
    }


def copied(offer: Offer) -> str:
    """Return what its member should look at in a draft that an older offer filled."""
    said = _("L’offre est recopiée.")
    if offer.valid_from or offer.valid_until:
        said += " " + _("Ses dates sont celles de cette saison : vérifiez-les.")
    return said
