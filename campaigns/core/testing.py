"""The life of a test mail, and how many there may be."""

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    ASKED = "asked"
    LEAVING = "leaving"  # in one worker's hands; a second one leaves it alone
    SENT = "sent"
    NOT_TAKEN = "not_taken"
    CAME_BACK = "came_back"
    ARRIVED = "arrived"  # and was compared


KEEP = timedelta(days=7)
# So that nobody writes to the world by test mails, nor makes us ask the DNS all day.
MOST_AN_HOUR = 10
MOST_COMPARED = 30
# A letter of some 100 kB leaves; what is larger than this is none of ours.
MOST_BYTES = 1_000_000
WAITS = (State.SENT, State.CAME_BACK, State.ARRIVED)
