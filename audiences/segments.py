"""Segments asked of the database: the hand of `audiences.core.segment`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import assert_never

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from audiences.core import references, sentence
from audiences.core.consent import SubscriptionState
from audiences.core.segment import (
    EVERYBODY,
    LEAVES,
    TOLD,
    All,
    Any,
    BadSegment,
    CameBy,
    Facts,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    Told,
    ToldOf,
    Within,
    leaves,
    parse,
    to_json,
)
from audiences.models import Segment as SegmentRow
from audiences.models import SegmentUse, Subscriber, Subscription, Suppression
from audiences.rings import Rings, rings_of
from newsletter import places
from newsletter.core.calendar.zones import BY_DEPARTMENT
from newsletter.core.regions import departments_of
from newsletter.models import Member, Newsletter, Place, User

# Q() and Q(pk__in=[]) would vanish under NOT or raise when compiled to plain SQL; these stay conditions.
SOMEBODY = Q(pk__gt=0)
NOBODY = Q(pk__lte=0)
# How the database is asked for what other wings know of a reader.
_told: dict[str, Callable[[int | str], Q]] = {}


class OneOf(Func):
    """A column that has one of many codes, as one text with commas: a ring may hold ten thousand communes."""

    template = "%(expressions)s, ','))"
    arg_joiner = " = ANY(string_to_array("
    output_field = BooleanField()


@dataclass(frozen=True)
class Offered:
    """A fact that forms ask for: a number from 1 to `most`, or one of `choices`. Its words are those of its wing."""

    label: Promise
    help: Promise
    most: int = 0
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    # What a chosen value is as a number, where it is one.
    numbers: bool = True


_offered: dict[str, Offered] = {}


def register_fact(
    name: str,
    *,
    parse: Callable[[object], int | str],
    to_q: Callable[[int | str], Q],
    describe: Callable[[int | str, str], tuple[str, str]],
    matches: Callable[[int | str, Facts], bool],
    offered: Offered | None = None,
) -> None:
    """Let segments ask what another wing knows of a reader: `{name: value}`, read by `parse`.

    The condition on Subscriber and `matches` must answer alike, and never with NULL. What is `offered` can be asked
    for in the builder, and with a number in the simple form.
    """
    if name in LEAVES or name in ("all", "any", "not"):
        raise ValueError(f"segments know {name} already")
    TOLD[name] = ToldOf(parse, matches, describe)
    _told[name] = to_q
    if offered is not None:
        _offered[name] = offered


def offered() -> dict[str, Offered]:
    """Return the facts that the simple form asks for, by their names."""
    return dict(_offered)


def resolved(trees: Sequence[Segment]) -> list[Segment]:
    """Return the same questions with other segments' own and members' communes in place of their names."""
    facts = [leaf for tree in trees for leaf in leaves(tree)]
    questions = questions_now() if any(isinstance(leaf, Within) for leaf in facts) else {}
    facts += [leaf for tree in questions.values() for leaf in leaves(tree)]
    members = {leaf.member for leaf in facts if isinstance(leaf, NearMember)}
    if not members and not questions and not any(isinstance(leaf, Within) for leaf in facts):
        return list(trees)
    homes = dict(Member.objects.filter(pk__in=members).values_list("pk", "commune")) if members else {}
    return [references.resolved(tree, questions, lambda member: homes.get(member, "")) for tree in trees]


def questions_now() -> dict[int, Segment]:
    """Return every stored question by its number."""
    return {pk: parse(tree) for pk, tree in SegmentRow.objects.values_list("pk", "tree")}


def to_q(tree: Segment) -> Q:
    """Return the condition on Subscriber that `core.segment.matches` is in Python."""
    return to_qs([tree])[0]


def to_qs(trees: Sequence[Segment]) -> list[Q]:
    """Return the condition of each, with as many queries as of one."""
    plain = resolved(trees)
    rings = rings_of(plain)
    return [_q(tree, rings) for tree in plain]


def _q(tree: Segment, rings: Rings) -> Q:
    match tree:
        case All(of):
            return reduce(and_, (_q(part, rings) for part in of)) if of else SOMEBODY
        case Any(of):
            return reduce(or_, (_q(part, rings) for part in of)) if of else NOBODY
        case Not(of):
            return ~_q(of, rings)
        case Likes(interest):
            return Q(interests__contains=[interest.value])
        case Speaks(language):
            return Q(language=language)
        case Near():
            return _one_of("commune", rings[tree])
        case InDepartment(code):
            return Q(department=code)
        case InRegion(code):
            return _one_of("department", departments_of(code))
        case InEpci(code):
            return Q(commune__in=Place.objects.filter(epci=code).values("insee"))
        case InZone(zone):
            return _one_of("department", [code for code, its in BY_DEPARTMENT.items() if its is zone])
        case Kind(kind):
            return Q(kind=kind.value)
        case SubscribedSince(day):
            return Q(subscribed_on__gte=day)
        case CameBy(door):
            return Q(came_by=door.value)
        case Told(name, value):
            return _told[name](value)
        case NearMember() | Within():
            raise LookupError(f"{tree} is resolved first")
        case _:
            assert_never(tree)


def _one_of(column: str, values: Iterable[str]) -> Q:
    known = sorted(values)
    return Q(OneOf(F(column), Value(",".join(known)))) if known else NOBODY


def facts_of(subscriber: Subscriber) -> Facts:
    """Return what a segment may ask of this reader."""
    home = Place.objects.filter(insee=subscriber.commune).first() if subscriber.commune else None
    return Facts(
        language=subscriber.language,
        commune=subscriber.commune,
        department=subscriber.department,
        interests=frozenset(subscriber.interests),
        kind=subscriber.kind,
        subscribed_on=subscriber.subscribed_on,
        epci=home.epci if home else "",
        came_by=subscriber.came_by,
        reader=subscriber.pk,
    )


def reachable(newsletter: Newsletter) -> QuerySet[Subscriber]:
    """Return whom this newsletter may be sent to, today or after their pause: confirmed, not suppressed."""
    standing = Subscription.objects.filter(
        subscriber=OuterRef("pk"), newsletter=newsletter, state=SubscriptionState.CONFIRMED.value
    )
    suppressed = Suppression.objects.filter(address_key=OuterRef("address_key"))
    return Subscriber.objects.filter(Exists(standing), ~Exists(suppressed))


def writable(newsletter: Newsletter, *, now: datetime) -> QuerySet[Subscriber]:
    """Return whom this newsletter may be sent to today: confirmed, not suppressed, not on a pause."""
    rested = Q(paused_until__isnull=True) | Q(paused_until__lte=timezone.localdate(now))
    return reachable(newsletter).filter(rested)


def audience(newsletter: Newsletter, tree: Segment, *, now: datetime) -> QuerySet[Subscriber]:
    """Return the readers that the segment means, among those who may be written to."""
    return writable(newsletter, now=now).filter(to_q(tree))


def count(newsletter: Newsletter, tree: Segment = EVERYBODY, *, now: datetime) -> int:
    """Return how many readers that is."""
    return audience(newsletter, tree, now=now).count()


def counts(newsletter: Newsletter, trees: Sequence[Segment], *, now: datetime, but: Q | None = None) -> list[int]:
    """Return the size of each audience, all in one query; whoever `but` is true of counts nowhere."""
    if not trees:
        return []
    names = {f"of_{index}": Count("pk", filter=one) for index, one in enumerate(to_qs(trees))}
    readers = writable(newsletter, now=now)
    found = (readers if but is None else readers.exclude(but)).aggregate(**names)
    return [found[f"of_{index}"] for index in range(len(trees))]


def sample(newsletter: Newsletter, tree: Segment, *, now: datetime, size: int = 5) -> list[Subscriber]:
    """Return a few of these readers, always the same ones, to see that the question was well put."""
    return list(audience(newsletter, tree, now=now).order_by("address_key")[:size])


def describe(tree: Segment, language: str = "fr") -> str:
    """Return the segment as one sentence."""
    return describe_all([tree], language)[0]


def describe_all(trees: Sequence[Segment], language: str = "fr") -> list[str]:
    """Return each segment as one sentence, with one query for the names of each kind that they mention."""
    names = _names([leaf for tree in trees for leaf in leaves(tree)])
    return [sentence.describe(tree, lambda key: names.get(key, key), language) for tree in trees]


def _names(facts: Sequence[Segment]) -> Mapping[str, str]:
    communes = {leaf.commune for leaf in facts if isinstance(leaf, Near)}
    members = {leaf.member for leaf in facts if isinstance(leaf, NearMember)}
    groups = {leaf.segment for leaf in facts if isinstance(leaf, Within)}
    names = dict(Place.objects.filter(insee__in=communes).values_list("insee", "name")) if communes else {}
    if members:
        found = Member.objects.filter(pk__in=members).values_list("pk", "name")
        names |= {f"member:{pk}": name for pk, name in found}
    if groups:
        rows = SegmentRow.objects.filter(pk__in=groups).values_list("pk", "name")
        names |= {f"segment:{pk}": name for pk, name in rows}
    if any(isinstance(leaf, InEpci) for leaf in facts):
        names |= places.epci_names()
    return names


def tree_of(row: SegmentRow) -> Segment:
    """Return a stored segment's tree."""
    return parse(row.tree)


def frozen(row: SegmentRow) -> dict[str, object]:
    """Return the tree as a campaign keeps it: what it asks of other segments is what these ask today."""
    tree = parse(row.tree)
    return to_json(references.resolved(tree, questions_now())) if references.named(tree) else row.tree


class NameTaken(Exception):
    """Another segment bears this name, perhaps since a moment ago."""


class InUse(Exception):
    """The segment is needed elsewhere: the sentences say by what."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


# What other wings need a segment for, as sentences.
_guards: list[Callable[[SegmentRow], list[str]]] = []


def guard_deletion(ask: Callable[[SegmentRow], list[str]]) -> None:
    """Let another wing say why a segment must stay."""
    if ask not in _guards:
        _guards.append(ask)


def keep(*, name: str, tree: Segment, by: User | None) -> SegmentRow:
    """Store a new segment under a name of its own; raise NameTaken if it is not, BadSegment for a circle."""
    return _store(SegmentRow(created_by=by), name, tree)


def change(row: SegmentRow, *, name: str, tree: Segment) -> SegmentRow:
    """Give a segment another name or question; campaigns already planned keep the tree they were planned with.

    Raises BadSegment where the segments that ask for it would go in a circle, or become too large.
    """
    return _store(row, name, tree)


def _store(row: SegmentRow, name: str, tree: Segment) -> SegmentRow:
    try:
        with transaction.atomic():
            # Two changes at once could close a circle that neither of them sees.
            trees = {held.pk: parse(held.tree) for held in SegmentRow.objects.select_for_update().order_by("pk")}
            if row.pk is not None and row.pk not in trees:
                raise SegmentRow.DoesNotExist
            named = references.named(tree)
            if not named <= trees.keys():
                raise BadSegment("$", "unknown_segment")
            held = SegmentRow(pk=row.pk, created_by=row.created_by, created_at=row.created_at)
            held.name, held.tree = name, to_json(tree)
            held.save(update_fields=["name", "tree"] if row.pk else None)
            trees[held.pk] = tree
            for one in trees.values():
                references.resolved(one, trees)
            SegmentUse.objects.filter(by=held).exclude(of__in=named).delete()
            SegmentUse.objects.bulk_create([SegmentUse(by=held, of_id=one) for one in named], ignore_conflicts=True)
    except IntegrityError:
        raise NameTaken from None
    return held


def why_not_delete(row: SegmentRow) -> list[str]:
    """Return what needs this segment, one sentence each; nothing where it can go."""
    users = SegmentRow.objects.filter(uses__of=row).order_by("name")
    asked = [gettext("Le groupe « %s » le reprend.") % user.name for user in users]
    return asked + [reason for ask in _guards for reason in ask(row)]


@transaction.atomic
def delete(row: SegmentRow) -> None:
    """Forget a segment that nothing needs; raise InUse where something does."""
    held = SegmentRow.objects.select_for_update().get(pk=row.pk)
    reasons = why_not_delete(held)
    if reasons:
        raise InUse(reasons)
    held.delete()
