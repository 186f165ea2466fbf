"""The builder of segments: a question put together row by row. What is not kept lives in the form alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audiences import builder_form, segments, soundings, words
from audiences.builder_form import Fact, Reading, Words
from audiences.core import draft as drafts
from audiences.core.draft import EMPTY, Draft, Moved, Row, TooLarge
from audiences.core.segment import BadSegment
from audiences.core.segment import Segment as Question
from audiences.core.text import parse_text, text_of
from audiences.models import Segment
from audiences.segment_form import NAME_TAKEN
from newsletter import places
from newsletter.access import board_required, signed_in
from newsletter.models import Newsletter

LONGEST_NAME = 80


@dataclass
class Line:
    """One row as the page shows it."""

    index: int
    row: Row
    fact: Fact | None
    choices: list[tuple[str, Words]]
    can: frozenset[str]
    problem: Words = ""
    which: list[tuple[str, str]] = field(default_factory=list)
    focus: bool = False
    parts: list["Line"] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.row.said.get("value", "")

    @property
    def km(self) -> str:
        return self.row.said.get("km", "")

    @property
    def chosen(self) -> str:
        return self.row.said.get("which", "")


@dataclass(frozen=True)
class Shown:
    """What the page shows besides the draft itself."""

    name: str = ""
    fault: Words = ""
    text: str = ""
    # Whether what is missing is said, and where the keyboard goes on.
    strict: bool = False
    at: int | None = None
    exact: bool = False


@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, segment_id: int | None = None) -> HttpResponse:
    """Show a draft, do to it what a button says, and keep it."""
    row = get_object_or_404(Segment, pk=segment_id) if segment_id else None
    if request.method != "POST":
        draft = builder_form.rows_of(segments.tree_of(row)) if row else EMPTY
        return _page(request, row, draft, Shown(row.name if row else ""))
    draft = _read(request)
    name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME]
    verb, _sign, rest = request.POST.get("do", "").partition(":")
    if verb == "save":
        return _save(request, row, draft, name)
    if verb == "text":
        return _from_text(request, row, draft, name)
    if verb == "count":
        return _page(request, row, draft, Shown(name, strict=True, exact=True))
    moved = _moved(request, draft, verb, rest)
    return _page(request, row, moved.draft, Shown(name, at=moved.at))


@board_required
@require_POST
def found(request: HttpRequest) -> HttpResponse:
    """Whom the draft means as it stands, for htmx: at once what the planner expects, then what is counted."""
    reading = builder_form.question(_read(request))
    return render(request, "pages/readers/found.html", _found(request, reading, exact="exact" in request.GET))


@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Ask once more before a segment goes; say what needs it where it has to stay."""
    row = get_object_or_404(Segment, pk=segment_id)
    reasons = segments.why_not_delete(row)
    if request.method == "POST" and not reasons:
        try:
            segments.delete(row)
        except segments.InUse as needed:
            reasons = list(needed.reasons)
        else:
            messages.success(request, _("Le groupe est supprimé."))
            return redirect("segments")
    context = {"row": row, "reasons": reasons, "sentence": _sentence(segments.tree_of(row))}
    return render(request, "pages/readers/segment_delete.html", context)


def _read(request: HttpRequest) -> Draft:
    try:
        return builder_form.read(request.POST)
    except TooLarge:
        raise BadRequest("too many rows") from None


def _moved(request: HttpRequest, draft: Draft, verb: str, rest: str) -> Moved:
    """Return the draft after a button or a drag; what makes no sense changes nothing."""
    numbers = [int(part) for part in rest.split(":") if part.isdecimal() and len(part) < 4]
    if not numbers or any(number >= len(draft) for number in numbers[:1]):
        return Moved(draft, 0)
    index = numbers[0]
    if verb == "add":
        kind = request.POST.get(f"c{index}-add", "")
        known = kind == drafts.GROUP or kind in builder_form.facts()
        return drafts.add(draft, index, kind) if known else Moved(draft, index)
    if index == 0:
        return Moved(draft, 0)
    if verb == "drop" and len(numbers) == 3 and numbers[1] < len(draft):
        return drafts.drop(draft, *numbers)
    return drafts.MOVES[verb](draft, index) if verb in drafts.MOVES else Moved(draft, index)


def _save(request: HttpRequest, row: Segment | None, draft: Draft, name: str) -> HttpResponse:
    reading = builder_form.question(draft)
    fault: Words = ""
    if not name:
        fault = _("Donnez un nom à ce groupe.")
    elif reading.problems:
        fault = _("Des critères sont à compléter : ils sont signalés plus bas.")
    else:
        try:
            if row is None:
                segments.keep(name=name, tree=reading.tree, by=signed_in(request))
            else:
                segments.change(row, name=name, tree=reading.tree)
        except segments.NameTaken:
            fault = NAME_TAKEN
        except BadSegment as wrong:
            fault = words.SEGMENT_FAULTS.get(wrong.code, words.OTHER_FAULT)
        else:
            messages.success(request, _("Le groupe est enregistré."))
            return redirect("segments")
    return _page(request, row, draft, Shown(name, fault, strict=True))


def _from_text(request: HttpRequest, row: Segment | None, draft: Draft, name: str) -> HttpResponse:
    typed = request.POST.get("text", "")
    try:
        tree = parse_text(typed)
    except BadSegment as wrong:
        fault = words.SEGMENT_FAULTS.get(wrong.code, words.OTHER_FAULT)
        return _page(request, row, draft, Shown(name, fault, typed[:2000]))
    return _page(request, row, builder_form.rows_of(tree), Shown(name))


def _page(request: HttpRequest, row: Segment | None, draft: Draft, shown: Shown) -> HttpResponse:
    reading = builder_form.question(draft)
    facts = builder_form.facts()
    others = Segment.objects.exclude(pk=row.pk) if row else Segment.objects.all()
    context = {
        "row": row,
        "shown": shown,
        "root": _line(draft, reading, facts, shown),
        "facts": [(name, fact.label) for name, fact in facts.items()],
        "groups": others.order_by("name"),
        "compared": request.POST.get("compare", ""),
        "text": shown.text or text_of(reading.tree),
        **_found(request, reading, exact=shown.exact),
    }
    return render(request, "pages/readers/build.html", context)


def _line(draft: Draft, reading: Reading, facts: Mapping[str, Fact], shown: Shown) -> Line:
    """Return the root of the lines, each group with those that it holds."""
    chosen: dict[str, list[tuple[str, Words]]] = {}
    lines: list[Line] = []
    for index, row in enumerate(draft):
        fact = facts.get(row.kind)
        if fact and fact.choices and row.kind not in chosen:
            chosen[row.kind] = list(fact.choices())
        typed = row.is_group or bool(row.said.get("value"))
        line = Line(
            index=index,
            row=row,
            fact=fact,
            choices=chosen.get(row.kind, []),
            can=drafts.can(draft, index) if index else frozenset(),
            problem=reading.problems.get(index, "") if shown.strict or (typed and not row.is_group) else "",
            which=[(place.insee, places.label(place)) for place in reading.which.get(index, ())],
            focus=index == shown.at,
        )
        lines.append(line)
        if index:
            lines[drafts.parent(draft, index)].parts.append(line)
    return lines[0]


def _found(request: HttpRequest, reading: Reading, *, exact: bool) -> dict[str, Any]:
    """Return whom the question means; what is dear is only estimated unless it is asked for."""
    newsletter = Newsletter.objects.order_by("pk").first()
    context: dict[str, Any] = {"unfinished": len(reading.problems)}
    if newsletter is None:
        return {**context, "sentence": _sentence(reading.tree), "count": 0, "exact": True}
    now, tree = timezone.now(), reading.tree
    try:
        expected = soundings.estimate(newsletter, tree, now=now)
    except BadSegment as wrong:
        return {**context, "wrong": words.SEGMENT_FAULTS.get(wrong.code, words.OTHER_FAULT)}
    context["sentence"] = _sentence(tree)
    if not (exact or expected.is_cheap):
        return {**context, "count": expected.readers, "exact": False}
    count = segments.count(newsletter, tree, now=now)
    other = _compared(request)
    return {
        **context,
        "count": count,
        "exact": True,
        "sample": soundings.sample(newsletter, tree, now=now),
        "chart": soundings.chart(newsletter, tree, now=now),
        "other": other,
        "overlap": soundings.overlap(newsletter, tree, segments.tree_of(other), readers=count, now=now)
        if other
        else None,
    }


def _compared(request: HttpRequest) -> Segment | None:
    typed = request.POST.get("compare", "")
    return Segment.objects.filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 18 else None


def _sentence(tree: Question) -> str:
    return segments.describe(tree, get_language() or "fr")
