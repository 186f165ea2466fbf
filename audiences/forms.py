"""What readers type: their demand and their preferences."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audiences import wordings, words
from audiences.core import typos
from audiences.core.address import BadAddress, parse
from audiences.core.consent import Purpose
from audiences.models import Subscription
from newsletter import places
from newsletter.models import Place
from newsletter.words import INTERESTS

# Nobody reads the form in less; a page left open over night is signed anew.
FASTEST = timedelta(seconds=2)
SLOWEST = timedelta(hours=24)
LONGEST_PAUSE = timedelta(days=366)


class AddressField(forms.CharField):
    """An e-mail address; what is wrong with it is said in words."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})

    def clean(self, value: Any) -> str:
        try:
            return parse(str(value or "")).shown
        except BadAddress as wrong:
            raise forms.ValidationError(str(words.ADDRESS_FAULTS[wrong.code]), code=wrong.code) from None


class WhereForm(forms.Form):
    """A commune, by its postcode or its name; where that may mean several, one more field asks which."""

    where = forms.CharField(
        label=_("Code postal ou commune"),
        required=False,
        max_length=80,
        help_text=_("Pour vous parler de ce qui se passe près de chez vous."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    commune = forms.ChoiceField(
        label=_("Laquelle de ces communes ?"),
        error_messages={
            "required": _("Plusieurs communes répondent à ce nom ou à ce code : choisissez la vôtre."),
            "invalid_choice": _("Choisissez votre commune dans la liste."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self["where"].value() or ""
        self.meant: list[Place] = places.named(typed) or places.search(typed, limit=12)
        if len(self.meant) > 1:
            choices = [("", _("à choisir")), *((place.insee, places.label(place)) for place in self.meant)]
            self.fields["commune"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["commune"]

    def clean_where(self) -> str:
        typed: str = self.cleaned_data["where"].strip()
        if typed and not self.meant:
            raise forms.ValidationError(
                _("Nous ne trouvons pas cette commune. Essayez son code postal, ou laissez vide.")
            )
        return typed

    @property
    def place(self) -> Place | None:
        """Return the commune that was meant, once the form is clean."""
        if not self.cleaned_data.get("where") or not self.meant:
            return None
        chosen = self.cleaned_data.get("commune")
        return next((place for place in self.meant if place.insee == chosen), self.meant[0])

    @property
    def insee(self) -> str:
        return self.place.insee if self.place else ""


class TastesForm(WhereForm):
    """What a reader would like to read."""

    interests = forms.MultipleChoiceField(
        label=_("Ce qui vous intéresse"),
        required=False,
        choices=list(INTERESTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choisissez dans la liste.")},
    )
    language = forms.ChoiceField(
        label=_("Langue de la lettre"),
        choices=settings.LANGUAGES,
        error_messages={"invalid_choice": _("Choisissez une langue de la liste.")},
    )


class SubscribeForm(TastesForm):
    """A demand to be subscribed: two boxes, both empty, one for each purpose."""

    field_order = (
        "email",
        "which_address",
        "first_name",
        "where",
        "commune",
        "interests",
        "language",
        "newsletter",
        "tracking",
    )

    email = AddressField(label=_("Votre adresse e-mail"), max_length=320)
    first_name = forms.CharField(
        label=_("Votre prénom"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        # A first name goes into mails: nobody shall send a link to a stranger in its place.
        validators=[RegexValidator(r"^[^\d<>@:/\\{}\[\]]*$", _("Écrivez votre prénom en lettres."))],
    )
    newsletter = forms.BooleanField(
        error_messages={
            "required": _("Cochez cette case pour recevoir la lettre : sans votre accord, nous n’écrivons à personne.")
        }
    )
    tracking = forms.BooleanField(required=False)
    # Filled by machines only.
    website = forms.CharField(required=False, label=_("Ne remplissez pas ce champ"))
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    which_address = forms.ChoiceField(
        label=_("Laquelle de ces adresses ?"),
        help_text=_("La fin de l’adresse ressemble à une faute de frappe."),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Dites laquelle de ces deux adresses est la vôtre."),
            "invalid_choice": _("Dites laquelle de ces deux adresses est la vôtre."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        if alike := _slip(self["email"].value() or ""):
            typed = _("%(address)s, telle quelle") % {"address": alike[0]}
            self.fields["which_address"].choices = [(alike[1], alike[1]), (alike[0], typed)]  # type: ignore[attr-defined]
        else:
            del self.fields["which_address"]
        self.fields["newsletter"].label = wordings.current(Purpose.NEWSLETTER, language).text
        self.fields["tracking"].label = wordings.current(Purpose.TRACKING, language).text
        self.fields["stamp"].initial = _signer().sign("1")
        self.order_fields(self.field_order)
        self.fields["language"].initial = language

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.data.get("website"))

    @property
    def elsewhere(self) -> bool:
        """Whether it was sent by a form on another site that showed the words of today.

        Such a form bears no stamp: that nobody took their time is seen by the mail that nobody answers.
        """
        return self.data.get("ailleurs") == wordings.both(get_language() or "fr")

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("which_address"):
            said["email"] = said["which_address"]
        if self.elsewhere:
            return said
        stamp = said.get("stamp", "")
        try:
            _signer().unsign(stamp, max_age=SLOWEST)
        except (SignatureExpired, BadSignature):
            fresh = cast(QueryDict, self.data).copy()
            fresh["stamp"] = _signer().sign("1")
            self.data = fresh
            raise forms.ValidationError(
                _("Cette page est restée ouverte longtemps. Relisez, puis envoyez de nouveau.")
            ) from None
        try:
            _signer().unsign(stamp, max_age=FASTEST)
        except SignatureExpired:
            return said
        raise forms.ValidationError(_("C’est allé très vite. Relisez votre adresse, puis envoyez de nouveau."))


class PreferencesForm(TastesForm):
    """How a reader receives the letter."""

    frequency = forms.ChoiceField(
        label=_("À quel rythme"),
        choices=list(words.FREQUENCIES.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez un rythme."),
            "invalid_choice": _("Choisissez un rythme de la liste."),
        },
    )
    paused_until = forms.DateField(
        label=_("Faire une pause jusqu’au"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Vous ne recevrez rien avant ce jour. Videz le champ pour reprendre tout de suite."),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")},
    )
    tracking = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tracking"].label = wordings.current(Purpose.TRACKING, get_language() or "fr").text

    @classmethod
    def of(cls, subscription: Subscription) -> "PreferencesForm":
        """Return the form as this reader's choices stand."""
        reader = subscription.subscriber
        home = Place.objects.filter(insee=reader.commune).first() if reader.commune else None
        return cls(
            initial={
                "where": places.label(home) if home else "",
                "interests": reader.interests,
                "language": reader.language,
                "frequency": words.frequency_of(subscription),
                "paused_until": reader.paused_until if reader.is_paused(timezone.localdate()) else None,
                "tracking": subscription.tracking,
            }
        )

    def clean_paused_until(self) -> Any:
        day, today = self.cleaned_data["paused_until"], timezone.localdate()
        if day and day <= today:
            raise forms.ValidationError(_("Choisissez un jour à venir."))
        if day and day > today + LONGEST_PAUSE:
            raise forms.ValidationError(_("Une pause dure un an au plus."))
        return day


class CadenceForm(forms.Form):
    """How many letters a reader gets at most in seven days."""

    weekly_most = forms.IntegerField(
        label=_("Lettres par lecteur en sept jours"),
        required=False,
        min_value=1,
        max_value=50,
        help_text=_("Laissez vide pour ne pas limiter."),
        error_messages={
            "invalid": _("Écrivez un nombre entier, ou laissez vide."),
            "min_value": _("Une lettre au moins, ou laissez vide."),
            "max_value": _("Cinquante lettres au plus, ou laissez vide."),
        },
    )


def _slip(address: str) -> tuple[str, str] | None:
    """Return an address as it was typed and as it was probably meant; None where it may well be right."""
    try:
        parsed = parse(address)
    except BadAddress:
        return None
    fixed = typos.suggest(parsed.domain_ascii)
    return (parsed.shown, f"{parsed.local}@{fixed}") if fixed else None


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="subscribe")
