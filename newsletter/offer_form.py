"""The form of an offer: everything its member may say, each mistake named where it was made."""

from typing import Any, cast

from django import forms
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from newsletter import pictures, words
from newsletter.core.completeness import PRICED, Missing
from newsletter.core.interests import PriceKind
from newsletter.forms import Euros, Prose
from newsletter.models import Offer
from newsletter.offers import OfferWords


class OfferForm(forms.Form):
    """A member's offer. A draft may lack anything; what is there must make sense."""

    # The board will miss these; calling them optional would mislead.
    asked_later = (
        "title",
        "text",
        "price",
        "price_unit",
        "valid_from",
        "valid_until",
        "link",
        "interests",
        "image_alt",
    )

    title = forms.CharField(
        label=_("Titre"),
        max_length=80,
        required=False,
        help_text=_("Ce qu’on lit d’abord. Par exemple : « Trois nuits au coin du feu »."),
        error_messages={"max_length": _("Le titre tient en 80 caractères ; il en a %(show_value)d.")},
    )
    text = Prose(
        label=_("Texte"),
        max_length=600,
        required=False,
        help_text=_("Ce qui attend le lecteur, en quelques phrases."),
        error_messages={"max_length": _("Le texte tient en 600 caractères ; il en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 6, "data-count": _("{n} caractères restants")}),
    )
    price_kind = forms.ChoiceField(
        label=_("Prix"), choices=list(words.PRICE_KINDS.items()), initial=PriceKind.FIXED.value
    )
    price = Euros(
        label=_("Montant TTC (€)"),
        max_digits=8,
        decimal_places=2,
        min_value=0,
        required=False,
        localize=True,
        error_messages={
            "invalid": _("Écrivez le montant en chiffres, par exemple 24,50."),
            "min_value": _("Un prix ne peut pas être négatif."),
            "max_decimal_places": _("Deux décimales au plus, par exemple 24,50."),
            "max_digits": _("Ce montant est trop grand."),
            "max_whole_digits": _("Ce montant est trop grand."),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    price_unit = forms.ChoiceField(
        label=_("Ce prix s’entend"), choices=[("", _("à choisir")), *words.PRICE_UNITS.items()], required=False
    )
    valid_from = forms.DateField(
        label=_("Premier jour"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")},
    )
    valid_until = forms.DateField(
        label=_("Dernier jour"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")},
    )
    link = forms.URLField(
        label=_("Lien pour réserver ou en savoir plus"),
        max_length=400,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Ce lien ne semble pas complet. Exemple : https://www.mas.fr/noel")},
        help_text=_("À défaut, la lettre donne le téléphone de votre fiche."),
        # as text: a browser would refuse www.mas.fr, which we understand
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}),
    )
    image = forms.FileField(
        label=_("Photo"),
        required=False,
        allow_empty_file=True,
        help_text=_("En largeur de préférence. JPEG, PNG ou WEBP ; nous la réduisons pour vous."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "data-preview": ""}),
    )
    image_alt = forms.CharField(
        label=_("Ce qu’on voit sur la photo"),
        max_length=120,
        required=False,
        help_text=_("Pour les lecteurs qui ne voient pas les images : « Une table devant la cheminée »."),
    )
    interests = forms.MultipleChoiceField(
        label=_("Thèmes"),
        choices=list(words.INTERESTS.items()),
        required=False,
        help_text=_("Pour que l’offre trouve les lecteurs que cela intéresse."),
        widget=forms.CheckboxSelectMultiple,
    )
    no_image = forms.BooleanField(label=_("Retirer cette photo"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, offer: Offer | None = None) -> None:
        self.was: str = (offer.image.name or "") if offer else ""
        self.shown: str = self.was
        initial = {}
        if offer:
            initial = {name: getattr(offer, name) for name in self.base_fields if hasattr(offer, name)}
            initial.pop("image")
        super().__init__(data, files, initial=initial)

    @property
    def shown_url(self) -> str:
        """Return where the picture stands that the form is about."""
        return default_storage.url(self.shown) if self.shown else ""

    @property
    def kept(self) -> str:
        """Return the name of a picture taken in while another field was wrong; signed, so it names ours only."""
        return Signer(salt="picture").sign(self.shown) if self.shown != self.was and self.shown else ""

    def clean_image(self) -> str:
        """Take the picture in at once, so that a mistake elsewhere does not lose it."""
        upload = self.cleaned_data.get("image")
        kept = _unsigned(self.data.get("kept", ""))
        if not upload:
            self.shown = kept or self.shown
            return self.shown
        try:
            self.shown = pictures.take(upload)
        except pictures.Refused as refused:
            self.shown = kept or self.shown
            raise forms.ValidationError(str(words.REFUSALS[refused.why])) from None
        return self.shown

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        start, end = said.get("valid_from"), said.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("Le dernier jour vient avant le premier."))
        if said.get("price_kind") not in PRICED:
            said["price"], said["price_unit"] = None, ""
        if said.get("no_image") and not self.files.get("image"):
            said["image"] = said["image_alt"] = self.shown = ""
        return said

    def said(self) -> OfferWords:
        """Return what the member says, for the verbs; the picture only if it is another one."""
        names = set(OfferWords.__annotations__)
        if self.cleaned_data["image"] == self.was:
            names.discard("image")
        return cast(OfferWords, {name: self.cleaned_data[name] for name in names})

    def point_out(self, lacking: list[Missing]) -> None:
        """Say at each field what the board would miss there."""
        for thing in lacking:
            self.add_error(FIELDS.get(thing, thing.value), str(words.MISSING[thing]))


FIELDS = {Missing.OVER: "valid_until", Missing.CONTACT: "link"}


def _unsigned(kept: str) -> str:
    try:
        return Signer(salt="picture").unsign(kept) if kept else ""
    except BadSignature:
        return ""
