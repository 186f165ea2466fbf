"""What a human may send again, and what a proof makes of a doubt."""

from enum import StrEnum

from campaigns.core.delivery import Turn

# A Return-Path has three bits for the round: what is said of the seventh is said of all that follow.
LAST_SAID = 7


class Proof(StrEnum):
    """What evidence says of a message whose answer was lost."""

    SENT = "sent"
    REFUSED = "refused"
    UNSENT = "unsent"


TURN_OF = {
    Proof.SENT: Turn.PROVE_SENT,
    Proof.REFUSED: Turn.PROVE_REFUSED,
    Proof.UNSENT: Turn.PROVE_UNSENT,
}

# Another day may bring another answer. An address that does not exist, a message too large or unwanted, and a
# row that cannot be written stay what they are: trying them again only costs our good name.
WORTH_RETRYING = frozenset({"mailbox_full", "policy", "authentication", "throttle", "quota", "transient", "unknown"})
