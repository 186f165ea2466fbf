"""The forms of the catalogue's pages."""

from typing import Any, cast

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from newsletter import catalogue_words
from newsletter.models import Edition, Place

BYTES = 25_000_000


class FeedForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier du catalogue"),
        help_text=_("Un flux DATAtourisme (.zip) ou un export Apidae (.zip ou .json), de 25 Mo au plus."),
        error_messages={
            "required": _("Choisissez le fichier du catalogue."),
            "empty": _("Ce fichier est vide."),
            "invalid": _("Choisissez le fichier du catalogue."),
            "missing": _("Choisissez le fichier du catalogue."),
        },
        widget=forms.FileInput(attrs={"accept": ".zip,.json,application/zip,application/json"}),
    )
    feed = forms.CharField(
        label=_("Nom du flux"),
        max_length=60,
        required=False,
        help_text=_(
            "Seulement si vous recevez plusieurs flux de la même source : ce qui manque dans l’un n’est alors "
            "pas périmé dans l’autre."
        ),
    )
    partial = forms.BooleanField(
        label=_("Ce fichier ne contient que les changements"),
        required=False,
        help_text=_("Ce qu’il ne nomme pas reste alors tel quel."),
    )

    def clean_file(self) -> "File[bytes]":
        file = cast("File[bytes]", self.cleaned_data["file"])
        if (file.size or 0) > BYTES:
            raise forms.ValidationError(
                _("Ce fichier pèse plus de 25 Mo. Faites-le importer par « manage.py catalogue » sur le serveur.")
            )
        return file


class ListingFilter(forms.Form):
    """Which listings to show; an answer that makes no sense narrows nothing."""

    kind = forms.ChoiceField(
        label=_("Sorte"), required=False, choices=[("", _("toutes")), *catalogue_words.KINDS.items()]
    )
    standing = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[
            ("", _("à jour")),
            ("free", _("établissements sans membre")),
            ("stale", _("périmées")),
            ("all", _("toutes")),
        ],
    )
    commune = forms.ModelChoiceField(
        label=_("Commune"),
        required=False,
        empty_label=_("toutes"),
        queryset=Place.objects.filter(listings__isnull=False).order_by("name").distinct(),
    )
    name = forms.CharField(label=_("Nom"), required=False, max_length=80)


class QuoteForm(forms.Form):
    edition = forms.ModelChoiceField(
        label=_("Édition ouverte"),
        queryset=Edition.objects.filter(locked_at=None).order_by("planned_on", "pk"),
        empty_label=None,
        error_messages={
            "required": _("Choisissez l’édition."),
            "invalid_choice": _("Cette édition n’est plus ouverte."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.open = Edition.objects.filter(locked_at=None).exists()
