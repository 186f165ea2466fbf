"""What an offer brought, told to its member when the operation is over: asked of the wing that sends."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.models import Offer


@dataclass(frozen=True)
class Summary:
    """The sentences of the mail, in the language of the moment, and the page that says more."""

    lines: tuple[str, ...]
    path: str


Teller = Callable[[Offer], Summary | None]
_tellers: list[Teller] = []


def ask(teller: Teller) -> None:
    """Ask this teller from now on: it answers for an offer that has left in a letter, and for no other."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(offer: Offer) -> Summary | None:
    """Return what is known of the offer; nothing where it never left."""
    return next((told for teller in _tellers if (told := teller(offer))), None)
