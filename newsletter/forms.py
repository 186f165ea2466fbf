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
