"""What we hold of a reader, told to them and forgotten: each wing registers the tables that may name a person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from audiences import subscriptions, suppressions
from audiences.core.consent import Method, StopReason
from audiences.models import Subscriber

Row = Mapping[str, object]
SOURCE = "privacy"


@dataclass(frozen=True)
class Person:
    """Whom it is about, in the three ways in which tables may know them."""

    subscriber: int
    address: str
    key: bytes


Tells = Callable[[Person], Iterable[Row]]
Forgets = Callable[[Person], object]


@dataclass(frozen=True)
class Holding:
    """One table and its columns that may be about a reader; how it tells, and how it forgets, what it holds."""

    model: type[Model]
    fields: tuple[str, ...]
    tell: Tells
    forget: Forgets


_holdings: dict[str, Holding] = {}


def register(model: type[Model], *fields: str, tell: Tells, forget: Forgets) -> None:
    """Have a table take part in "my data" and in erasure, with the columns that may be about a reader."""
    _holdings[model._meta.label] = Holding(model, fields, tell, forget)


def holdings() -> dict[str, Holding]:
    """Return every table that may hold a reader, by its label."""
    return dict(_holdings)


def nothing(person: Person) -> tuple[Row, ...]:
    """Tell nothing: it is told with another table, or names nobody whom we could tell from others."""
    return ()


def stays(person: Person) -> None:
    """Forget nothing: only a keyed hash stands there, which the law wants kept."""


def goes_along(person: Person) -> None:
    """Forget nothing by itself: it goes with another table of its wing."""


def person_of(subscriber: Subscriber) -> Person:
    """Return a reader as every table may know them."""
    return Person(subscriber.pk, subscriber.address, bytes(subscriber.address_key))


def tell(subscriber: Subscriber) -> dict[str, list[Row]]:
    """Return everything that is held of a reader, by the name of its table: theirs to see and to take along."""
    person = person_of(subscriber)
    told = {holding.model._meta.model_name or "": list(holding.tell(person)) for holding in _holdings.values()}
    return {name: rows for name, rows in told.items() if rows}


@transaction.atomic
def erase(
    subscriber: Subscriber, *, method: Method, source: str = SOURCE, silently: bool = False, now: datetime
) -> None:
    """Forget a reader in every table. Their subscriptions end first, each with its line of consent.

    A keyed hash stays in the ledger and among the suppressions, so that no file brings them back; their own demand,
    confirmed, lifts it. Who never confirmed goes `silently`: they have said nothing yet, neither yes nor no.
    """
    person = person_of(subscriber)
    suppressions.hold(person.key)
    if not silently:
        for standing in subscriber.subscriptions.select_related("newsletter").order_by("pk"):
            subscriptions.leave(standing.newsletter, person.key, method=method, source=source, now=now)
        suppressions.suppress(person.key, reason=StopReason.ERASED, source=source, now=now)
    for holding in reversed(_holdings.values()):  # what points at a row goes before the row
        holding.forget(person)
