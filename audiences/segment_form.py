"""A segment as a simple form: every line that is filled in narrows it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core import segment as tree
from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    FARTHEST_KM,
    All,
    BadSegment,
    InDepartment,
    Kind,
    Likes,
    Near,
    Segment,
    Speaks,
    SubscribedSince,
    Told,
)
from audiences.forms import WhereForm
from audiences.models import Segment as SegmentRow
from audiences.words import KINDS
from newsletter import places
from newsletter.core.interests import Interest
from newsletter.models import Place
from newsletter.words import INTERESTS

NAME_TAKEN = _("Un autre groupe porte déjà ce nom.")
ANYTHING = ("", _("indifférent"))


class SegmentForm(WhereForm):
    name = forms.CharField(
        label=_("Nom du groupe"),
        max_length=80,
        help_text=_("Pour vous y retrouver : « Gourmands autour de Maussane »."),
        error_messages={"required": _("Donnez un nom à ce groupe.")},
    )
    interests = forms.MultipleChoiceField(
        label=_("Aiment"),
        required=False,
        choices=list(INTERESTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choisissez dans la liste.")},
    )
    mode = forms.ChoiceField(
        label=_("Parmi ces thèmes"),
        choices=[("any", _("au moins un")), ("all", _("tous à la fois"))],
        initial="any",
        required=False,
        widget=forms.RadioSelect,
    )
    where = forms.CharField(
        label=_("Autour de"),
        required=False,
        max_length=80,
        help_text=_("Une commune ou un code postal."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    km = forms.IntegerField(
        label=_("À moins de, en km"),
        required=False,
        min_value=1,
        max_value=FARTHEST_KM,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Écrivez la distance en kilomètres entiers, par exemple 20."),
            "min_value": _("La distance est d’un kilomètre au moins."),
            "max_value": _("La distance est de %(limit_value)s km au plus."),
        },
    )
    department = forms.CharField(
        label=_("Département"),
        required=False,
        max_length=3,
        help_text=_("Son numéro : 13, 84, 2A…"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Langue"), choices=[ANYTHING, *settings.LANGUAGES], required=False)
    kind = forms.ChoiceField(label=_("Qui ils sont"), choices=[ANYTHING, *KINDS.items()], required=False)
    since = forms.DateField(
        label=_("Inscrits depuis le"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026.")},
    )

    def __init__(self, *args: Any, row: SegmentRow | None = None, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)
        for name, fact in _counted().items():
            self.fields[name] = forms.IntegerField(
                label=str(fact.label),
                help_text=str(fact.help),
                required=False,
                min_value=1,
                max_value=fact.most,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={
                    "invalid": _("Écrivez un nombre entier."),
                    "min_value": _("Un au moins."),
                    "max_value": _("%(limit_value)s au plus."),
                },
            )

    def told(self) -> list[forms.BoundField]:
        """Return the lines of what other wings know."""
        return [self[name] for name in _counted()]

    def clean_name(self) -> str:
        name: str = " ".join(self.cleaned_data["name"].split())
        others = SegmentRow.objects.filter(name__iexact=name)
        if self.row is not None:
            others = others.exclude(pk=self.row.pk)
        if others.exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name

    def clean_department(self) -> str:
        code: str = self.cleaned_data["department"].strip().upper()
        code = code.zfill(2) if code.isdigit() else code
        if code:
            try:
                tree.parse({"department": code})
            except BadSegment:
                raise forms.ValidationError(
                    _("Ce numéro de département n’existe pas. Exemples : 13, 84, 2A.")
                ) from None
        return code

    def clean_since(self) -> Any:
        day = self.cleaned_data["since"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Choisissez un jour passé : personne n’est encore inscrit depuis."))
        return day

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "where" in said and "km" in said and bool(said["where"]) is not bool(said["km"]):
            if said["where"]:
                self.add_error("km", _("À combien de kilomètres de cette commune ?"))
            else:
                self.add_error("where", _("Autour de quelle commune ?"))
        return said

    def tree(self) -> Segment:
        """Return the question that the lines ask together."""
        said = self.cleaned_data
        parts: list[Segment] = []
        likes = tuple(Likes(Interest(interest)) for interest in said["interests"])
        if likes:
            parts.append(All(likes) if said["mode"] == "all" else tree.Any(likes))
        if self.place and said["km"]:
            parts.append(Near(self.place.insee, said["km"]))
        if said["department"]:
            parts.append(InDepartment(said["department"]))
        if said["language"]:
            parts.append(Speaks(said["language"]))
        if said["kind"]:
            parts.append(Kind(CustomerKind(said["kind"])))
        if said["since"]:
            parts.append(SubscribedSince(said["since"]))
        parts += [Told(name, said[name]) for name in _counted() if said.get(name)]
        return All(tuple(parts))


def _counted() -> dict[str, segments.Offered]:
    """Return the facts of other wings that are asked for with a number: one line each."""
    return {name: fact for name, fact in segments.offered().items() if fact.most}


def initial_of(row: SegmentRow) -> dict[str, Any] | None:
    """Return what the form shows for a stored segment; None if it asks more than the form can say."""
    question = tree.parse(row.tree)
    parts = question.of if isinstance(question, All) else (question,)
    said: dict[str, Any] = {"name": row.name}
    for part in parts:
        lines = _line(part)
        if lines is None or said.keys() & lines.keys():
            return None
        said |= lines
    return said


def _line(part: Segment) -> dict[str, Any] | None:
    match part:
        case All(of) | tree.Any(of) if of and all(isinstance(like, Likes) for like in of):
            interests = [like.interest.value for like in of if isinstance(like, Likes)]
            return {"interests": interests, "mode": "all" if isinstance(part, All) else "any"}
        case Likes(interest):
            return {"interests": [interest.value], "mode": "any"}
        case Near(commune, km):
            place = Place.objects.filter(insee=commune).first()
            return {"where": places.label(place), "km": km} if place else None
        case InDepartment(code):
            return {"department": code}
        case Speaks(language) if language in dict(settings.LANGUAGES):
            return {"language": language}
        case Kind(kind):
            return {"kind": kind.value}
        case SubscribedSince(day):
            return {"since": day}
        case Told(name, value) if name in _counted():
            return {name: value}
        case _:
            return None
