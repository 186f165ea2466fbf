"""What a provider's answer to one HTTP call means for the messages in it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.fault import Fault
from campaigns.core.receipt import Phase

# One call is one doubt, so a call is kept small; more go where a key keeps a repeated call from being sent twice.
FEW = 50


@dataclass(frozen=True)
class Manner:
    """How a provider takes a batch: `bodies` names the fields of a call that carries each message whole."""

    batch: int = FEW
    merge: str = ""
    bodies: tuple[str, str, str] | None = None
    idempotency_header: str = ""
    idempotency_extra: str = ""
    # Whether a message may say that it wants no pixel and no rewritten links; elsewhere the account must say so.
    may_refuse_tracking: bool = True

    @property
    def idempotent(self) -> bool:
        return bool(self.idempotency_header or self.idempotency_extra)


MANNERS = {
    "brevo": Manner(merge="brevo", idempotency_extra="idempotencyKey", may_refuse_tracking=False),
    "mailjet": Manner(merge="mailjet"),
    "mailgun": Manner(merge="mailgun"),
    "sparkpost": Manner(merge="sparkpost"),
    "postmark": Manner(bodies=("Subject", "TextBody", "HtmlBody")),
    "resend": Manner(
        batch=100,
        bodies=("subject", "text", "html"),
        idempotency_header="Idempotency-Key",
        may_refuse_tracking=False,
    ),
    "scaleway": Manner(batch=1, may_refuse_tracking=False),
}


class Course(StrEnum):
    """What to do with a call that was not simply taken."""

    PAUSE = "pause"  # ours to mend: the rows go back untried
    WAIT = "wait"  # asked to slow down: the rows go back untried
    UNSENT = "unsent"  # certainly not taken: each may be tried again later
    SPLIT = "split"  # certainly not taken, because of one of them
    DOUBT = "doubt"  # perhaps taken


@dataclass(frozen=True)
class Judgement:
    course: Course
    fault: Fault = Fault.UNKNOWN
    pause: PauseReason | None = None


_QUOTA = re.compile(r"credit|quota|(daily|monthly|hourly|sending|plan|account) ?limit|payment|billing", re.I)
_LOGIN = re.compile(r"api[ _-]?key|token|credential|unauthori[sz]ed|authenticat|password", re.I)
_POLICY = re.compile(
    r"\bsender|\bfrom[ _-]?(address|email|domain)|not (been )?(verified|activated|validated|confirmed)"
    r"|domain not found|suspended|pending approval|disabled",
    re.I,
)


def judge_call(status: int | None, text: str, *, phase: Phase, repeated: bool = False) -> Judgement:
    """Return what the end of a call means; no status is no answer.

    Nothing but an answer that says so proves that a whole request was not taken. Where an earlier try of the same
    call may have been taken (`repeated`), only success ends the doubt.
    """
    if repeated:
        return Judgement(Course.DOUBT)
    if status is None:
        return _unanswered(phase)
    if phase is Phase.BODY and status >= 500:
        return Judgement(Course.UNSENT, Fault.TRANSIENT)
    return _refused(status, text)


def _unanswered(phase: Phase) -> Judgement:
    if phase in (Phase.DOT_SENT, Phase.REPLIED):
        return Judgement(Course.DOUBT)
    if phase in (Phase.CONNECT, Phase.TLS):
        return Judgement(Course.PAUSE, Fault.TRANSIENT, PauseReason.RELAY_UNREACHABLE)
    return Judgement(Course.UNSENT, Fault.TRANSIENT)


def _refused(status: int, text: str) -> Judgement:
    if status == 402 or (status in (400, 403, 422, 429) and _QUOTA.search(text)):
        return Judgement(Course.PAUSE, Fault.QUOTA, PauseReason.RELAY_QUOTA)
    if status == 401 or (status == 403 and _LOGIN.search(text)):
        return Judgement(Course.PAUSE, Fault.AUTHENTICATION, PauseReason.LOGIN_REFUSED)
    if status in (429, 503):
        return Judgement(Course.WAIT, Fault.THROTTLE)
    if status in (408, 425):
        return Judgement(Course.UNSENT, Fault.TRANSIENT)
    # An answer in the 2xx that cannot be read, a conflict with a call under way, a gateway that lost its server.
    if 200 <= status < 300 or status == 409 or status >= 500:
        return Judgement(Course.DOUBT)
    if status == 413:
        return Judgement(Course.SPLIT, Fault.SIZE)
    if status not in (400, 422) or _POLICY.search(text):
        return Judgement(Course.PAUSE, Fault.POLICY, PauseReason.RELAY_POLICY)
    return Judgement(Course.SPLIT)


# anymail's words for one recipient; a word that is missing here says nothing definite.
TURNS = {
    "sent": Turn.ACCEPT,
    "queued": Turn.ACCEPT,
    "rejected": Turn.REFUSE,
    "invalid": Turn.REFUSE,
    "failed": Turn.REFUSE,
}


def turn_of(status: str | None) -> Turn:
    """Return the turn that a recipient's status means; what is not definite is doubt."""
    return TURNS.get(status or "", Turn.LOSE)


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait, an hour at most; None when it says nothing readable."""
    try:
        wait = timedelta(seconds=int(value)) if value.strip().isdigit() else parsedate_to_datetime(value) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), timedelta(hours=1))
