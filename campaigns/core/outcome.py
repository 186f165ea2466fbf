"""From a reply on the wire to the turn a delivery takes, and to whether the whole campaign must stop."""

from datetime import timedelta
from typing import NamedTuple

from campaigns.core.bounce import weigh
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.fault import Fault, Verdict, Whose
from campaigns.core.receipt import Phase, Receipt
from campaigns.core.wordings import discreet

# Most answers: bound once, for a member asked of its class costs ten times a name on Python 3.11.
ACCEPT, REPLIED = Turn.ACCEPT, Phase.REPLIED


class Outcome(NamedTuple):
    """Either a receipt for this row, or a reason to pause: then the row goes back untried.

    `verdict` is for the breaker; None when the message was accepted or nobody answered. `rest` asks to leave the road
    alone for so long. No text in here names an address: the reply's are veiled.
    """

    receipt: Receipt | None
    pause: PauseReason | None = None
    detail: str = ""
    verdict: Verdict | None = None
    rest: timedelta | None = None


def judge(
    delivery: int,
    phase: Phase,
    code: int | None,
    text: str,
    *,
    may_retry: bool,
    attempts: int = 1,
    direct: bool = False,
) -> Outcome:
    """Return what a reply means for one armed message, tried for the so-manyth time.

    No answer after the final dot is doubt and stays doubt; no answer before it may be tried again. What is certainly
    ours to mend pauses. What may be ours gets a second try: if it meets everyone, the breaker has paused the
    campaign by then and no row has failed.
    """
    text = discreet(text)
    if phase is REPLIED and code is not None and 200 <= code < 300:
        return Outcome(Receipt(delivery, ACCEPT, phase, code, text))
    if code is None:
        if phase is Phase.DOT_SENT:
            return Outcome(Receipt(delivery, Turn.LOSE, phase, text=text))
        turn = Turn.DEFER if may_retry else Turn.REFUSE
        return Outcome(Receipt(delivery, turn, phase, text=text, reason=Fault.TRANSIENT.value))
    if phase is Phase.REPLIED and not 400 <= code < 600:
        return Outcome(Receipt(delivery, Turn.LOSE, phase, code, text))  # no definite answer
    verdict = weigh(code, text, phase=phase, direct=direct)
    detail = f"{code} {text}"
    if verdict.stops:
        return Outcome(None, pause_for(verdict), detail, verdict)
    again = code < 500 or verdict.waits or (verdict.suspect and attempts <= 1)
    turn = Turn.DEFER if again and may_retry else Turn.REFUSE
    return Outcome(Receipt(delivery, turn, phase, code, text, verdict.fault.value), None, detail, verdict)


def pause_for(verdict: Verdict) -> PauseReason:
    """Return why a campaign stands still after such a refusal."""
    if verdict.fault is Fault.QUOTA:
        return PauseReason.RELAY_QUOTA
    if verdict.fault is Fault.AUTHENTICATION and verdict.whose is Whose.RELAY:
        return PauseReason.LOGIN_REFUSED
    if verdict.fault in (Fault.POLICY, Fault.AUTHENTICATION):
        return PauseReason.RELAY_POLICY
    return PauseReason.TOO_MANY_FAULTS


def unreached(phase: Phase) -> PauseReason:
    """Return why nothing can leave by a relay that ended the conversation there, before any message."""
    if phase is Phase.AUTH:
        return PauseReason.LOGIN_REFUSED
    if phase is Phase.TLS:
        return PauseReason.RELAY_INSECURE
    return PauseReason.RELAY_UNREACHABLE
