"""The life of a campaign: every edge is one UPDATE … WHERE state = old."""

from enum import StrEnum


class CampaignState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ENQUEUING = "enqueuing"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Step(StrEnum):
    LAUNCH = "launch"
    TAKE_BACK = "take_back"
    START = "start"
    RUN = "run"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"


S = CampaignState
MOVES: dict[CampaignState, dict[Step, CampaignState]] = {
    S.DRAFT: {Step.LAUNCH: S.SCHEDULED, Step.CANCEL: S.CANCELLED},
    S.SCHEDULED: {Step.TAKE_BACK: S.DRAFT, Step.START: S.ENQUEUING, Step.CANCEL: S.CANCELLED},
    S.ENQUEUING: {Step.RUN: S.RUNNING, Step.CANCEL: S.CANCELLED},
    S.RUNNING: {Step.PAUSE: S.PAUSED, Step.FINISH: S.FINISHED, Step.CANCEL: S.CANCELLED},
    S.PAUSED: {Step.RESUME: S.RUNNING, Step.CANCEL: S.CANCELLED},
    # Only a human starts a new round: resend to failed, resend these in doubt.
    S.FINISHED: {Step.REOPEN: S.RUNNING},
    S.CANCELLED: {},
}

# From launch to the last row: the edition may not be reopened.
LIVE = (S.SCHEDULED, S.ENQUEUING, S.RUNNING, S.PAUSED)
TAKE_BACK_SECONDS = 60


class PauseReason(StrEnum):
    """Why a campaign stands still, in a word the interface can put into a sentence."""

    BOARD = "board"
    LOGIN_REFUSED = "login_refused"
    RELAY_INSECURE = "relay_insecure"  # no TLS, or nobody we trust vouches for the server
    RELAY_UNREACHABLE = "relay_unreachable"
    RELAY_QUOTA = "relay_quota"
    RELAY_POLICY = "relay_policy"
    TOO_MANY_FAULTS = "too_many_faults"
    COMPLAINTS = "complaints"
    COMPLAINTS_STOP = "complaints_stop"
    UNKNOWN_USERS = "unknown_users"


# Where mailbox operators put a sender aside, going on would cost every later letter: a human may only end it.
NOT_RESUMED = (PauseReason.COMPLAINTS_STOP,)
