"""Why a reader whom a letter describes is left out of it all the same."""

from datetime import timedelta
from enum import StrEnum

# "Moins souvent": at most one edition in four weeks.
MONTHLY = timedelta(days=28)
# The association's cap is over a rolling week.
WEEK = timedelta(days=7)
# A message settles within a week of its list being drawn up, and a second round some days later.
SETTLES_WITHIN = timedelta(days=21)


class LeftOut(StrEnum):
    """The first that is true is told."""

    PAUSED = "paused"
    EDITION_BEFORE = "edition_before"
    OPERATIONS = "operations"
    MONTHLY = "monthly"
    CAPPED = "capped"
