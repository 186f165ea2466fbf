"""What a human does about mail that came back and could not be used: try it again, or put it aside."""

from datetime import datetime

from django.db.models import Q, QuerySet

from campaigns import inbox
from campaigns.core.parking import TRIES, Problem
from campaigns.inbox import Outcome
from campaigns.models import ParkedMail
from newsletter.models import User


def waiting() -> QuerySet[ParkedMail]:
    """Return what is parked and that nobody has put aside, the newest first."""
    given_up = Q(problem=Problem.NOT_UNDERSTOOD) | Q(tries__gte=TRIES)
    return ParkedMail.objects.filter(given_up, aside_at__isnull=True).order_by("-last_at", "-pk")


def try_again(row: ParkedMail, *, now: datetime) -> Outcome:
    """Read a parked mail once more, and forget it if it could be used; raise sealing.Unreadable.

    It is tried after the fault was mended: what fails again stays parked, and says when it was tried.
    """
    outcome = inbox.take(inbox.unpark(row), now=now)
    if outcome not in (Outcome.PARKED, Outcome.NOT_OURS):
        ParkedMail.objects.filter(pk=row.pk).delete()
    return outcome


def put_aside(row: ParkedMail, *, by: User, now: datetime) -> bool:
    """Show a mail no more; it is forgotten with its month. Return whether that is news."""
    return bool(ParkedMail.objects.filter(pk=row.pk, aside_at__isnull=True).update(aside_at=now, aside_by=by))
