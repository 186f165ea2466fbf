"""The life of one message to one reader. A row in SENDING is never put back by time."""

from enum import StrEnum


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"


class Turn(StrEnum):
    """What may happen to a delivery."""

    ARM = "arm"
    DISARM = "disarm"  # by the lease holder that armed it, while no body byte was written
    ACCEPT = "accept"  # 250 after the final dot
    DEFER = "defer"  # 4xx, or any error before the final dot
    REFUSE = "refuse"  # 5xx
    LOSE = "lose"  # no definite answer after the final dot
    SKIP = "skip"  # suppressed, no consent, erased, capped
    EXPIRE = "expire"
    CANCEL = "cancel"
    PROVE_SENT = "prove_sent"
    PROVE_REFUSED = "prove_refused"
    PROVE_UNSENT = "prove_unsent"
    ARRIVE = "arrive"  # the world speaks of it as of one that left
    BOUNCE = "bounce"  # it came back after it had been accepted
    RESEND = "resend"  # by a human, as a new round


S, T = DeliveryState, Turn
MOVES: dict[DeliveryState, dict[Turn, DeliveryState]] = {
    S.QUEUED: {T.ARM: S.SENDING, T.SKIP: S.SKIPPED, T.EXPIRE: S.EXPIRED, T.CANCEL: S.CANCELLED},
    S.SENDING: {
        T.DISARM: S.QUEUED,
        T.ACCEPT: S.SENT,
        T.DEFER: S.QUEUED,
        T.REFUSE: S.FAILED,
        T.LOSE: S.IN_DOUBT,
        # what the world says may overtake the receipt, which then finds nothing left to settle
        T.ARRIVE: S.SENT,
        T.BOUNCE: S.FAILED,
    },
    S.IN_DOUBT: {
        T.PROVE_SENT: S.SENT,
        T.PROVE_REFUSED: S.FAILED,
        T.PROVE_UNSENT: S.QUEUED,
        T.RESEND: S.QUEUED,
        T.ARRIVE: S.SENT,
        T.BOUNCE: S.FAILED,
    },
    S.FAILED: {T.RESEND: S.QUEUED},
    S.SENT: {T.BOUNCE: S.FAILED},
    S.SKIPPED: {},
    S.EXPIRED: {},
    S.CANCELLED: {},
}

OPEN = (S.QUEUED, S.SENDING)
# What may still have reached a mailbox, or will: never enqueue the same edition for this reader again.
REACHED_OR_OPEN = (S.QUEUED, S.SENDING, S.SENT, S.IN_DOUBT)


class SkipReason(StrEnum):
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    ERASED = "erased"
    PAUSED = "paused"
    CAPPED = "capped"
