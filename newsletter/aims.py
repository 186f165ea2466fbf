"""Which readers an operation is for, asked of the wing that sends: this one only says it in words."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.models import Operation


@dataclass(frozen=True)
class Target:
    """A group of readers: its name, and what it means in a sentence."""

    name: str
    meaning: str


Teller = Callable[[int], list[Target]]
_tellers: list[Teller] = []


def ask(teller: Teller) -> None:
    """Ask this teller from now on: it answers for an operation, by its id, in the language of the page."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(operation: Operation) -> list[Target]:
    """Return the groups that the operation is for; none means every reader."""
    return [target for teller in _tellers for target in teller(operation.pk)]
