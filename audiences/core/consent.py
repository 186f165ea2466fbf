"""What was said and when, and what stands: the last word said counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Act(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Method(StrEnum):
    """How a person said it, in DUTIES' words (L1)."""

    DOUBLE_OPT_IN = "double_opt_in"
    FORM = "form"
    ATTESTED_IMPORT = "attested_import"
    ADMIN = "admin"
    ONE_CLICK = "one_click"
    PREFERENCE_CENTRE = "preference_centre"
    MAIL = "mail"  # a mail to the address in List-Unsubscribe
    PROVIDER = "provider"  # told by the mail provider whose link they used
    COMPLAINT = "complaint"  # "this is spam", told by their mailbox operator
    RETENTION = "retention"  # nobody: three years have passed without a word of theirs (L5)


class Purpose(StrEnum):
    """Receiving and being measured are two consents (L7)."""

    NEWSLETTER = "newsletter"
    TRACKING = "tracking"


class SubscriptionState(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"
    ENDED = "ended"


@dataclass(frozen=True)
class Said:
    act: Act
    at: datetime


def stands(lines: Iterable[Said]) -> bool:
    """Return whether consent stands after these lines, in any order; withdrawal wins a tie."""
    spoken = [line for line in lines if line.act is not Act.ASKED]
    if not spoken:
        return False
    last = max(spoken, key=lambda line: (line.at, line.act is Act.WITHDRAWN))
    return last.act is Act.GIVEN


# Nobody can have a stranger's mailbox filled: one confirmation mail a day, three until one is answered.
ASK_AGAIN_AFTER = timedelta(hours=24)
ASKS_UNANSWERED = 3


def may_ask(lines: Iterable[Said], now: datetime) -> bool:
    """Return whether one more confirmation mail may be sent after these lines, in any order.

    Every ASKED line is a mail that was sent; a GIVEN line answers all before it.
    """
    said = list(lines)
    answered = max((line.at for line in said if line.act is Act.GIVEN), default=None)
    open_ = [line.at for line in said if line.act is Act.ASKED and (answered is None or line.at > answered)]
    return not open_ or (len(open_) < ASKS_UNANSWERED and now - max(open_) >= ASK_AGAIN_AFTER)


class StopReason(StrEnum):
    """Why an address is never to be written to."""

    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    UNKNOWN_USER = "unknown_user"
    BOUNCED = "bounced"  # three of five came back, though the address may exist
    ERASED = "erased"
    BOARD = "board"


class CustomerKind(StrEnum):
    DIRECT = "direct"
    TRADE = "trade"
    PRESS = "press"


# Who asks for the letter again and proves the address is theirs is written to again: a full mailbox that confirms was
# emptied. A complaint, a dead mailbox and a decision of the board are not undone by a form.
LIFTED_BY_CONFIRMING = frozenset({StopReason.UNSUBSCRIBED, StopReason.ERASED, StopReason.BOUNCED})


def replaced_by(reason: StopReason) -> frozenset[StopReason]:
    """Return the reasons that this one takes the place of, so that it does not matter which was heard first."""
    if reason in LIFTED_BY_CONFIRMING:
        return frozenset()
    # a mailbox that is dead and complained was alive, and somebody read it
    return LIFTED_BY_CONFIRMING | ({StopReason.UNKNOWN_USER} if reason is StopReason.COMPLAINED else frozenset())
