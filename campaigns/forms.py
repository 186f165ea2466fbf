"""What the board says about a sending."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from campaigns.core.pacing import PRESETS
from campaigns.models import Measuring
from campaigns.words import readers

ALL, SOME = "all", "some"

PRESET_WORDS = {
    "": _("Sans limite connue"),
    "own": _("Notre propre serveur, sans limite"),
    "brevo_free": _("Brevo gratuit (300 par jour)"),
    "ovh_mx_plan": _("OVH MX Plan (200 par heure)"),
    "gmail": _("Gmail (500 par jour)"),
    "google_workspace": _("Google Workspace (2 000 par jour)"),
    "microsoft_365": _("Microsoft 365 (1 800 par heure, 10 000 par jour)"),
    "other": _("Un autre : je donne les nombres"),
}


class GroupsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Groups of readers to tick, each with its size."""

    sizes: Mapping[int, int] = {}

    def label_from_instance(self, obj: Segment) -> str:
        size = self.sizes.get(obj.pk)
        return obj.name if size is None else f"{obj.name} ({readers(size)})"


class PrepareForm(forms.Form):
    """To whom, and when."""

    WHEN = (("now", _("Dès que je confirme")), ("later", _("À une heure choisie")))

    whom = forms.ChoiceField(
        label=_("À qui ?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites à qui la lettre part.")},
    )
    segments = GroupsField(
        Segment.objects.all(),
        label=_("Quels groupes ?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Un lecteur de plusieurs groupes ne la reçoit qu’une fois."),
    )
    when = forms.ChoiceField(
        label=_("Quand ?"),
        choices=WHEN,
        widget=forms.RadioSelect,
        initial="now",
        error_messages={"required": _("Dites quand elle part.")},
    )
    starts_at = forms.DateTimeField(
        label=_("Jour et heure (heure de Paris)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("Écrivez le jour et l’heure ainsi : 2026-12-01 09:30.")},
    )
    # Not optional, only not always asked.
    asked_later = ("segments", "starts_at")

    def __init__(self, *args: Any, everyone: int, sizes: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = bool(sizes)
        groups = cast(GroupsField, self.fields["segments"])
        groups.sizes = sizes
        # set anew, so that the labels are asked for with their sizes
        groups.queryset = Segment.objects.all()
        all_of_them = (ALL, format_lazy("{} ({})", _("À tous les inscrits"), readers(everyone)))
        choices = [all_of_them, (SOME, _("À certains groupes de lecteurs"))] if self.groups else [all_of_them]
        cast(forms.ChoiceField, self.fields["whom"]).choices = choices
        if not self.groups:
            self.fields["whom"].initial = ALL

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("whom") == SOME and not said.get("segments") and not self.errors.get("segments"):
            self.add_error("segments", _("Cochez au moins un groupe, ou choisissez tous les inscrits."))
        if said.get("whom") == ALL and said.get("segments"):
            self.add_error("whom", _("Des groupes sont cochés : choisissez « À certains groupes », ou décochez-les."))
        if said.get("when") == "later" and not self.errors.get("starts_at"):
            starts_at: datetime | None = said.get("starts_at")
            if starts_at is None:
                self.add_error("starts_at", _("Donnez le jour et l’heure, ou choisissez « Dès que je confirme »."))
            elif starts_at < timezone.now():
                self.add_error("starts_at", _("Cette heure est déjà passée : choisissez-en une à venir."))
            elif starts_at > timezone.now() + timedelta(days=366):
                self.add_error("starts_at", _("C’est dans plus d’un an : vérifiez la date."))
        return said

    def chosen(self) -> list[Segment]:
        """Return the chosen groups; none means everyone."""
        return list(self.cleaned_data["segments"]) if self.cleaned_data["whom"] == SOME else []

    def hour(self) -> datetime | None:
        """Return the chosen hour, or None for at once."""
        return self.cleaned_data["starts_at"] if self.cleaned_data["when"] == "later" else None


class TargetsForm(forms.Form):
    """Which groups of readers an operation is for."""

    segments = GroupsField(
        Segment.objects.all(),
        label=_("Pour quels groupes ?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sans rien cocher : tous les inscrits."),
    )
    asked_later = ("segments",)

    def __init__(self, *args: Any, sizes: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = cast(GroupsField, self.fields["segments"])
        groups.sizes = sizes
        # set anew, so that the labels are asked for with their sizes
        groups.queryset = Segment.objects.all()


class PaceForm(forms.Form):
    """What a relay grants."""

    preset = forms.ChoiceField(label=_("Votre relais"), choices=list(PRESET_WORDS.items()), required=False)
    asked_later = ("preset", "per_hour", "per_day")
    per_hour = forms.IntegerField(label=_("Au plus par heure"), required=False, min_value=0, max_value=10_000_000)
    per_day = forms.IntegerField(label=_("Au plus par jour"), required=False, min_value=0, max_value=100_000_000)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("preset") == "other" and not (said.get("per_hour") or said.get("per_day")):
            self.add_error("per_hour", _("Donnez au moins un des deux nombres : par heure ou par jour."))
        return said

    def pace(self) -> dict[str, Any]:
        """Return what `paces.set_pace` asks."""
        preset = self.cleaned_data["preset"]
        if preset in PRESETS:
            return {"preset": preset}
        if preset != "other":
            return {}
        return {
            "per_hour": self.cleaned_data["per_hour"] or 0,
            "per_day": self.cleaned_data["per_day"] or 0,
        }


class WarmupForm(forms.Form):
    """From which day on a sending domain that nobody knows yet writes."""

    domain = forms.CharField(widget=forms.HiddenInput)
    first_day = forms.DateField(
        label=_("Premier jour d’envoi"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Donnez le jour du premier envoi."),
            "invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026."),
        },
    )

    def __init__(self, *args: Any, domains: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = domains

    def clean_domain(self) -> str:
        said: str = self.cleaned_data["domain"]
        if said not in self.domains:
            raise forms.ValidationError(_("Aucune lettre ne part de ce domaine."))
        return said

    def clean_first_day(self) -> date:
        said: date = self.cleaned_data["first_day"]
        if abs((said - timezone.localdate()).days) > 60:
            raise forms.ValidationError(_("Donnez un jour proche : dans les deux mois."))
        return said


class RepairForm(forms.Form):
    """Where a link shall lead."""

    target = forms.CharField(
        label=_("Nouvelle adresse"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_("L’adresse entière, telle que la montre votre navigateur."),
        error_messages={"required": _("Donnez l’adresse où mène le lien.")},
    )


class MeasuringForm(forms.Form):
    """How far the association counts."""

    marks_origin = forms.BooleanField(
        label=_("Signer les liens"),
        required=False,
        help_text=_(
            "Chaque lien dit au site du membre qu’il vient de la lettre (utm). Le même pour tous les lecteurs."
        ),
    )
    counts_clicks = forms.BooleanField(
        label=_("Compter les clics, sans savoir de qui"),
        required=False,
        help_text=_("Les liens passent par Garrigue, qui ajoute un au compte du jour et ne retient rien d’autre."),
    )
    keeps_last_open = forms.BooleanField(
        label=_("Garder le jour de la dernière ouverture"),
        required=False,
        help_text=_(
            "Seulement pour les lettres que la personne a demandées, et jamais pour qui l’a refusé. Sert à ne plus "
            "écrire aux boîtes abandonnées."
        ),
    )
    asked_later = ("marks_origin", "counts_clicks", "keeps_last_open")

    @staticmethod
    def of(row: Measuring) -> dict[str, bool]:
        """Return what the form shows of a choice."""
        return {name: getattr(row, name) for name in MeasuringForm.asked_later}
