"""What the form's script asks for: keep the words, take the picture, show the card. The form is whole without it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from newsletter import contents, offers, pictures, rendering, words
from newsletter.middleware import MAIL_SANDBOX, PREVIEW_POLICY
from newsletter.models import Offer
from newsletter.offer_form import OfferForm, differences, said_at, typed
from newsletter.views.offer_form import OfferPage, weigh

CONFLICT = 409
GONE = 410


class OfferKeeping(OfferPage):
    """Answers in JSON. What cannot be kept yet is named; what can be kept is."""

    def keep(self) -> HttpResponse:
        """Keep what makes sense of what is typed so far."""
        form = OfferForm(self.request.POST, offer=self.offer)
        form.is_valid()
        said, now = form.said_so_far(), timezone.now()
        if self.request.POST.get("hung", "") != form.was:
            # typed about another picture than the one that hangs there now
            for name in ("image_rights", "focus_x", "focus_y"):
                said.pop(name, None)  # type: ignore[misc]
        try:
            if self.offer:
                kept = offers.edit(self.offer, by=self.by, now=now, seen=self.seen, writer=self.writer, **said)
            else:
                kept = offers.draft(
                    self.member, by=self.by, now=now, begun_as=self.begun_as, writer=self.writer, **said
                )
        except offers.Diverged as diverged:
            return self._other(form, diverged.offer)
        except offers.NotEditable:
            return closed()
        self.offer = kept
        return self._kept(form.wrong())

    def picture(self) -> HttpResponse:
        """Hang the picture that was sent, once however often it comes; without one, say which hangs there."""
        assert self.offer is not None
        upload = self.request.FILES.get("image")
        if upload is None:
            return JsonResponse(hung(self.offer))
        try:
            name = pictures.take(upload)
            row = offers.picture(
                self.offer, name, by=self.by, now=timezone.now(), instead_of=self.request.POST.get("hung", "")
            )
        except pictures.Refused as refused:
            return JsonResponse({"refused": str(words.REFUSALS[refused.why])}, status=400)
        except offers.OtherPicture as other:
            return JsonResponse(hung(other.offer), status=CONFLICT)
        except offers.NotEditable:
            return closed()
        return JsonResponse(hung(row))

    def preview(self) -> HttpResponse:
        """Show the card as it will stand in the letter, where no script can run."""
        assert self.offer is not None
        language = "en" if self.request.GET.get("langue") == "en" else "fr"
        card = contents.card_of(self.offer, self.member, key=str(self.offer.pk), language=language)
        # a link of the card opens beside the form, not inside the frame
        shown = rendering.render_card(card, language).replace("<head>", '<head><base target="_blank">', 1)
        policy = PREVIEW_POLICY + MAIL_SANDBOX
        return HttpResponse(shown, headers={"Content-Security-Policy": policy, "Content-Language": language})

    def _kept(self, wrong: dict[str, list[str]]) -> JsonResponse:
        assert self.offer is not None
        now = timezone.localtime()
        return JsonResponse(
            {
                "offer": self.offer.pk,
                "version": self.offer.version,
                "at": time_format(now, "H:i"),
                "wrong": wrong,
                "said": said_at(self.offer, today=now.date()),
                "untranslated": self.offer.untranslated,
                "doors": self.doors(),
            }
        )

    def _other(self, form: OfferForm, there: Offer) -> JsonResponse:
        self.offer = there
        said: dict[str, Any] = {
            "offer": there.pk,
            "version": there.version,
            "differs": [
                {"field": field, "here": here, "there": other} for field, here, other in differences(form, there)
            ],
            "typed": typed(there),
            "doors": self.doors(),
        }
        return JsonResponse(said, status=CONFLICT)


def hung(offer: Offer) -> dict[str, Any]:
    """Return which picture hangs on the offer, how large it is, and what it weighs."""
    weight = weigh(offer)
    if not weight:
        return {"picture": ""}
    return {
        "picture": offer.image.name,
        "url": offer.image.url,
        "width": offer.image_width,
        "height": offer.image_height,
        "weight": weight,
    }


def closed() -> JsonResponse:
    """Say that the offer is no longer on its member's desk."""
    said = _("Cette offre n’est plus un brouillon : ce que vous venez d’écrire est gardé sur ce téléphone.")
    return JsonResponse({"closed": said}, status=CONFLICT)


def over(way: str) -> JsonResponse:
    """Say that the link is over, and where a new one comes from."""
    return JsonResponse({"over": way}, status=GONE)


def keeping(request: HttpRequest, offer: Offer, **who: Any) -> OfferKeeping:
    """Return who answers for this offer."""
    return OfferKeeping(request, offer.member, offer=offer, **who)
