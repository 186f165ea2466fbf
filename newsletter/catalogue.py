"""A tourism catalogue becomes rows: a file is read and counted first, and taken in when that is confirmed.

Nothing is half imported: reading writes to a table of its own, confirming is one transaction. The same file again
changes nothing. What a file no longer names is stale; no listing is ever deleted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from newsletter import places
from newsletter.core import catalogue as reader
from newsletter.core import listing as values
from newsletter.core.listing import Kind, Period, Refused
from newsletter.models import CatalogueImport, Listing, Member, Place, StagedListing, User

T = TypeVar("T")
BATCH = 500
# So many refusals are kept by name; all of them are counted.
NAMED = 200
WAITS = timedelta(days=1)
# "garrigue catalogue", as PostgreSQL names a lock
LOCK = 0x6761_7272_6361


class Overtaken(Exception):
    """A newer file of the same feed was taken in since this one was read."""


class TooMany(Exception):
    """More objects than may be read while somebody waits for the page."""


@dataclass(frozen=True)
class Counts:
    """What a file brings, exactly: read before it is confirmed, and said again when it is done."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: int = 0
    reasons: tuple[Refused, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.updated or self.stale)


@dataclass
class _Tally:
    """The count of a file while it is read."""

    known: Mapping[str, tuple[str, bool, bool]]
    seen: set[str] = field(default_factory=set)
    spared: set[str] = field(default_factory=set)
    reasons: list[Refused] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def refuse(self, one: Refused) -> None:
        self.refused += 1
        if one.identifier:
            self.spared.add(one.identifier)
        if len(self.reasons) < NAMED:
            self.reasons.append(one)

    def meet(self, identifier: str, fingerprint: str) -> None:
        self.seen.add(identifier)
        standing = self.known.get(identifier)
        if standing is None:
            self.new += 1
        elif standing[:2] == (fingerprint, False):
            self.unchanged += 1
        else:
            self.updated += 1

    def counts(self, gone: frozenset[str], *, partial: bool) -> Counts:
        return Counts(
            self.new,
            self.updated,
            self.unchanged,
            len(lost(self.known, self.seen, self.spared, gone, partial=partial)),
            self.refused,
            tuple(self.reasons),
        )


def lost(
    known: Mapping[str, tuple[str, bool, bool]],
    seen: Iterable[str],
    spared: Iterable[str],
    gone: Iterable[str],
    *,
    partial: bool,
) -> set[str]:
    """Return the identifiers that a file makes stale: what it says is gone, and, if it is whole, what it lacks."""
    here = {identifier for identifier, (_fingerprint, stale, ours) in known.items() if ours and not stale}
    standing = {identifier for identifier, (_fingerprint, stale, _ours) in known.items() if not stale}
    absent = set() if partial else here - set(spared)
    return (absent | (standing & set(gone))) - set(seen)


def dry_run(file: IO[bytes], *, feed: str = "", partial: bool = False) -> Counts:
    """Return what the file would bring, and write nothing; raise BadFeed for what is no catalogue."""
    told = reader.read(file)
    tally = _Tally(_known(told.source, feed or told.source.value))
    for one in told.objects:
        if isinstance(one, Refused):
            tally.refuse(one)
        else:
            tally.meet(one.identifier, one.fingerprint())
    return tally.counts(told.gone, partial=partial)


@transaction.atomic
def stage(
    file: IO[bytes],
    *,
    name: str,
    by: User | None,
    now: datetime,
    feed: str = "",
    partial: bool = False,
    most: int | None = None,
) -> CatalogueImport:
    """Read the file into a place of its own and count it; raise BadFeed, or TooMany, and nothing is kept."""
    told = reader.read(file)
    feed = feed or told.source.value
    row = CatalogueImport.objects.create(
        source=told.source, feed=feed, file_name=name[:120], partial=partial, read_at=now, read_by=by
    )
    tally = _Tally(_known(told.source, feed))
    for batch in _batches(told.objects):
        rows = []
        for one in batch:
            if isinstance(one, Refused):
                tally.refuse(one)
                continue
            fingerprint = one.fingerprint()
            tally.meet(one.identifier, fingerprint)
            rows.append(
                StagedListing(
                    catalogue_import=row,
                    identifier=one.identifier,
                    told=values.to_json(one),
                    fingerprint=fingerprint,
                )
            )
        StagedListing.objects.bulk_create(rows)
        if most is not None and len(tally.seen) > most:
            raise TooMany
    counts = tally.counts(told.gone, partial=partial)
    row.gone, row.spared = sorted(told.gone), sorted(tally.spared)
    row.refused = [[one.name, one.flaw.value] for one in counts.reasons]
    row.counts = _kept(counts)
    row.save()
    return row


@transaction.atomic
def confirm(row: CatalogueImport, *, by: User | None, now: datetime) -> Counts:
    """Take the file in; pressed twice, it happens once. Raise Overtaken if a newer one of its feed came first."""
    with connection.cursor() as cursor:
        # one catalogue at a time, or two files would count each other's rows as new
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    row.refresh_from_db()
    if row.confirmed_at is not None:
        return counts_of(row)
    later = CatalogueImport.objects.filter(source=row.source, feed=row.feed, read_at__gt=row.read_at)
    if later.filter(confirmed_at__isnull=False).exists():
        raise Overtaken
    known = _known(values.Source(row.source), row.feed)
    tally = _Tally(known, spared=set(row.spared))
    gazetteer = _Gazetteer()
    for batch in _batches(row.staged.order_by("pk").iterator(BATCH)):
        _take(batch, row, tally, gazetteer, now=now)
    stale = lost(known, tally.seen, row.spared, row.gone, partial=row.partial)
    for identifiers in _batches(sorted(stale)):
        Listing.objects.filter(source=row.source, identifier__in=identifiers).update(stale_since=now)
    counts = Counts(tally.new, tally.updated, tally.unchanged, len(stale), int(row.counts.get("refused", 0)))
    row.counts, row.confirmed_at, row.confirmed_by = _kept(counts), now, by
    row.save()
    row.staged.all().delete()
    return counts_of(row)


@transaction.atomic
def take_in(
    file: IO[bytes], *, name: str, by: User | None, now: datetime, feed: str = "", partial: bool = False
) -> Counts:
    """Read the file and take it in, in one transaction."""
    return confirm(stage(file, name=name, by=by, now=now, feed=feed, partial=partial), by=by, now=now)


@transaction.atomic
def discard(row: CatalogueImport) -> bool:
    """Forget a file that was read and is not wanted; return whether there was one to forget."""
    return bool(CatalogueImport.objects.filter(pk=row.pk, confirmed_at=None).delete()[0])


@transaction.atomic
def forget_unconfirmed(*, now: datetime) -> int:
    """Forget the files that nobody confirmed within a day, and return how many they were."""
    old = CatalogueImport.objects.filter(confirmed_at=None, read_at__lt=now - WAITS)
    return old.delete()[1].get("newsletter.CatalogueImport", 0)


def counts_of(row: CatalogueImport) -> Counts:
    """Return what a file brings, or brought."""
    reasons = tuple(Refused(name, values.Flaw(flaw)) for name, flaw in row.refused)
    return Counts(**{name: int(count) for name, count in row.counts.items()}, reasons=reasons)


def told_by(row: Listing) -> values.Listing:
    """Return all that the catalogue says of it."""
    return values.from_json(row.told)


@transaction.atomic
def become(row: Listing, member: Member | None) -> None:
    """Say which member this listing is about; None parts them. The member's own words stay as they are."""
    Listing.objects.filter(pk=row.pk).update(member=member)
    row.member = member


def like(row: Listing) -> QuerySet[Member]:
    """Return the members that this listing may be about: of its name, its address or its site."""
    told = told_by(row)
    same = Q(name__iexact=row.name)
    if told.email:
        same |= Q(email__iexact=told.email)
    host = (urlsplit(told.website).hostname or "").removeprefix("www.")
    if host:
        same |= Q(website__icontains=f"://{host}") | Q(website__icontains=f"://www.{host}")
    return Member.objects.filter(same).select_related("commune").order_by("name")


def _known(source: values.Source, feed: str) -> dict[str, tuple[str, bool, bool]]:
    """Return of each listing of the source its fingerprint, whether it is stale, and whether it is of this feed."""
    rows = Listing.objects.filter(source=source).values_list("identifier", "fingerprint", "stale_since", "feed")
    return {identifier: (digest, stale is not None, of == feed) for identifier, digest, stale, of in rows.iterator()}


def _take(
    batch: Sequence[StagedListing], row: CatalogueImport, tally: _Tally, gazetteer: "_Gazetteer", *, now: datetime
) -> None:
    fresh: list[Listing] = []
    changed: list[str] = []
    for one in batch:
        known = tally.known.get(one.identifier)
        tally.meet(one.identifier, one.fingerprint)
        if known is None or known[:2] != (one.fingerprint, False):
            fresh.append(_row(one, row, gazetteer, now=now))
        elif not known[2]:
            changed.append(one.identifier)
    of_source = Listing.objects.filter(source=row.source)
    of_source.filter(identifier__in=changed).update(feed=row.feed)
    Listing.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["source", "identifier"],
        update_fields=[
            *("feed", "kind", "category", "name", "commune", "starts_on", "ends_on"),
            *("told", "fingerprint", "changed_at", "stale_since"),
        ],
    )


def _row(one: StagedListing, row: CatalogueImport, gazetteer: "_Gazetteer", *, now: datetime) -> Listing:
    told = values.from_json(one.told)
    starts, ends = _season(told.kind, told.periods)
    return Listing(
        source=row.source,
        identifier=one.identifier,
        feed=row.feed,
        kind=told.kind,
        category=told.category or "",
        name=told.name,
        commune=gazetteer.find(told),
        starts_on=starts,
        ends_on=ends,
        told=one.told,
        fingerprint=one.fingerprint,
        first_seen_at=now,
        changed_at=now,
    )


def _season(kind: Kind, periods: Sequence[Period]) -> tuple[date | None, date | None]:
    """Return when an event begins and ends; what is open in a season is not over after it."""
    if kind is not Kind.EVENT or not periods:
        return None, None
    return periods[0].first, periods[-1].last


class _Gazetteer:
    """Communes as a feed names them, each asked for once: by their INSEE code, else by name and postcode."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], Place | None] = {}

    def find(self, told: values.Listing) -> Place | None:
        key = (told.insee, told.commune, told.postcode)
        if key not in self._known:
            self._known[key] = Place.objects.filter(pk=told.insee).first() or self._named(told)
        return self._known[key]

    def _named(self, told: values.Listing) -> Place | None:
        found = places.named(f"{told.commune} {told.postcode}") if told.commune and told.postcode else []
        return found[0] if len(found) == 1 else None


def _kept(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in ("new", "updated", "unchanged", "stale", "refused")}


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    source: Iterator[Any] = iter(found)
    while batch := list(islice(source, BATCH)):
        yield batch
