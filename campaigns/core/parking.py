"""What cannot be used is parked: what fails three times, and what nobody understands."""

from datetime import timedelta
from enum import StrEnum


class Problem(StrEnum):
    FAILED = "failed"  # our own fault, or the database's: it is tried again
    NOT_UNDERSTOOD = "not_understood"  # it names one of our messages, and says nothing that we know


TRIES = 3
KEEP = timedelta(days=30)


def is_parked(problem: Problem, tries: int) -> bool:
    """Return whether a mail is not tried again."""
    return problem is Problem.NOT_UNDERSTOOD or tries >= TRIES
