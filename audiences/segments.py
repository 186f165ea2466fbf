"""Segments asked of the database: the hand of `audiences.core.segment`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import assert_never

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from audiences.core import sentence
from audiences.core.consent import SubscriptionState
from audiences.core.segment import (
    EVERYBODY,
    LEAVES,
    TOLD,
    All,
    Any,
    Facts,
    InDepartment,
    Kind,
    Likes,
    Near,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    Told,
    ToldOf,
    leaves,
    parse,
    to_json,
)
from audiences.models import Segment as SegmentRow
from audiences.models import Subscriber, Subscription, Suppression
from audiences.rings import Rings, rings_of
from newsletter.models import Newsletter, Place, User

# Q() and Q(pk__in=[]) would vanish under NOT or raise when compiled to plain SQL; these stay conditions.
SOMEBODY = Q(pk__gt=0)
NOBODY = Q(pk__lte=0)
# How the database is asked for what other wings know of a reader.
_told: dict[str, Callable[[int | str], Q]] = {}


@dataclass(frozen=True)
class Offered:
    """A fact that the simple form asks for with a number, from 1 to `most`: its words are the wing's that knows it."""

    label: Promise
    help: Promise
    most: int


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

    The condition on Subscriber and `matches` must answer alike, and never with NULL. What is `offered` has its line in
    the simple form.
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


def to_q(tree: Segment, rings: Rings | None = None) -> Q:
    """Return the condition on Subscriber that `core.segment.matches` is in Python."""
    if rings is None:
        rings = rings_of([tree])
    match tree:
        case All(of):
            return reduce(and_, (to_q(part, rings) for part in of), SOMEBODY)
        case Any(of):
            return reduce(or_, (to_q(part, rings) for part in of), NOBODY)
        case Not(of):
            return ~to_q(of, rings)
        case Likes(interest):
            return Q(interests__contains=[interest.value])
        case Speaks(language):
            return Q(language=language)
        case Near():
            communes = rings[tree]
            return Q(commune__in=sorted(communes)) if communes else NOBODY
        case InDepartment(code):
            return Q(department=code)
        case Kind(kind):
            return Q(kind=kind.value)
        case SubscribedSince(day):
            return Q(subscribed_on__gte=day)
        case Told(name, value):
            return _told[name](value)
        case _:
            assert_never(tree)


def facts_of(subscriber: Subscriber) -> Facts:
    """Return what a segment may ask of this reader."""
    return Facts(
        language=subscriber.language,
        commune=subscriber.commune,
        department=subscriber.department,
        interests=frozenset(subscriber.interests),
        kind=subscriber.kind,
        subscribed_on=subscriber.subscribed_on,
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
    rings = rings_of(trees)
    names = {f"of_{index}": Count("pk", filter=to_q(tree, rings)) for index, tree in enumerate(trees)}
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
    """Return each segment as one sentence, with one query for the names of all the places."""
    asked = {leaf.commune for tree in trees for leaf in leaves(tree) if isinstance(leaf, Near)}
    names = dict(Place.objects.filter(insee__in=asked).values_list("insee", "name")) if asked else {}
    return [sentence.describe(tree, lambda insee: names.get(insee, insee), language) for tree in trees]


def tree_of(row: SegmentRow) -> Segment:
    """Return a stored segment's tree."""
    return parse(row.tree)


class NameTaken(Exception):
    """Another segment bears this name, perhaps since a moment ago."""


def keep(*, name: str, tree: Segment, by: User | None) -> SegmentRow:
    """Store a new segment under a name of its own; raise NameTaken if it is not."""
    try:
        with transaction.atomic():
            return SegmentRow.objects.create(name=name, tree=to_json(tree), created_by=by)
    except IntegrityError:
        raise NameTaken from None


def change(row: SegmentRow, *, name: str, tree: Segment) -> SegmentRow:
    """Give a segment another name or question; campaigns already planned keep the tree they were planned with."""
    try:
        with transaction.atomic():
            held = SegmentRow.objects.select_for_update().get(pk=row.pk)
            held.name, held.tree = name, to_json(tree)
            held.save(update_fields=["name", "tree"])
    except IntegrityError:
        raise NameTaken from None
    return held
