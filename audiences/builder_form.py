"""The builder's form: the rows of a draft as fields, what was typed read into a question, and a question as rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core import draft as drafts
from audiences.core.draft import GROUP, Draft, Row
from audiences.core.segment import (
    FARTHEST_KM,
    NODES,
    All,
    Any,
    BadSegment,
    InEpci,
    Leaf,
    Near,
    NearMember,
    Not,
    Segment,
    parse,
    to_json,
)
from audiences.core.sentence import WORDS
from audiences.models import Segment as SegmentRow
from audiences.words import DOORS, KINDS, ZONES
from newsletter import places
from newsletter.core.regions import REGIONS
from newsletter.models import Member, Place
from newsletter.words import INTERESTS

Words = str | Promise
Choices = Callable[[], Sequence[tuple[str, Words]]]
# Fields of one row; nothing else that a form says is read.
TYPED = ("value", "km", "which")
LONGEST = 120


@dataclass(frozen=True)
class Fact:
    """What the builder offers: its words, and how its value is given."""

    label: Words
    choices: Choices | None = None
    kind: str = "text"  # or number, date
    hint: Words = ""
    most: int = 0
    ring: bool = False
    numbers: bool = False


def _languages() -> Sequence[tuple[str, Words]]:
    return list(WORDS.get(get_language() or "fr", WORDS["en"]).languages.items())


def _members() -> Sequence[tuple[str, Words]]:
    return [(str(pk), name) for pk, name in Member.objects.order_by("name").values_list("pk", "name")]


def _segments() -> Sequence[tuple[str, Words]]:
    return [(str(pk), name) for pk, name in SegmentRow.objects.order_by("name").values_list("pk", "name")]


FACTS: Mapping[str, Fact] = {
    "likes": Fact(_("Aiment"), lambda: list(INTERESTS.items())),
    "speaks": Fact(_("Lisent en"), _languages),
    "kind": Fact(_("Sont"), lambda: list(KINDS.items())),
    "near": Fact(_("Habitent autour d’une commune"), hint=_("Une commune ou un code postal."), ring=True),
    "near_member": Fact(_("Habitent autour d’un membre"), _members, ring=True, numbers=True),
    "department": Fact(_("Habitent le département"), hint=_("Son numéro : 13, 84, 2A…")),
    "region": Fact(_("Habitent la région"), lambda: [(code, region.name) for code, region in REGIONS.items()]),
    "epci": Fact(_("Habitent l’intercommunalité"), hint=_("Son nom, ou celui d’une de ses communes.")),
    "zone": Fact(_("Ont les vacances scolaires de"), lambda: list(ZONES.items())),
    "subscribed_since": Fact(_("Sont inscrits depuis le"), kind="date"),
    "came_by": Fact(_("Sont venus"), lambda: list(DOORS.items())),
    "segment": Fact(_("Sont dans le groupe"), _segments, numbers=True),
}


def facts() -> dict[str, Fact]:
    """Return every fact that can be asked for, those of other wings last."""
    told = {
        name: Fact(
            offered.label,
            offered.choices,
            "text" if offered.choices else "number",
            offered.help,
            offered.most,
            numbers=offered.numbers,
        )
        for name, offered in segments.offered().items()
    }
    return {**FACTS, **told}


def read(data: QueryDict) -> Draft:
    """Return the draft that a form says; unknown facts are dropped. Raises TooLarge for more rows than can be."""
    known, rows = {GROUP, *facts()}, []
    for index in range(NODES + 1):
        if f"c{index}" not in data:
            break
        level, _sign, kind = data.get(f"c{index}", "").partition(":")
        if kind in known:
            said = {name: data.get(f"c{index}-{name}", "")[:LONGEST] for name in TYPED}
            rows.append(Row(int(level) if level.isdecimal() and len(level) < 4 else 1, kind, said))
    return drafts.tidy(rows)


@dataclass(frozen=True)
class Reading:
    """The question that a draft asks so far, and by row what is still to be put right."""

    tree: Segment
    problems: Mapping[int, Words] = field(default_factory=dict)
    # The communes that a name may mean, where there are several.
    which: Mapping[int, Sequence[Place]] = field(default_factory=dict)


class _Problem(ValueError):
    def __init__(self, words: Words, communes: Sequence[Place] = ()) -> None:
        super().__init__(str(words))
        self.words, self.communes = words, communes


def question(draft: Draft) -> Reading:
    """Return what the draft asks; a row that is not finished asks nothing yet."""
    problems: dict[int, Words] = {}
    which: dict[int, Sequence[Place]] = {}
    known = facts()

    def node(index: int) -> Segment | None:
        row = draft[index]
        if not row.is_group:
            try:
                return _leaf(row, known[row.kind])
            except _Problem as problem:
                problems[index] = problem.words
                which.update({index: problem.communes} if problem.communes else {})
                return None
        at = list(drafts.children(draft, index))
        if not at and (index or row.join == "any"):
            problems[index] = _("Ce groupe est vide : ajoutez-y un critère, ou retirez-le.")
        parts = tuple(part for part in map(node, at) if part is not None)
        if not parts:
            return All() if index == 0 else None
        if row.join == "none":
            return Not(parts[0] if len(parts) == 1 else Any(parts))
        return All(parts) if row.join == "all" else Any(parts)

    tree = node(0)
    return Reading(tree if tree is not None else All(), problems, which)


def _leaf(row: Row, fact: Fact) -> Segment:
    value = row.said.get("value", "").strip()
    if not value:
        raise _Problem(_("Complétez ce critère."))
    plain: object = value
    if fact.numbers or fact.kind == "number":
        plain = int(value) if value.isdecimal() and len(value) < 19 else 0
    if row.kind == "near":
        plain = {"commune": _commune(value, row.said.get("which", "")), "km": _km(row)}
    elif row.kind == "near_member":
        plain = {"member": plain, "km": _km(row)}
    elif row.kind == "department":
        plain = value.upper().zfill(2)
    elif row.kind == "epci":
        plain = _epci(value, row.said.get("which", ""))
    try:
        return parse({row.kind: plain})
    except BadSegment:
        raise _Problem(_WRONG.get(row.kind, _("Ceci ne se peut pas : choisissez autrement."))) from None


_WRONG: Mapping[str, Words] = {
    "department": _("Ce numéro de département n’existe pas. Exemples : 13, 84, 2A."),
    "subscribed_since": _("Cette date n’existe pas. Écrivez-la ainsi : 24/12/2026."),
}


def _km(row: Row) -> int:
    typed = row.said.get("km", "").strip()
    if not typed.isdecimal() or len(typed) > 3 or not 0 < int(typed) <= FARTHEST_KM:
        raise _Problem(_("À combien de kilomètres ? Un nombre entier, de 1 à 300."))
    return int(typed)


def _commune(typed: str, which: str) -> str:
    found = places.named(typed) or places.search(typed, limit=12)
    if not found:
        raise _Problem(_("Nous ne trouvons pas cette commune. Essayez son code postal."))
    chosen = [place for place in found if place.insee == which]
    if len(found) > 1 and not chosen:
        raise _Problem(_("Plusieurs communes répondent à ce nom : choisissez."), found)
    return (chosen or found)[0].insee


def _epci(typed: str, which: str) -> str:
    for code, name in places.epci_names().items():
        if typed in (code, name):
            return code
    code = Place.objects.get(insee=_commune(typed, which)).epci
    if not code:
        raise _Problem(_("Cette commune n’est dans aucune intercommunalité."))
    return code


def rows_of(tree: Segment) -> Draft:
    """Return the draft that asks this question."""
    whole = tree if isinstance(tree, All | Any | Not) and tree != Any() else All((tree,))
    return tuple(_rows(whole, 0))


def _rows(tree: Segment, level: int) -> Iterator[Row]:
    match tree:
        case All(of) | Any(of):
            yield Row(level, GROUP, {"value": "all" if isinstance(tree, All) else "any"})
            for part in of:
                yield from _rows(part, level + 1)
        case Not(Any(of)) if of:
            yield Row(level, GROUP, {"value": "none"})
            for part in of:
                yield from _rows(part, level + 1)
        case Not(of):
            yield Row(level, GROUP, {"value": "none"})
            yield from _rows(of, level + 1)
        case _:
            [(kind, value)] = to_json(tree).items()
            yield Row(level, kind, _said(tree, value))


def _said(leaf: Leaf, value: object) -> dict[str, str]:
    match leaf:
        case Near(commune, km):
            home = Place.objects.filter(insee=commune).first()
            return {"value": places.label(home) if home else commune, "km": str(km), "which": commune}
        case NearMember(member, km):
            return {"value": str(member), "km": str(km)}
        case _:
            text = str(value)
            return {"value": places.epci_names().get(text, text) if isinstance(leaf, InEpci) else text}
