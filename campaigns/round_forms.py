"""What the board says when it sends again, settles a doubt, or asks why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audiences.core.address import BadAddress, parse
from audiences.words import ADDRESS_FAULTS
from campaigns.core.rounds import Proof


class ResendDoubtForm(forms.Form):
    """Some readers may get two: whoever wants that types how many."""

    typed = forms.IntegerField(
        label=_("Tapez leur nombre pour confirmer"),
        min_value=0,
        error_messages={"required": _("Tapez le nombre de messages incertains."), "invalid": _("Tapez un nombre.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ProofForm(forms.Form):
    """What is known of one message, and from where."""

    PROOFS = (
        (Proof.SENT.value, _("Il l’a reçu")),
        (Proof.REFUSED.value, _("Son serveur l’a refusé")),
        (Proof.UNSENT.value, _("Il n’est jamais parti : le renvoyer")),
    )

    proof = forms.ChoiceField(
        label=_("Ce que vous savez"),
        choices=PROOFS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites ce que vous savez de ce message.")},
    )
    source = forms.CharField(
        label=_("Comment le savez-vous ?"),
        max_length=200,
        help_text=_("Par exemple : « au téléphone le 3 décembre ». Sans adresse, cette ligne est conservée."),
        error_messages={"required": _("Dites en quelques mots comment vous le savez.")},
    )

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        if "@" in source:
            raise forms.ValidationError(_("Écrivez-le sans adresse e-mail : cette ligne est conservée."))
        return source


class WhyForm(forms.Form):
    """Whose story is asked for."""

    address = forms.CharField(
        label=_("Adresse e-mail du lecteur"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Indiquez une adresse e-mail.")},
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "address" in said:
            try:
                parse(said["address"])
            except BadAddress as problem:
                self.add_error("address", str(ADDRESS_FAULTS[problem.code]))
        return said
