"""Form in, words at the field out."""

import re
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    """Render fields by templates/forms/field.html: label, help, error and input tied together."""

    field_template_name = "forms/field.html"


class Prose(forms.CharField):
    """A text of several lines, counted as its writer's screen counts it."""

    def to_python(self, value: Any) -> Any:
        # a browser sends two characters for each line end
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class Euros(forms.DecimalField):
    """An amount as people write it: 24,50 or 1 200 €; in English €1,200 too, and 24,50 all the same."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.split()).strip("€")
            if get_format("DECIMAL_SEPARATOR") == ".":
                value = re.sub(r",(?=\d{3}(?!\d))", "", value).replace(",", ".")
        return super().to_python(value)


def amount(label: Any, **extra: Any) -> Euros:
    """Return a field for an amount of euros, whatever is wrong with it said in a sentence."""
    return Euros(
        label=label,
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
        **extra,
    )


def day(label: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")},
    )


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("Votre adresse e-mail"),
        max_length=254,
        error_messages={
            "required": _("Indiquez votre adresse e-mail."),
            "invalid": _("Cette adresse ne semble pas complète. Exemple : prenom@domaine.fr"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\d{6}$",
        label=_("Code à six chiffres"),
        error_messages={
            "required": _("Recopiez le code reçu par e-mail."),
            "invalid": _("Le code compte six chiffres."),
        },
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "maxlength": "9"}
        ),
    )

    def __init__(self, data: Any = None) -> None:
        if data is not None:
            # people copy the space that makes it readable
            data = {"code": "".join(str(data.get("code", "")).split())}
        super().__init__(data)
