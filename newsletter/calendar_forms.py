"""The forms of the calendar."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsletter import calendar_words as words
from newsletter import fetching
from newsletter.core.calendar import feasts
from newsletter.core.calendar.days import Span
from newsletter.core.calendar.feasts import Returns

REACH = (50, 100, 150, 200, 300)


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Indiquez le premier jour."),
            "invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026."),
        },
    )


def _reach() -> list[tuple[int, str]]:
    return [(km, gettext("moins de %d km") % km) for km in REACH]


class FeastForm(forms.Form):
    title = forms.CharField(
        label=_("Nom de la fête"),
        max_length=120,
        error_messages={
            "required": _("Donnez un nom à la fête."),
            "max_length": _("Ce nom tient en 120 caractères ; il en a %(show_value)d."),
        },
    )
    place = forms.CharField(label=_("Où"), max_length=80, required=False)
    first_day = _day(_("Premier jour"))
    last_day = _day(_("Dernier jour"), _("Vide : elle dure un jour."), required=False)
    returns = forms.ChoiceField(
        label=_("Elle revient"),
        choices=list(words.RETURNS.items()),
        initial=Returns.ONCE.value,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("À savoir"), max_length=200, required=False)
    usual = forms.BooleanField(label=_("Ces dates sont à confirmer chaque année"), required=False)
    proposes = forms.BooleanField(label=_("Elle mérite une opération : me la proposer à temps"), required=False)
    within_km = forms.TypedChoiceField(
        label=_("On y vient de"),
        choices=_reach,
        coerce=int,
        initial=150,
        required=False,
        empty_value=None,
    )

    @classmethod
    def of(cls, rule: feasts.Feast, data: Any = None) -> "FeastForm":
        """Return the form as the feast stands."""
        last = rule.span.last if rule.span.days > 1 else None
        initial = {name: getattr(rule, name) for name in ("title", "place", "note", "usual", "proposes")}
        return cls(
            data,
            initial={
                **initial,
                "first_day": rule.span.first,
                "last_day": last,
                "returns": rule.returns.value,
                "within_km": rule.within_km or 150,
            },
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        if first is not None and "last_day" in said:
            span = Span(first, last or first)
            wrong = feasts.why_not(span)
            if wrong:
                self.add_error("first_day" if wrong == "century" else "last_day", str(words.SPAN_FAULTS[wrong]))
        return said

    def rule(self) -> feasts.Feast:
        """Return the feast as it was typed."""
        said = self.cleaned_data
        first = cast(date, said["first_day"])
        return feasts.Feast(
            title=said["title"],
            span=Span(first, said["last_day"] or first),
            returns=Returns(said["returns"]),
            place=said["place"],
            note=said["note"],
            usual=said["usual"],
            proposes=said["proposes"],
            within_km=said["within_km"] or 150,
        )


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier d’agenda (.ics)"),
        help_text=_("Votre agenda sait l’exporter. Rien n’est ajouté avant que vous l’ayez relu."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={
            "required": _("Choisissez un fichier."),
            "empty": _("Ce fichier est vide."),
            "missing": _("Choisissez un fichier."),
        },
    )


class FeedForm(forms.Form):
    name = forms.CharField(
        label=_("Nom"),
        max_length=80,
        help_text=_("Par exemple : « Agenda de l’office de tourisme »."),
        error_messages={
            "required": _("Donnez un nom à cet agenda."),
            "max_length": _("Ce nom tient en 80 caractères ; il en a %(show_value)d."),
        },
    )
    url = forms.CharField(
        label=_("Adresse de l’agenda"),
        max_length=500,
        help_text=_("Elle commence par https:// ou webcal:// et finit souvent par .ics."),
        error_messages={
            "required": _("Indiquez l’adresse de l’agenda."),
            "max_length": _("Cette adresse tient en 500 caractères ; elle en a %(show_value)d."),
        },
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def clean_url(self) -> str:
        """Return the address, if it can be one of the open internet; its name is only looked up in the background."""
        typed = cast(str, self.cleaned_data["url"])
        try:
            return fetching.plain_address(typed)
        except fetching.NotFetched as refused:
            if refused.code == "private":
                raise forms.ValidationError(
                    _("Cette adresse mène à un réseau privé : il nous faut celle d’un agenda public.")
                ) from None
            raise forms.ValidationError(
                _("Cette adresse n’est pas celle d’un agenda. Exemple : https://www.ville.fr/agenda.ics")
            ) from None
