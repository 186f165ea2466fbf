"""The forms of an operation: what the board says of it, its deadline, and why it overrides the rule."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newsletter import operations, words
from newsletter.core.interests import Category
from newsletter.core.operation import Wanted
from newsletter.core.quotas import By
from newsletter.forms import Prose
from newsletter.models import Newsletter, Operation, Place

# Lines to begin with; an operation that has filled them is offered some more.
EDITIONS, COMMUNES, SPARE = 3, 4, 2
MOST_LINES = 60
FAR = timedelta(days=3 * 365)
BAD_DAY = _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")
BAD_HOUR = _("Écrivez le jour et l’heure ainsi : 2026-12-01 09:30.")
HOURS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def day_field(label: Any, *, required: bool = True, missing: Any = "", **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": BAD_DAY, **({"required": missing} if missing else {})},
        **kwargs,
    )


def _hour(label: Any, **kwargs: Any) -> forms.DateTimeField:
    messages = {"invalid": BAD_HOUR, **kwargs.pop("error_messages", {})}
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=HOURS, error_messages=messages, **kwargs)


def _number(label: Any, *, least: int = 0, most: int = 60) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Écrivez un nombre entier."),
            "min_value": _("Au moins %(limit_value)s."),
            "max_value": _("Au plus %(limit_value)s."),
        },
    )


class OperationForm(forms.Form):
    """An operation before its call opens."""

    newsletter = forms.ModelChoiceField(
        label=_("Lettre"), queryset=Newsletter.objects.order_by("name"), empty_label=None
    )
    theme = forms.CharField(
        label=_("Thème"),
        max_length=100,
        help_text=_("Ce que l’opération raconte. Par exemple : « L’hiver au coin du feu »."),
        error_messages={
            "required": _("Donnez un thème à l’opération."),
            "max_length": _("Le thème tient en 100 caractères ; il en a %(show_value)d."),
        },
    )
    brief = Prose(
        label=_("Intention"),
        max_length=4000,
        required=False,
        help_text=_(
            "Une idée par ligne : les partenaires pourront répondre à chacune, les membres sauront quoi offrir."
        ),
        error_messages={"max_length": _("L’intention tient en 4 000 caractères ; elle en a %(show_value)d.")},
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    valid_from = day_field(_("Les offres valent du"), missing=_("Indiquez le premier jour de la période."))
    valid_until = day_field(_("au"), missing=_("Indiquez le dernier jour de la période."))
    opens_at = _hour(
        _("L’appel s’ouvre de lui-même"),
        required=False,
        help_text=_("Heure de Paris. Sans date, c’est vous qui l’ouvrez."),
    )
    closes_at = _hour(
        _("Les membres répondent jusqu’au"),
        error_messages={"required": _("Indiquez l’échéance de l’appel.")},
        help_text=_("À cette heure l’appel se ferme de lui-même."),
    )
    # Not optional, only not always asked.
    asked_later = ("brief",)

    def __init__(self, data: Any = None, *, initial: Any = None, operation: Operation | None = None) -> None:
        super().__init__(data, initial=initial)
        self.operation = operation
        planned = operation.planned.count() if operation else 0
        wished = operation.wishes.filter(category="").count() if operation else 0
        self.edition_lines = range(1, _lines("send_on_", EDITIONS, planned, data) + 1)
        self.commune_lines = range(1, _lines("commune_", COMMUNES, wished, data) + 1)
        for n in self.edition_lines:
            first = n == 1
            self.fields[f"send_on_{n}"] = day_field(
                _("Jour d’envoi"), required=first, missing=_("Indiquez le jour d’envoi de l’édition.")
            )
            self.fields[f"places_{n}"] = _number(_("Places"), least=1)
        for category in Category:
            self.fields[f"want_{category}"] = forms.BooleanField(
                label=cast(str, words.CATEGORIES[category]), required=False
            )
            self.fields[f"least_{category}"] = _number(_("Au moins"))
            self.fields[f"most_{category}"] = _number(_("Au plus"))
        found = Place.objects.filter(_choosable(operation)).order_by("name").distinct()
        for n in self.commune_lines:
            self.fields[f"commune_{n}"] = forms.ModelChoiceField(
                label=_("Commune"),
                queryset=found,
                required=False,
                empty_label=_("choisir"),
                error_messages={"invalid_choice": _("Aucun membre n’est de cette commune.")},
            )
            self.fields[f"least_commune_{n}"] = _number(_("Au moins"))
            self.fields[f"most_commune_{n}"] = _number(_("Au plus"))
        if operation is not None or Newsletter.objects.count() == 1:
            self.fields["newsletter"].required = False
            self.fields["newsletter"].widget = forms.HiddenInput()

    @classmethod
    def of(cls, operation: Operation) -> "OperationForm":
        """Return the form as the operation stands."""
        initial: dict[str, Any] = {
            name: getattr(operation, name)
            for name in ("theme", "brief", "valid_from", "valid_until", "opens_at", "closes_at")
        }
        for n, planned in enumerate(operation.planned.all(), start=1):
            initial |= {f"send_on_{n}": planned.send_on, f"places_{n}": planned.places}
        for wish in operation.wishes.exclude(category=""):
            initial |= {
                f"want_{wish.category}": True,
                f"least_{wish.category}": wish.at_least or None,
                f"most_{wish.category}": wish.at_most,
            }
        for n, wish in enumerate(operation.wishes.filter(category=""), start=1):
            initial |= {
                f"commune_{n}": wish.commune_id,
                f"least_commune_{n}": wish.at_least or None,
                f"most_commune_{n}": wish.at_most,
            }
        return cls(initial=initial, operation=operation)

    @classmethod
    def proposed(cls, asked: QueryDict) -> "OperationForm":
        """Return the form as a link of the calendar proposes it; what makes no sense is left empty."""
        initial: dict[str, Any] = {"theme": asked.get("theme", "")[:100], "places_1": 12}
        until = _day(asked.get("call_until"))
        if until:
            initial["closes_at"] = timezone.make_aware(datetime.combine(until, time(23, 59)))
        for n, typed in enumerate(asked.getlist("send_on")[:EDITIONS], start=1):
            initial |= {f"send_on_{n}": _day(typed), f"places_{n}": 12}
        for name in ("valid_from", "valid_until"):
            initial[name] = _day(asked.get(name))
        return cls(initial=initial)

    @property
    def editions(self) -> Iterator[tuple[int, BoundField, BoundField]]:
        for n in self.edition_lines:
            yield n, self[f"send_on_{n}"], self[f"places_{n}"]

    @property
    def categories(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        for category in Category:
            yield self[f"want_{category}"], self[f"least_{category}"], self[f"most_{category}"]

    @property
    def communes(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        for n in self.commune_lines:
            yield self[f"commune_{n}"], self[f"least_commune_{n}"], self[f"most_commune_{n}"]

    def clean_newsletter(self) -> Newsletter:
        known = self.operation.newsletter if self.operation else None
        chosen = known or self.cleaned_data["newsletter"] or Newsletter.objects.order_by("pk").first()
        if chosen is None:
            raise forms.ValidationError(_("Aucune lettre n’existe encore."))
        return cast(Newsletter, chosen)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        now = timezone.now()
        opens, closes = said.get("opens_at"), said.get("closes_at")
        if closes and closes <= now:
            self.add_error("closes_at", _("Cette échéance est déjà passée : choisissez-en une à venir."))
        if opens and opens <= now:
            self.add_error("opens_at", _("Cette heure est déjà passée : choisissez-en une à venir."))
        elif opens and closes and opens >= closes:
            self.add_error("opens_at", _("L’appel s’ouvrirait après son échéance."))
        start, end = said.get("valid_from"), said.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("Le dernier jour vient avant le premier."))
        self._clean_far(now.date(), "valid_from", "valid_until", "opens_at", "closes_at")
        self._clean_editions(closes, end)
        self._clean_wishes()
        return said

    def said(self) -> operations.Brief:
        """Return what the board says, for the verbs."""
        said = self.cleaned_data
        return operations.Brief(
            theme=said["theme"],
            brief=said["brief"],
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            opens_at=said["opens_at"],
            closes_at=said["closes_at"],
            wanted=tuple(self._wanted()),
            editions=tuple(
                (said[f"send_on_{n}"], said[f"places_{n}"] or 12)
                for n in self.edition_lines
                if said.get(f"send_on_{n}")
            ),
        )

    def _wanted(self) -> Iterator[Wanted]:
        said = self.cleaned_data
        for category in Category:
            least, most = said.get(f"least_{category}"), said.get(f"most_{category}")
            if said.get(f"want_{category}") or least or most is not None:
                yield Wanted(category.value, least or 0, most)
        for n in self.commune_lines:
            if commune := said.get(f"commune_{n}"):
                least, most = said.get(f"least_commune_{n}"), said.get(f"most_commune_{n}")
                yield Wanted(commune.insee, least or 0, most, By.COMMUNE)

    def _clean_far(self, today: date, *names: str) -> None:
        """Refuse a year that a slip of the finger made: 2206 for 2026, 1926 for 2026."""
        for name in names:
            day = self.cleaned_data.get(name)
            day = timezone.localdate(day) if isinstance(day, datetime) else day
            if day and name not in self.errors and abs(day - today) > FAR:
                self.add_error(name, _("Cette date est très loin d’aujourd’hui : vérifiez l’année."))

    def _clean_editions(self, closes: datetime | None, end: date | None) -> None:
        said, seen = self.cleaned_data, set[date]()
        names = [f"send_on_{n}" for n in self.edition_lines]
        self._clean_far(timezone.localdate(), *names)
        for name in names:
            day = said.get(name)
            if not day or name in self.errors:
                continue
            if closes and day <= timezone.localdate(closes):
                self.add_error(name, _("L’édition partirait avant la fin de l’appel."))
            elif end and day > end:
                self.add_error(name, _("Ce jour-là, la période des offres est déjà finie."))
            elif day in seen:
                self.add_error(name, _("Une autre édition part déjà ce jour-là."))
            seen.add(day)

    def _clean_wishes(self) -> None:
        said = self.cleaned_data
        kinds = [*Category, *(f"commune_{n}" for n in self.commune_lines)]
        for kind in kinds:
            least, most = said.get(f"least_{kind}"), said.get(f"most_{kind}")
            if least is not None and most is not None and most < least:
                self.add_error(f"most_{kind}", _("C’est moins que le minimum."))
        named = set[Place]()
        for n in self.commune_lines:
            commune = said.get(f"commune_{n}")
            bounds = said.get(f"least_commune_{n}"), said.get(f"most_commune_{n}")
            if commune in named:
                self.add_error(f"commune_{n}", _("Cette commune est déjà dans la liste."))
            elif commune is None and bounds != (None, None):
                self.add_error(f"commune_{n}", _("Choisissez la commune de ces nombres."))
            elif commune is not None and bounds == (None, None):
                self.add_error(f"most_commune_{n}", _("Dites combien, au moins ou au plus."))
            if commune is not None:
                named.add(commune)
        places = sum(said.get(f"places_{n}") or 12 for n in self.edition_lines if said.get(f"send_on_{n}"))
        # a place may count for its category and for its commune
        least = max(
            sum(said.get(f"least_{category}") or 0 for category in Category),
            sum(said.get(f"least_commune_{n}") or 0 for n in self.commune_lines),
        )
        if places and least > places:
            self.add_error(
                "places_1", gettext("Les minimums demandent %(least)s places, il y en a %(places)s.") % {
                    "least": least, "places": places,
                },
            )  # fmt: skip


class DeadlineForm(forms.Form):
    """Another deadline for the call."""

    closes_at = _hour(_("Nouvelle échéance"), error_messages={"required": _("Indiquez l’échéance de l’appel.")})

    def __init__(self, data: Any = None, *, operation: Operation) -> None:
        super().__init__(data, initial={"closes_at": operation.closes_at})
        self.operation = operation

    def clean_closes_at(self) -> datetime:
        closes = cast(datetime, self.cleaned_data["closes_at"])
        if closes <= timezone.now():
            raise forms.ValidationError(_("Cette échéance est déjà passée : choisissez-en une à venir."))
        first = self.operation.planned.order_by("send_on").first()
        if first and timezone.localdate(closes) >= first.send_on:
            raise forms.ValidationError(_("L’édition partirait avant la fin de l’appel."))
        return closes


class WhyForm(forms.Form):
    """Why the board decides otherwise than the rule."""

    words = Prose(
        label=_("Pourquoi"),
        max_length=600,
        help_text=_("Le membre lira ces mots."),
        error_messages={
            "required": _("Écrivez pourquoi : le membre lira ces mots."),
            "max_length": _("Ce mot tient en 600 caractères ; il en a %(show_value)d."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @staticmethod
    def asked_in(typed: QueryDict) -> bool:
        """Return whether a reason was asked for already, and this is the answer."""
        return "words" in typed


class OverrideForm(WhyForm):
    """Why, and where to."""

    place = forms.IntegerField(
        label=_("À la place"),
        required=False,
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Écrivez un nombre entier.")},
    )


def _lines(prefix: str, least: int, filled: int, data: Any) -> int:
    """Return how many lines to show: each that is filled or was sent to us, and some to spare."""
    sent = sum(1 for name in data or () if name.startswith(prefix))
    return max(least if filled < least else filled + SPARE, min(sent, MOST_LINES))


def _choosable(operation: Operation | None) -> Q:
    """A commune of a member; and one already wanted, though its last member has left since."""
    wanted = operation.wishes.exclude(commune=None).values("commune") if operation else ()
    return Q(members__is_active=True) | Q(pk__in=wanted)


def _day(typed: str | None) -> date | None:
    try:
        return parse_date(typed or "")
    except ValueError:
        return None
