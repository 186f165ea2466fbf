"""The forms of a consultation: whom to ask, what they think, what is answered, what they tell of the destination."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter import operation_words
from newsletter.forms import Prose
from newsletter.models import Partner
from newsletter.operation_forms import FAR, day_field


class PartnerForm(forms.Form):
    """A partner to be consulted."""

    name = forms.CharField(
        label=_("Nom du partenaire"),
        max_length=120,
        error_messages={"required": _("Indiquez le nom du partenaire.")},
    )
    kind = forms.ChoiceField(label=_("Ce qu’il est"), choices=list(operation_words.PARTNER_KINDS.items()))
    email = forms.EmailField(
        label=_("Son adresse e-mail"),
        max_length=254,
        error_messages={
            "required": _("Indiquez une adresse : le lien y est envoyé."),
            "invalid": _("Cette adresse ne semble pas complète. Exemple : prenom@domaine.fr"),
        },
    )
    language = forms.ChoiceField(label=_("On lui écrit en"), choices=[("fr", _("français")), ("en", _("anglais"))])


class PartnersForm(forms.Form):
    """Which known partners to consult."""

    partners = forms.ModelMultipleChoiceField(
        Partner.objects.all(),
        label=_("Partenaires à consulter"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Cochez au moins un partenaire.")},
    )


class RemarkForm(forms.Form):
    """What a partner thinks, of one line or of the whole."""

    opinion = forms.ChoiceField(
        label=_("Votre avis"),
        choices=list(operation_words.OPINIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez un avis.")},
    )
    words = Prose(
        label=_("Vos mots"),
        max_length=2000,
        required=False,
        error_messages={"max_length": _("Ce mot tient en 2 000 caractères ; il en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    asked_later = ("words",)


class AnswerForm(forms.Form):
    """What the board answers to a remark."""

    words = Prose(
        label=_("La réponse du bureau"),
        max_length=2000,
        error_messages={
            "required": _("Écrivez la réponse du bureau."),
            "max_length": _("Ce mot tient en 2 000 caractères ; il en a %(show_value)d."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ContributionForm(forms.Form):
    """What a partner tells of the destination."""

    kind = forms.ChoiceField(label=_("Ce que c’est"), choices=list(operation_words.DESTINATIONS.items()))
    title = forms.CharField(
        label=_("Titre"),
        max_length=100,
        error_messages={
            "required": _("Donnez un titre."),
            "max_length": _("Le titre tient en 100 caractères ; il en a %(show_value)d."),
        },
    )
    text = Prose(
        label=_("Texte"),
        max_length=400,
        required=False,
        error_messages={"max_length": _("Le texte tient en 400 caractères ; il en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    where = forms.CharField(label=_("Lieu"), max_length=100, required=False)
    valid_from = day_field(_("Premier jour"), missing=_("Indiquez le premier jour."))
    valid_until = day_field(_("Dernier jour"), required=False, help_text=_("Vide : un seul jour."))
    link = forms.URLField(
        label=_("Lien"),
        max_length=400,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Ce lien ne semble pas complet. Exemple : https://www.mas.fr/noel")},
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        start = said.get("valid_from")
        said["valid_until"] = end = said.get("valid_until") or start
        if start and end and end < start:
            self.add_error("valid_until", _("Le dernier jour vient avant le premier."))
        elif end and end < timezone.localdate():
            self.add_error("valid_until" if end != start else "valid_from", _("Ce jour est déjà passé."))
        elif start and abs(start - timezone.localdate()) > FAR:
            self.add_error("valid_from", _("Cette date est très loin d’aujourd’hui : vérifiez l’année."))
        return said
