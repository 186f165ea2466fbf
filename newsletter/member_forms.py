"""The forms about members and the people of the association."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter import places, words
from newsletter.board_forms import NAME_TAKEN, MemberForm
from newsletter.core import roster
from newsletter.core.roles import Role
from newsletter.core.rows import BadLine
from newsletter.models import Member, Place
from newsletter.role_words import ROLES
from newsletter.rosters import BYTES
from newsletter.story_words import why

EMAIL_ERRORS = {
    "required": _("Indiquez l’adresse de la personne."),
    "invalid": _("Cette adresse ne semble pas complète. Exemple : prenom@domaine.fr"),
}


class MemberFilter(forms.Form):
    """Which members to list; an answer that makes no sense narrows nothing."""

    standing = forms.ChoiceField(
        label=_("État"),
        required=False,
        choices=[("", _("actifs")), ("suspended", _("suspendus")), ("all", _("tous"))],
    )
    dues = forms.ChoiceField(
        label=_("Cotisation"),
        required=False,
        choices=[("", _("toutes")), ("paid", _("à jour")), ("owing", _("à régler"))],
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


class DetailsForm(forms.Form):
    """Who a member is; the fields of admission without its person."""

    name = MemberForm.base_fields["name"]
    category = MemberForm.base_fields["category"]
    commune = MemberForm.base_fields["commune"]
    email = forms.EmailField(
        label=_("Adresse publique"), required=False, error_messages={"invalid": EMAIL_ERRORS["invalid"]}
    )
    phone = MemberForm.base_fields["phone"]
    website = MemberForm.base_fields["website"]

    def __init__(self, data: Any = None, *, member: Member) -> None:
        self.member = member
        standing = {name: getattr(member, name) for name in ("name", "category", "email", "phone", "website")}
        super().__init__(data, initial=standing | {"commune": places.label(member.commune)})

    def clean_name(self) -> str:
        name = cast(str, self.cleaned_data["name"])
        if Member.objects.filter(name__iexact=name).exclude(pk=self.member.pk).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_commune(self) -> Place:
        # many a commune shares its name: the one that stands is meant where its words were left alone
        if self.cleaned_data["commune"] == places.label(self.member.commune):
            return self.member.commune
        return MemberForm.clean_commune(cast(MemberForm, self))


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Nom de la personne"), max_length=120, required=False)
    email = forms.EmailField(label=_("Son adresse e-mail"), max_length=254, error_messages=EMAIL_ERRORS)


class RoleForm(PersonForm):
    """Someone of the association, and what they do for it."""

    role = forms.ChoiceField(label=_("Rôle"), choices=list(ROLES.items()), initial=Role.EDITOR.value)


class SuspendForm(forms.Form):
    reason = forms.CharField(
        label=_("Pourquoi"),
        max_length=300,
        required=False,
        help_text=_("Pour la mémoire du bureau : le membre ne le lit pas."),
        error_messages={"max_length": _("Cette raison tient en 300 caractères ; elle en a %(show_value)d.")},
    )


class PaidForm(forms.Form):
    year = forms.IntegerField(
        label=_("Année"),
        min_value=1990,
        max_value=2100,
        error_messages={
            "required": _("Indiquez l’année de la cotisation."),
            "invalid": _("Indiquez l’année de la cotisation, par exemple 2026."),
            "min_value": _("Indiquez l’année de la cotisation, par exemple 2026."),
            "max_value": _("Indiquez l’année de la cotisation, par exemple 2026."),
        },
    )
    paid_on = forms.DateField(
        label=_("Réglée le"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Indiquez le jour du règlement."),
            "invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026."),
        },
    )

    def clean_paid_on(self) -> date:
        day = cast(date, self.cleaned_data["paid_on"])
        if day > timezone.localdate():
            raise forms.ValidationError(_("Ce jour n’est pas encore venu."))
        return day


class RosterForm(forms.Form):
    """A file of members, as a spreadsheet writes it."""

    file = forms.FileField(
        label=_("Fichier CSV"),
        help_text=_(
            "Une ligne par membre, avec les colonnes Nom, Métier et Commune ; si vous les avez aussi Code postal, "
            "E-mail, Contact, Téléphone, Site et Cotisation."
        ),
        error_messages={
            "required": _("Choisissez le fichier."),
            "empty": _("Ce fichier est vide."),
            "invalid": _("Choisissez le fichier."),
            "missing": _("Choisissez le fichier."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def text(self) -> str:
        """Return what the file says."""
        return cast(str, self.cleaned_data["file"])

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > BYTES:
            raise forms.ValidationError(_("Ce fichier pèse plus de 300 ko. Coupez-le en plusieurs."))
        try:
            return roster.decode(file.read(), file.name or "")
        except BadLine as wrong:
            raise forms.ValidationError(why(wrong)) from None


class RosterAgreement(forms.Form):
    """The file that was read, sent back with the board's agreement."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=BYTES, strip=False)
    invite = forms.BooleanField(label=_("Envoyer à chacun un lien pour proposer sa première offre"), required=False)
