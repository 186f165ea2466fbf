"""What a refusal means: first the operator's own tag, then its words, then the enhanced code, then the reply code.

A 4xx never says that somebody is dead, and neither does an answer to MAIL or before: no reader was named yet.
"""

from functools import lru_cache

from campaigns.core.dialects import Reading, by_tag
from campaigns.core.enhanced import MEMBERS_ONLY, NOT_BELIEVED, SURE, by_detail, detail_of
from campaigns.core.fault import Fault, Verdict, Whose
from campaigns.core.receipt import Phase
from campaigns.core.wordings import QUOTA, READERS_RATE, RELAYING, SENDER, STANDING, by_words, plain

F = Fault
LOGIN_CODES = (530, 534, 535, 538)
# Before any reader was named: what is refused here is refused for everyone.
BEFORE_READER = (Phase.CONNECT, Phase.EHLO, Phase.TLS, Phase.AUTH, Phase.MAIL)


def classify(code: int, text: str, *, phase: Phase) -> Fault:
    """Return what a 4xx or 5xx reply means, by what it says alone."""
    return _read(code, plain(text), detail_of(text), phase).fault


# A server has few ways to say no, and says them thousands of times.
@lru_cache(maxsize=1024)
def weigh(code: int, text: str, *, phase: Phase, direct: bool = False) -> Verdict:
    """Return whose matter a refusal is; `direct`: said by the reader's own mail exchanger, not by our relay."""
    if not 400 <= code < 600:
        return Verdict(F.TRANSIENT, Whose.OPERATOR if direct else Whose.RELAY)  # no refusal, but no sense either
    said = plain(text)
    detail = detail_of(text)
    reading = _read(code, said, detail, phase)
    fault = reading.fault
    if fault in (F.UNKNOWN_USER, F.UNKNOWN_HOST, F.MAILBOX_FULL):
        return Verdict(fault, Whose.READER, certain=True)
    if fault in (F.THROTTLE, F.TRANSIENT):
        return Verdict(fault, Whose.OPERATOR if direct else Whose.RELAY, certain=fault is F.THROTTLE)
    if fault is F.QUOTA:
        # A mail exchanger grants us nothing that we could have used up: it is a rate.
        return Verdict(F.THROTTLE, Whose.OPERATOR, True) if direct else Verdict(fault, Whose.RELAY, True)
    sure = reading.sure or detail in SURE or (detail in NOT_BELIEVED and ("gsmtp" in said or "gmail" in said))
    if fault is F.AUTHENTICATION:
        if _login(code, said, phase):
            return Verdict(F.POLICY, Whose.OURS) if direct else Verdict(fault, Whose.RELAY, True)
        return Verdict(fault, Whose.OURS, sure)
    if fault is F.POLICY:
        if detail in MEMBERS_ONLY:
            return Verdict(fault, Whose.READER)
        if direct and RELAYING.search(said):
            return Verdict(F.UNKNOWN, Whose.READER)  # their exchanger does not know their domain
        everyone = not direct and (
            (phase in BEFORE_READER and code >= 500) or bool(STANDING.search(said) or RELAYING.search(said))
        )
        return Verdict(fault, Whose.OURS, sure or everyone)
    if fault is F.CONTENT or (fault is F.SIZE and not direct):
        return Verdict(fault, Whose.OURS)
    return Verdict(fault, Whose.READER)


def _read(code: int, said: str, detail: tuple[int, int] | None, phase: Phase) -> Reading:
    reading = by_tag(said) or Reading(_untagged(code, said, detail, phase))
    if reading.fault in (F.UNKNOWN_USER, F.UNKNOWN_HOST):
        if code < 500:
            return Reading(F.TRANSIENT)
        if phase in BEFORE_READER or SENDER.search(said):
            return Reading(F.POLICY)
        if "mailbox unavailable" in said and phase is not Phase.RCPT:
            return Reading(F.UNKNOWN)
    if reading.fault is F.UNKNOWN:
        if code < 500:
            return Reading(F.TRANSIENT)
        if phase in BEFORE_READER:
            return Reading(F.POLICY)
    return reading


def _untagged(code: int, said: str, detail: tuple[int, int] | None, phase: Phase) -> Fault:
    if code in LOGIN_CODES:
        return F.AUTHENTICATION
    if phase is Phase.AUTH:
        return F.AUTHENTICATION if code >= 500 else F.TRANSIENT
    if READERS_RATE.search(said):
        return F.TRANSIENT
    if QUOTA.search(said):
        return F.QUOTA
    if STANDING.search(said) or RELAYING.search(said):
        return F.POLICY
    coded = by_detail(detail, permanent=code >= 500)
    if coded is F.AUTHENTICATION or detail in MEMBERS_ONLY:
        # Here the number is finer than the words: a "rate limit" with 4.7.26 is the price of not being believed.
        return coded or F.POLICY
    worded = by_words(said)
    if worded is not None:
        return worded
    if coded is not None:
        return coded
    if code == 421:
        return F.THROTTLE
    if code < 500:
        return F.TRANSIENT
    if code == 556:
        return F.UNKNOWN_HOST  # RFC 7504: the domain takes no mail
    return F.UNKNOWN


def _login(code: int, said: str, phase: Phase) -> bool:
    return code in LOGIN_CODES or phase is Phase.AUTH or "authentication required" in said
