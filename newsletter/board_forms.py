"""The forms of the board's desk."""

from typing import Any, cast

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsletter import places, words
from newsletter.answers import CorrectedWords
from newsletter.core.completeness import LONGEST, Missing
from newsletter.core.review import CORRECTABLE, OfferState
from newsletter.forms import Prose
from newsletter.models import Edition, Member, Newsletter, Offer, Place
from newsletter.offer_form import OfferForm
from newsletter.reviewing import Wanted

# Where in a member's form a change may be asked for.
NAMED = (
    *("title", "text", "price", "valid_from", "valid_until", "link", "image", "image_alt", "interests"),
    *("title_en", "text_en", "price_was", "booking_phone", "access"),
)
# What the board may look at: a draft lies on its member's desk alone.
READABLE = [state for state in OfferState if state is not OfferState.DRAFT]
NAME_TAKEN = _("Un membre porte déjà ce nom.")
LONG = _("{n} signes : un téléphone coupe après {ideal}.")


class FilterForm(forms.Form):
    """Which offers to list; an answer that makes no sense narrows nothing."""

    state = forms.ChoiceField(
        label=_("État"), required=False, choices=[("", _("tous")), *((s, words.STATES[s]) for s in READABLE)]
    )
    category = forms.ChoiceField(
        label=_("Métier"), required=False, choices=[("", _("tous")), *words.CATEGORIES.items()]
    )
    commune = forms.ModelChoiceField(
        label=_("Commune"),
        required=False,
        empty_label=_("toutes"),
        queryset=Place.objects.filter(members__isnull=False).order_by("name").distinct(),
    )
    findings = forms.BooleanField(label=_("Avec remarques"), required=False)

    def wanted(self) -> Wanted:
        """Return what is asked for, as far as it makes sense."""
        self.is_valid()
        said = self.cleaned_data
        return Wanted(
            said.get("state") or "", said.get("category") or "", said.get("commune"), bool(said.get("findings"))
        )


class VerdictForm(forms.Form):
    field = forms.ChoiceField(
        label=_("À quel endroit ?"),
        required=False,
        choices=[("", _("l’offre entière")), *((name, OfferForm.base_fields[name].label) for name in NAMED)],
        help_text=_("Si vous demandez un changement : le lien du membre l’y mène."),
    )
    comment = Prose(
        label=_("Votre mot au membre"),
        max_length=1000,
        help_text=_("Il accompagne votre réponse : ce qui manque, ou pourquoi l’offre n’est pas retenue."),
        error_messages={
            "required": _("Écrivez un mot au membre : il saura quoi changer, ou pourquoi."),
            "max_length": _("Ce mot tient en 1 000 caractères ; il en a %(show_value)d."),
        },
        widget=forms.Textarea(attrs={"rows": 4, "data-key": "d"}),
    )


class CorrectionForm(forms.Form):
    """What the board may put right in a member's offer; the member reads the difference."""

    asked_later = ("title", "text", "valid_from", "valid_until", "focus_x", "focus_y")

    title = OfferForm.base_fields["title"]
    text = OfferForm.base_fields["text"]
    valid_from = OfferForm.base_fields["valid_from"]
    valid_until = OfferForm.base_fields["valid_until"]
    title_en = OfferForm.base_fields["title_en"]
    text_en = OfferForm.base_fields["text_en"]
    focus_x = OfferForm.base_fields["focus_x"]
    focus_y = OfferForm.base_fields["focus_y"]

    def __init__(self, offer: Offer, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(offer, name) for name in CORRECTABLE})
        if not offer.image:
            del self.fields["focus_x"], self.fields["focus_y"]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        for thing in (Missing.TITLE, Missing.TEXT, Missing.VALID_FROM, Missing.VALID_UNTIL):
            if thing.value in said and not said[thing.value]:
                self.add_error(thing.value, str(words.MISSING[thing]))
        start, end = said.get("valid_from"), said.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("Le dernier jour vient avant le premier."))
        elif start and end and end - start > LONGEST:
            self.add_error("valid_until", _("Une offre dure deux ans au plus. Vérifiez l’année."))
        return said

    def said(self) -> CorrectedWords:
        """Return the board's words, for the verb; a slider that was not sent stays where it was."""
        return cast(CorrectedWords, {name: value for name, value in self.cleaned_data.items() if value is not None})


class MemberForm(forms.Form):
    name = forms.CharField(
        label=_("Nom de l’établissement"),
        max_length=120,
        error_messages={
            "required": _("Indiquez le nom de l’établissement."),
            "max_length": _("Ce nom tient en 120 caractères ; il en a %(show_value)d."),
        },
    )
    category = forms.ChoiceField(
        label=_("Métier"),
        choices=[("", _("à choisir")), *words.CATEGORIES.items()],
        error_messages={"required": _("Choisissez le métier de l’établissement.")},
    )
    commune = forms.CharField(
        label=_("Commune"),
        max_length=80,
        help_text=_("Son nom ou son code postal."),
        error_messages={"required": _("Indiquez la commune de l’établissement.")},
        widget=forms.TextInput(
            attrs={
                "list": "communes",
                "autocomplete": "off",
                "hx-get": reverse_lazy("board:communes"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#communes",
                "hx-swap": "innerHTML",
            }
        ),
    )
    contact = forms.CharField(label=_("Nom de la personne qui se connecte"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("Son adresse e-mail"),
        max_length=254,
        help_text=_("Elle y recevra son lien de connexion et vos réponses."),
        error_messages={
            "required": _("Indiquez une adresse : sans elle, personne ne peut proposer d’offre."),
            "invalid": _("Cette adresse ne semble pas complète. Exemple : prenom@domaine.fr"),
        },
    )
    phone = forms.CharField(
        label=_("Téléphone"), max_length=24, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    website = forms.URLField(
        label=_("Site"),
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Ce lien ne semble pas complet. Exemple : https://www.mas.fr")},
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )

    def clean_name(self) -> str:
        name = cast(str, self.cleaned_data["name"])
        if Member.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_commune(self) -> Place:
        """Return the one commune that is meant; ask for the postcode where several could be."""
        found = places.named(self.cleaned_data["commune"])
        if not found:
            raise forms.ValidationError(_("Nous ne trouvons pas cette commune. Essayez son code postal."))
        if len(found) > 1:
            raise forms.ValidationError(
                gettext("Plusieurs communes répondent : %s. Écrivez laquelle, avec son code postal.")
                % ", ".join(places.label(place) for place in found[:5])
            )
        return found[0]


class NewEditionForm(forms.Form):
    newsletter = forms.ModelChoiceField(
        label=_("Lettre"), queryset=Newsletter.objects.order_by("name"), empty_label=None
    )
    title = forms.CharField(
        label=_("Titre"),
        max_length=100,
        help_text=_("Il ouvre la lettre. Par exemple : « Fêtes de fin d’année en Alpilles »."),
        error_messages={
            "required": _("Donnez un titre à l’édition."),
            "max_length": _("Le titre tient en 100 caractères ; il en a %(show_value)d."),
        },
    )
    planned_on = forms.DateField(
        label=_("Jour d’envoi prévu"),
        help_text=_("Une offre terminée ce jour-là ne peut pas être placée."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Indiquez le jour d’envoi prévu."),
            "invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        if Newsletter.objects.count() == 1:
            self.fields["newsletter"].required = False
            self.fields["newsletter"].widget = forms.HiddenInput()

    def clean_newsletter(self) -> Newsletter:
        chosen = self.cleaned_data["newsletter"] or Newsletter.objects.order_by("pk").first()
        if chosen is None:
            raise forms.ValidationError(_("Aucune lettre n’existe encore."))
        return cast(Newsletter, chosen)

    def clean_planned_on(self) -> Any:
        day = self.cleaned_data["planned_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Ce jour est déjà passé. Choisissez une date à venir."))
        return day


class EditionForm(forms.Form):
    """The board's own words in an edition."""

    # Findings say what must not stay empty, where it counts: before locking.
    asked_later = ("subject", "preheader")

    title = NewEditionForm.base_fields["title"]
    planned_on = NewEditionForm.base_fields["planned_on"]
    subject = forms.CharField(
        label=_("Objet du message"),
        max_length=150,
        required=False,
        help_text=_("Ce qu’on lit dans la boîte de réception, avant d’ouvrir."),
        error_messages={"max_length": _("L’objet tient en 150 caractères ; il en a %(show_value)d.")},
        widget=forms.TextInput(attrs={"data-ideal": "60", "data-long": LONG}),
    )
    preheader = forms.CharField(
        label=_("Accroche"),
        max_length=200,
        required=False,
        help_text=_("La ligne grise qui suit l’objet dans la boîte de réception."),
        error_messages={"max_length": _("L’accroche tient en 200 caractères ; elle en a %(show_value)d.")},
        widget=forms.TextInput(attrs={"data-ideal": "90", "data-long": LONG}),
    )
    editorial = Prose(
        label=_("Éditorial"),
        max_length=8000,
        required=False,
        error_messages={"max_length": _("L’éditorial tient en 8 000 caractères ; il en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 9, "aria-describedby": "editorial-help"}),
    )

    @classmethod
    def of(cls, edition: Edition) -> "EditionForm":
        """Return the form as the edition stands."""
        return cls(initial={name: getattr(edition, name) for name in cls.base_fields})
