"""The forms of an import: the file, how it is written, what it means and who answers for it."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audiences import import_words as words
from audiences.core.consent import CustomerKind
from audiences.core.guessing import Column, NoTable
from audiences.imports import BYTES, Statement
from audiences.models import Import
from audiences.words import KINDS
from newsletter.models import Newsletter


class FileForm(forms.Form):
    newsletter = forms.ModelChoiceField(
        label=_("Lettre"),
        queryset=Newsletter.objects.order_by("pk"),
        empty_label=None,
        error_messages={
            "required": _("Choisissez la lettre que ces personnes recevront."),
            "invalid_choice": _("Choisissez la lettre que ces personnes recevront."),
        },
    )
    file = forms.FileField(
        label=_("Fichier des lecteurs"),
        help_text=_("CSV, Excel ou LibreOffice, ou l’export de listmonk, de Mailchimp ou de Brevo."),
        error_messages={
            "required": _("Choisissez le fichier des lecteurs."),
            "empty": _("Ce fichier est vide."),
            "invalid": _("Choisissez le fichier des lecteurs."),
            "missing": _("Choisissez le fichier des lecteurs."),
            "max_length": _("Le nom de ce fichier est trop long."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods,text/csv"}),
    )

    def clean_file(self) -> "File[bytes]":
        file = cast("File[bytes]", self.cleaned_data["file"])
        if (file.size or 0) > BYTES:
            raise forms.ValidationError(str(words.NO_TABLE[NoTable.TOO_LARGE]))
        return file


class WritingForm(forms.Form):
    """How a file is written, where the guess was wrong."""

    encoding = forms.ChoiceField(
        label=_("Encodage"),
        choices=list(words.ENCODINGS.items()),
        error_messages={"required": _("Choisissez l’encodage."), "invalid_choice": _("Choisissez dans la liste.")},
    )
    delimiter = forms.ChoiceField(
        label=_("Séparateur"),
        choices=list(words.DELIMITERS.items()),
        error_messages={"required": _("Choisissez le séparateur."), "invalid_choice": _("Choisissez dans la liste.")},
    )


class MeaningForm(forms.Form):
    """What the columns mean, and where the consents come from."""

    source = forms.CharField(
        label=_("D’où viennent ces accords ?"),
        max_length=200,
        help_text=_("Par exemple : bulletins papier du salon de Saint-Rémy, mars 2025, gardés au bureau."),
        error_messages={"required": _("Dites où ces personnes ont accepté la lettre : sans cela, rien n’est importé.")},
    )
    given_on = forms.DateField(
        label=_("Date des accords"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Pour les lignes qui ne disent pas la leur."),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2025.")},
    )
    attested = forms.BooleanField(
        label=_("J’atteste que chacune de ces personnes a accepté de recevoir cette lettre. Je peux le prouver."),
        error_messages={"required": _("Sans cette attestation, rien n’est importé.")},
    )
    tracking_evidence = forms.CharField(
        label=_("Preuve de l’accord pour la mesure"),
        max_length=200,
        required=False,
        help_text=_(
            "Où ces personnes ont accepté que leurs clics soient mesurés. Sans preuve, personne n’est mesuré, "
            "quoi que dise le fichier."
        ),
    )
    language = forms.ChoiceField(
        label=_("Langue, si la ligne n’en dit rien"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choisissez une langue."), "invalid_choice": _("Choisissez dans la liste.")},
    )
    kind = forms.ChoiceField(
        label=_("Type de lecteur, si la ligne n’en dit rien"),
        choices=[(kind.value, word) for kind, word in KINDS.items()],
        error_messages={"required": _("Choisissez un type."), "invalid_choice": _("Choisissez dans la liste.")},
    )

    def __init__(self, row: Import, width: int, data: Any = None) -> None:
        super().__init__(data, initial={"language": "fr", "kind": CustomerKind.DIRECT.value})
        self._tool = row.tool
        headings = [*row.heading, *[""] * (width - len(row.heading))]
        choices = [(str(at), f"{at + 1}. {name}" if name else f"{at + 1}") for at, name in enumerate(headings)]
        for column, label in words.COLUMNS.items():
            needed = column is Column.ADDRESS
            self.fields[_field(column)] = forms.ChoiceField(
                label=str(label),
                required=needed,
                choices=choices if needed else [("", _("aucune colonne")), *choices],
                initial=str(row.columns.get(column.value, "")),
                error_messages={
                    "required": _("Dites quelle colonne contient les adresses."),
                    "invalid_choice": _("Choisissez dans la liste."),
                },
            )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[_field(column)] for column in words.COLUMNS]

    def clean_given_on(self) -> Any:
        day = self.cleaned_data["given_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Cette date est à venir."))
        return day

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        dated = said.get("given_on") or said.get(Column.CONSENT_DATE.value) or self._tool
        if not dated and "given_on" not in self.errors:
            self.add_error("given_on", _("Dites de quand datent ces accords, ou quelle colonne le dit."))
        return said

    def columns(self) -> dict[Column, int]:
        """Return which column says what."""
        said = {column: self.cleaned_data.get(_field(column), "") for column in words.COLUMNS}
        return {column: int(at) for column, at in said.items() if at}

    def statement(self) -> Statement:
        """Return what the board answers for."""
        said = self.cleaned_data
        return Statement(
            said["source"], said["given_on"], said["tracking_evidence"], said["language"], CustomerKind(said["kind"])
        )


def _field(column: Column) -> str:
    """Return a field's name; what a file may say for all lines has a field of that name already."""
    return f"{column.value}_of" if column in (Column.LANGUAGE, Column.KIND) else column.value
