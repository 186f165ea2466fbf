"""What the world says back of a message, and what follows from it. Suppressing a living reader is the worse mistake.

What is told late, twice or in another order comes to the same: each message keeps the gravest word, and each person
what follows from their gravest words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from campaigns.core.delivery import MOVES, DeliveryState, Turn
from campaigns.core.fault import Fault
from campaigns.core.rounds import LAST_SAID


class Heard(StrEnum):
    """What can be heard of a message, in anymail's words. Opens are none of them: no row joins a person to an open."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"  # by our relay or provider, which did not even try
    COMPLAINED = "complained"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    AUTORESPONDED = "autoresponded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One report of one message. `key` is what makes two tellings of it one, among those of the same source.

    `round` is the one that the report is about, 0 where it does not say: providers and servers tell late.
    `at` is the world's time. `fault` says why, for what did not arrive. `about` is the keyed hash of the address that
    the report names, where it names one. `link` and `scanner` (what gave a machine away) are for clicks.
    """

    key: str
    source: str
    delivery: int
    kind: Heard
    at: datetime
    fault: Fault | None = None
    text: str = ""
    about: bytes | None = None
    link: int | None = None
    scanner: str = ""
    round: int = 0

    @property
    def digest(self) -> bytes:
        """What the row is known by: providers write people's addresses into their ids."""
        return sha256(f"{self.source}:{self.key}".encode()).digest()[:16]


class Stop(StrEnum):
    """What a report may mean for the person."""

    NOTHING = "nothing"
    LEAVE = "leave"  # they said so: no more of this newsletter
    COUNT = "count"  # one soft bounce more; three of five are one hard one
    DEAD = "dead"
    COMPLAINED = "complained"


# The address does not exist: the only faults of which one is enough.
HARD = frozenset({Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST})
# The reader's own, and it may pass. What is ours to mend (policy, authentication, content, size, throttle, quota)
# says nothing of the reader and never counts.
SOFT = frozenset({Fault.MAILBOX_FULL, Fault.TRANSIENT, Fault.UNKNOWN})
SOFT_LIMIT, SOFT_OF = 3, 5
# A second report of a message replaces the reason only where it is graver.
GRAVITY = dict.fromkeys(Fault, 0) | dict.fromkeys(SOFT, 1) | dict.fromkeys(HARD, 2)
# Any of these shows that the message left us and was accepted by somebody.
ARRIVED = frozenset(Heard) - {Heard.BOUNCED, Heard.REJECTED, Heard.UNKNOWN}


def is_about(feedback: Feedback, address_key: bytes) -> bool:
    """Return whether a report speaks of the reader: a forwarded copy that bounces says nothing of who forwarded it."""
    return feedback.about is None or feedback.about == address_key


def is_of(feedback: Feedback, state: DeliveryState, round: int) -> bool:
    """Return whether a report may move a message that stands so, in this round of it.

    What is told of an earlier round says nothing of a later one. What names no round is not believed of a message that
    is just leaving anew: its own receipt is about to say.
    """
    if feedback.round:
        return min(feedback.round, LAST_SAID) == min(round, LAST_SAID)
    return round == 1 or state is not DeliveryState.SENDING


def turn_of(feedback: Feedback, *, about_reader: bool = True) -> Turn | None:
    """Return the turn that a message takes by what was heard of it; None where it says nothing of that."""
    if feedback.kind in (Heard.BOUNCED, Heard.REJECTED):
        # What bounced behind the reader's own mailbox had reached it.
        return Turn.BOUNCE if about_reader else Turn.ARRIVE
    return Turn.ARRIVE if feedback.kind in ARRIVED else None


def settle(state: DeliveryState, reason: str, told: Iterable[tuple[Turn, Fault | None]]) -> tuple[DeliveryState, str]:
    """Return what stands after the world's reports; told late or twice, the gravest wins.

    What is queued again, skipped or cancelled is not moved: the word is about a message of before.
    """
    for turn, fault in told:
        reached = MOVES[state].get(turn)
        said = (fault or Fault.UNKNOWN).value
        if reached is DeliveryState.FAILED:
            state, reason = reached, said
        elif reached is not None:
            state, reason = reached, ""
        elif turn is Turn.BOUNCE and state is DeliveryState.FAILED and _gravity(said) > _gravity(reason):
            reason = said
    return state, reason


def stop_of(feedback: Feedback, *, about_reader: bool = True) -> Stop:
    """Return what one report means for the person.

    Whoever was refused by our own provider, was deferred, or answered by a machine, is as alive as before.
    """
    if not about_reader:
        return Stop.NOTHING
    match feedback.kind:
        case Heard.COMPLAINED:
            return Stop.COMPLAINED
        case Heard.UNSUBSCRIBED:
            return Stop.LEAVE
        case Heard.BOUNCED if feedback.fault in HARD:
            return Stop.DEAD
        case Heard.BOUNCED if feedback.fault in SOFT or feedback.fault is None:
            return Stop.COUNT
    return Stop.NOTHING


def worn_out(lately: Sequence[str]) -> bool:
    """Return whether three of the last five messages to a person bounced softly: that counts as one hard bounce.

    Given the reasons of what left for them, the newest first; empty for what arrived.
    """
    return sum(reason in SOFT for reason in lately[:SOFT_OF]) >= SOFT_LIMIT


def _gravity(reason: str) -> tuple[int, str]:
    """Return what orders any two reasons, so that it does not matter which was heard first."""
    return (GRAVITY[Fault(reason)] if reason in GRAVITY else 0), reason
