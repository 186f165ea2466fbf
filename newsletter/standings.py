"""How the sending of an edition stands, asked of the wing that sends: this one only shows the answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.models import Edition


@dataclass(frozen=True)
class Standing:
    """What is said of an edition that is sent: in words, in which tone, where to look, and whether it is over."""

    words: str
    tone: str
    path: str
    over: bool = False


Teller = Callable[[Sequence[int]], dict[int, Standing]]
_tellers: list[Teller] = []


def ask(teller: Teller) -> None:
    """Ask this teller from now on: it answers for the editions, by their ids, that have a sending."""
    if teller not in _tellers:
        _tellers.append(teller)


def published(*, today: date) -> list[Edition]:
    """Return the locked editions that have left, or whose day has come, the newest first.

    What is locked for a later day stands at its own address already, for those who reread it before it leaves.
    """
    locked = Edition.objects.filter(locked_at__isnull=False).select_related("newsletter")
    found = show(locked.order_by("-planned_on", "-pk"))
    return [row for row in found if row.planned_on <= today or (row.standing and row.standing.over)]  # type: ignore[attr-defined]


def show(editions: Iterable[Edition]) -> list[Edition]:
    """Return the editions, each with its `standing` or None."""
    found = list(editions)
    told: dict[int, Standing] = {}
    for teller in _tellers:
        told |= teller([edition.pk for edition in found if edition.is_locked])
    for edition in found:
        edition.standing = told.get(edition.pk)  # type: ignore[attr-defined]
    return found
