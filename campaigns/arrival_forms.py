"""What the board says of a test mail: where it goes, and what has arrived there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audiences.core.address import AddressFault, BadAddress, parse
from audiences.words import ADDRESS_FAULTS
from campaigns.core.testing import MOST_BYTES

THEIRS, OURS = "theirs", "ours"


class TestMailForm(forms.Form):
    """Where a test mail goes."""

    where = forms.ChoiceField(
        label=_("À quelle boîte ?"),
        choices=[
            (THEIRS, _("À une adresse que je relève : je collerai ici ce qui arrive")),
            (OURS, _("À la boîte des retours, que Garrigue relève : tout se fait seul")),
        ],
        widget=forms.RadioSelect,
        initial=THEIRS,
        error_messages={"required": _("Dites où le test part.")},
    )
    address = forms.CharField(
        label=_("Adresse"),
        required=False,
        max_length=320,
        help_text=_("Gmail, Orange, Outlook, La Poste… : chaque messagerie montre ce qu’elle reçoit."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    asked_later = ("address",)

    def __init__(self, *args: Any, read_here: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not read_here:
            del self.fields["where"]
            self.fields["address"].required = True
            self.fields["address"].error_messages["required"] = str(ADDRESS_FAULTS[AddressFault.EMPTY])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("where") == OURS:
            said["address"] = ""
        elif not self.errors:
            try:
                said["address"] = parse(said.get("address") or "").shown
            except BadAddress as wrong:
                self.add_error("address", str(ADDRESS_FAULTS[wrong.code]))
        return said


class SourceForm(forms.Form):
    """What has arrived."""

    file = forms.FileField(
        label=_("Le mail enregistré (.eml)"),
        required=False,
        allow_empty_file=True,
        help_text=_("Le plus sûr : un copier-coller peut abîmer la signature."),
        widget=forms.FileInput(attrs={"accept": ".eml,.txt,message/rfc822,text/plain"}),
    )
    source = forms.CharField(
        label=_("Ou la source, collée"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off", "class": "code"}),
    )
    asked_later = ("file", "source")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file = said.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("Ce fichier est trop grand pour être notre lettre : un méga-octet au plus."))
        elif not (file and file.size) and not (said.get("source") or "").strip():
            self.add_error("file", _("Joignez le mail enregistré, ou collez sa source."))
        return said

    def raw(self) -> tuple[bytes, bool]:
        """Return the bytes, and whether they were pasted."""
        file = self.cleaned_data.get("file")
        if file:
            return file.read(), False
        return self.cleaned_data["source"].encode("utf-8", "surrogateescape"), True
