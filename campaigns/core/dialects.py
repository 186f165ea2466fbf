"""The tags that mailbox operators put into their replies, and what their own pages say of them.

Orange and La Poste share a numbering (OFR…_416, LPN…_416), SFR has SFR_IN_xnn, Yahoo [TSnn], Microsoft (Snnnn),
Gmail ?p=Name. Each entry: the fault, and whether it speaks of our domain or server as such, so that every further
message meets the same word. The replies that it was made from are in data/bounces/replies.csv with their sources.
"""

import re
from dataclasses import dataclass

from campaigns.core.fault import Fault

F = Fault


@dataclass(frozen=True)
class Reading:
    """What a reply says: the fault, and whether the operator documents it as ours for every message."""

    fault: Fault
    sure: bool = False


def _many(fault: Fault, sure: bool, *numbers: int) -> dict[int, Reading]:
    return dict.fromkeys(numbers, Reading(fault, sure))


FRANCE = re.compile(r"\b(?:ofr|lpn|ouk)(?:aaa|\d{3})?[ _-]?(\d{3})\b")
FRENCH: dict[int, Reading] = {
    **_many(F.POLICY, True, 100, 101, 102, 103, 107),  # our address is listed, or has no PTR
    **_many(F.POLICY, True, *range(200, 210)),  # our EHLO name
    **_many(F.POLICY, True, 403, 405, 415, 421, 425),  # our sender or its domain
    **_many(F.AUTHENTICATION, True, *range(390, 400), 401, 515, 517, 519, 535),  # SPF, DKIM, DMARC
    **_many(F.AUTHENTICATION, False, 305, 402),
    **_many(F.THROTTLE, False, 104, 105, 109, 411, 503, *range(988, 1000)),
    **_many(F.TRANSIENT, False, 302, 423, 424, 505),
    **_many(F.UNKNOWN_USER, False, 416, 418),
    **_many(F.MAILBOX_FULL, False, 417),
    **_many(F.UNKNOWN, False, 420, 426),  # archived, blocked: the mailbox exists
    **_many(F.CONTENT, False, 506, 513, 536),
    **_many(F.POLICY, False, 108, 510, 630),
    **_many(F.SIZE, False, 514),
}

TAGS: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern), Reading(fault, sure))
    for pattern, fault, sure in (
        # SFR: the last two digits tell why; each is a block of our address for two hours.
        (r"\bsfr_in_\d02\b", F.CONTENT, False),
        (r"\bsfr_in_\d\d\d\b|\bgu_eib_\d\d\b", F.THROTTLE, False),
        # Free: up to 24 hours.
        (r"too many (spams|errors) from your ip", F.THROTTLE, False),
        # Yahoo, AOL: deferred for now, or for good.
        (r"\[(ip)?tss?\d\d\] (all )?messages from \S+ temporarily deferred", F.THROTTLE, False),
        (r"\[(ip)?tss?\d\d\] all messages from \S+ will be permanently deferred", F.POLICY, True),
        (r"\[bl\d\d\]", F.POLICY, True),
        (r"\[ph\d\d\]", F.CONTENT, False),
        (r"yahoo requires all senders to authenticate", F.AUTHENTICATION, True),
        # Microsoft: block lists, of our address or of our domain.
        (r"\(s31(40|50)\)|\(s8\d\d\d\)", F.POLICY, True),
        (r"\b5\.7\.(511|6(0[6-9]|[1-4]\d)) ", F.POLICY, True),
        (r"\brecipientnotfound\b|not found by smtp address lookup", F.UNKNOWN_USER, False),
        (r"\b5\.5\.0 requested action not taken: mailbox unavailable", F.UNKNOWN_USER, False),
        (r"\bsubmissionquotaexceeded|submission quota exceeded|storedrv\.submission", F.QUOTA, False),
        # Gmail.
        (r"[?&]p=nosuchuser\b", F.UNKNOWN_USER, False),
        (r"[?&]p=disableduser\b", F.UNKNOWN, False),
        (r"[?&]p=overquota", F.MAILBOX_FULL, False),
        (r"[?&]p=receivingrate", F.TRANSIENT, False),
        (r"[?&]p=unsolicitedmessageerror\b", F.CONTENT, False),
        (r"[?&]p=unsolicitedratelimiterror\b", F.THROTTLE, False),
        (r"[?&]p=unsolicitediperror\b|[?&]p=notauthorizederror\b", F.POLICY, True),
        # Apple.
        (r"\[hme1\]", F.AUTHENTICATION, True),
        (r"\[(cs|hm)\d\d\] message rejected due to local policy", F.CONTENT, False),
    )
)


def by_tag(text: str) -> Reading | None:
    """Return what the operator's own tag says; None when the (lower-case) reply bears none that we know."""
    found = FRANCE.search(text)
    if found and int(found[1]) in FRENCH:
        return FRENCH[int(found[1])]
    return next((reading for pattern, reading in TAGS if pattern.search(text)), None)
