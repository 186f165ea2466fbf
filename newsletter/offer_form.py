"""The form of an offer: everything its member may say, each mistake named where it was made."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from newsletter import offers, pictures, words
from newsletter.core.completeness import LONGEST, Missing
from newsletter.core.interests import PriceKind
from newsletter.core.legal import PRICED, Remark
from newsletter.forms import Prose, amount, day
from newsletter.models import Offer
from newsletter.offers import OfferWords


def _slider() -> forms.NumberInput:
    return forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100, "step": 1})


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
        "image_rights",
        "focus_x",
        "focus_y",
        "price_lowest",
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
    price = amount(_("Montant TTC (€)"))
    price_unit = forms.ChoiceField(
        label=_("Ce prix s’entend"), choices=[("", _("à choisir")), *words.PRICE_UNITS.items()], required=False
    )
    valid_from = day(_("Premier jour"))
    valid_until = day(_("Dernier jour"))
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
        help_text=_("Celle de votre téléphone convient : nous la redressons et la réduisons pour vous."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif", "data-preview": ""}
        ),
    )
    image_alt = forms.CharField(
        label=_("Ce qu’on voit sur la photo"),
        max_length=120,
        required=False,
        help_text=_("Pour les lecteurs qui ne voient pas les images : « Une table devant la cheminée »."),
    )
    image_rights = forms.BooleanField(
        label=_("J’ai le droit d’utiliser cette photo, et les personnes qu’on y reconnaît sont d’accord."),
        required=False,
    )
    focus_x = forms.IntegerField(
        label=_("Ce qui compte, de gauche à droite"), initial=50, required=False, widget=_slider()
    )
    focus_y = forms.IntegerField(label=_("Ce qui compte, de haut en bas"), initial=40, required=False, widget=_slider())
    no_image = forms.BooleanField(label=_("Retirer cette photo"), required=False)
    interests = forms.MultipleChoiceField(
        label=_("Thèmes"),
        choices=list(words.INTERESTS.items()),
        required=False,
        help_text=_("Pour que l’offre trouve les lecteurs que cela intéresse."),
        widget=forms.CheckboxSelectMultiple,
    )
    publics = forms.MultipleChoiceField(
        label=_("Pour qui"),
        choices=list(words.PUBLICS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    price_was = amount(
        _("Prix barré TTC (€)"),
        help_text=_("Le prix d’avant, si votre prix est une réduction. Laissez vide sinon."),
    )
    price_lowest = amount(
        _("Votre prix le plus bas des 30 derniers jours (€)"),
        help_text=_("La loi le demande dès qu’un prix est barré : le prix barré ne peut pas le dépasser."),
    )
    title_en = forms.CharField(
        label=_("Titre en anglais"),
        max_length=80,
        required=False,
        error_messages={"max_length": _("Le titre tient en 80 caractères ; il en a %(show_value)d.")},
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    text_en = Prose(
        label=_("Texte en anglais"),
        max_length=600,
        required=False,
        error_messages={"max_length": _("Le texte tient en 600 caractères ; il en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 5, "lang": "en", "data-count": _("{n} caractères restants")}),
    )
    booking_phone = forms.CharField(
        label=_("Téléphone pour réserver"),
        max_length=24,
        required=False,
        help_text=_("Imprimé dans la lettre. À défaut de lien, elle donne celui de votre fiche."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    stock = forms.IntegerField(
        label=_("Places ou pièces disponibles"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text=_("Pour le bureau seulement."),
        error_messages={
            "invalid": _("Écrivez un nombre entier, par exemple 12."),
            "min_value": _("Écrivez un nombre entier, par exemple 12."),
            "max_value": _("Ce nombre est trop grand."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "few"}),
    )
    access = forms.MultipleChoiceField(
        label=_("Accessibilité"),
        choices=list(words.ACCESS.items()),
        required=False,
        help_text=_("Imprimé dans la lettre : cochez ce qui est vrai tous les jours de l’offre."),
        widget=forms.CheckboxSelectMultiple,
    )

    # What unfolds below the six, each under its heading.
    FOLDED = {
        "themes": ("interests", "publics"),
        "english": ("title_en", "text_en"),
        "reduction": ("price_was", "price_lowest"),
        "booking": ("booking_phone", "stock"),
        "access": ("access",),
    }

    def __init__(self, data: Any = None, files: Any = None, *, offer: Offer | None = None) -> None:
        self.was: str = (offer.image.name or "") if offer else ""
        self.shown: str = self.was
        initial = {}
        if offer:
            initial = {name: getattr(offer, name) for name in self.base_fields if hasattr(offer, name)}
            initial.pop("image")
            initial["image_rights"] = offer.image_rights_at is not None
        super().__init__(data, files, initial=initial)
        self.asked = ""

    def ask(self, name: str) -> None:
        """Lead whoever opens the form to this field, where the board wants something changed."""
        if name in self.fields:
            self.asked = name
            self.fields[name].widget.attrs["autofocus"] = True

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

    def clean_focus_x(self) -> int:
        return _hundredth(self.cleaned_data["focus_x"], otherwise=50)

    def clean_focus_y(self) -> int:
        return _hundredth(self.cleaned_data["focus_y"], otherwise=40)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        start, end = said.get("valid_from"), said.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("Le dernier jour vient avant le premier."))
        elif start and end and end - start > LONGEST:
            self.add_error("valid_until", _("Une offre dure deux ans au plus. Vérifiez l’année."))
        elif start and start - timezone.localdate() > LONGEST:
            self.add_error("valid_from", _("Cette date est très loin d’aujourd’hui : vérifiez l’année."))
        if "price_kind" in said and said["price_kind"] not in PRICED:
            said |= {"price": None, "price_unit": "", "price_was": None, "price_lowest": None}
        if said.get("no_image") and not self.files.get("image"):
            said["image"] = said["image_alt"] = self.shown = ""
        if not said.get("image", True):
            said["image_rights"] = False
        return said

    def said(self) -> OfferWords:
        """Return what the member says, for the verbs; the picture only if it is another one."""
        names = set(OfferWords.__annotations__) & self.cleaned_data.keys()
        if self.cleaned_data.get("image") == self.was:
            names.discard("image")
        return cast(OfferWords, {name: self.cleaned_data[name] for name in names})

    def said_so_far(self) -> OfferWords:
        """Return what can be kept while the member still types: whatever makes sense already, and no picture."""
        said = self.said()
        said.pop("image", None)
        if self.errors.keys() & {"valid_from", "valid_until"}:
            # half a season might run backwards
            said.pop("valid_from", None)
            said.pop("valid_until", None)
        return said

    def wrong(self) -> dict[str, list[str]]:
        """Return what is to be mended, by field."""
        return {name: [str(line) for line in lines] for name, lines in self.errors.items()}

    def open_folds(self) -> set[str]:
        """Return which headings stand open: where something is to be mended, or was asked for."""
        wanted = {*self.errors, self.asked}
        return {fold for fold, names in self.FOLDED.items() if wanted & set(names)}

    def point_out(self, lacking: list[Missing]) -> None:
        """Say at each field what the board would miss there."""
        for thing in lacking:
            self.add_error(FIELDS.get(thing, thing.value), str(words.MISSING[thing]))


# Where each thing is said that has no field of its own name.
FIELDS: dict[Missing, str] = {
    Missing.OVER: "valid_until",
    Missing.CONTACT: "link",
    Missing.STRUCK_ALONE: "price_lowest",
    Missing.STRUCK_TOO_HIGH: "price_was",
    Missing.STRUCK_NO_REDUCTION: "price_was",
}
REMARKED: dict[Remark, str] = {
    Remark.ALCOHOL: "text",
    Remark.REDUCTION: "text",
    Remark.BEFORE_TAX: "text",
    Remark.UNDATED: "price",
    Remark.OVER_BEFORE: "valid_until",
}
# What the law refuses is said while it is typed; that something is not there yet is not.
SAID_AT_ONCE = (Missing.STRUCK_ALONE, Missing.STRUCK_TOO_HIGH, Missing.STRUCK_NO_REDUCTION, Missing.OVER)


def said_at(offer: Offer, *, today: date) -> dict[str, list[str]]:
    """Return what there is to say at each field of the draft while it is typed."""
    said: dict[str, list[str]] = {}
    for thing in offers.lacks(offer, today=today):
        if thing in SAID_AT_ONCE:
            said.setdefault(FIELDS[thing], []).append(str(words.MISSING[thing]))
    for remark in offers.remarks(offer, today=today):
        said.setdefault(REMARKED[remark], []).append(str(words.REMARKS[remark]))
    return said


def _hundredth(said: int | None, *, otherwise: int) -> int:
    return otherwise if said is None else min(max(said, 0), 100)


def _unsigned(kept: str) -> str:
    try:
        return Signer(salt="picture").unsign(kept) if kept else ""
    except BadSignature:
        return ""


def typed(offer: Offer) -> dict[str, list[str]]:
    """Return the draft as its form would send it."""
    return {bound.name: _typed(bound) for bound in OfferForm(offer=offer) if bound.name in offers.TYPED}


def differences(form: OfferForm, there: Offer) -> list[tuple[str, str, str]]:
    """Return where what is typed here differs from what was kept there meanwhile: field, here, there, in words."""
    said, other = form.said_so_far(), OfferForm(offer=there)
    return [
        (str(bound.label), _in_words(bound, said[name]), _in_words(bound, getattr(there, name)))  # type: ignore[literal-required]
        for bound in other
        if (name := bound.name) in offers.TYPED and name in said and said[name] != getattr(there, name)  # type: ignore[literal-required]
    ]


def _typed(bound: forms.BoundField) -> list[str]:
    value = bound.value()
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [str(bound.field.widget.format_value(value) or "")]


def _in_words(bound: forms.BoundField, value: Any) -> str:
    """Return a value as a reader of the page knows it."""
    if isinstance(bound.field, forms.ChoiceField):
        said = dict(bound.field.choices)  # type: ignore[arg-type]
        return ", ".join(str(said.get(one, one)) for one in (value if isinstance(value, list) else [value]))
    return "" if value is None else localize(value)
