"""How long a reader is kept: three years after their last own act (CNIL, référentiel 2021-131; DUTIES L5)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

# Asked once whether they stay, and forgotten where they did not answer.
ASKED_AFTER, FORGOTTEN_AFTER = 33, 36
# Who asked for the letter and never confirmed never became a reader.
UNCONFIRMED = timedelta(days=30)


def to_be_asked(today: date) -> date:
    """Return the day such that whoever acted last on it, or before, is to be asked whether they stay."""
    day: date = today - relativedelta(months=ASKED_AFTER)
    return day


def to_be_forgotten(today: date) -> date:
    """Return the day such that whoever acted last on it, or before, is to be forgotten."""
    day: date = today - relativedelta(months=FORGOTTEN_AFTER)
    return day
