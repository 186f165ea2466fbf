"""Enhanced status codes: RFC 3463, the registry of RFC 5248, and Microsoft's own numbers above a hundred.

Only what decides is listed. Deliberately absent, hence UNKNOWN when it is all that a refusal says:
X.1.0 and X.2.0 ("other"), X.1.3 (our spelling may be at fault), X.1.4, X.2.1 (disabled: the mailbox exists),
X.4.1 (Microsoft's "Recipient address rejected: Access denied" means a dead address or a misconfigured domain).
"""

import re

from campaigns.core.fault import Fault

F = Fault
BY_DETAIL: dict[tuple[int, int], Fault] = {
    (1, 1): F.UNKNOWN_USER,
    (1, 2): F.UNKNOWN_HOST,
    (1, 6): F.UNKNOWN_USER,  # "was at one time valid, but mail is no longer being accepted"
    (1, 7): F.POLICY,  # the sender's address
    (1, 8): F.POLICY,
    (1, 10): F.UNKNOWN_HOST,  # null MX (RFC 7505)
    (2, 2): F.MAILBOX_FULL,
    (2, 3): F.SIZE,
    (2, 121): F.TRANSIENT,  # Microsoft: this reader gets too much at once
    (2, 122): F.TRANSIENT,
    (3, 1): F.TRANSIENT,
    (3, 2): F.TRANSIENT,
    (3, 4): F.SIZE,
    (4, 2): F.TRANSIENT,
    (4, 4): F.TRANSIENT,
    (4, 5): F.TRANSIENT,
    (4, 6): F.TRANSIENT,
    (5, 3): F.TRANSIENT,  # too many recipients: we send one
    (5, 4): F.POLICY,  # HELO
    (6, 7): F.UNKNOWN,  # this one address goes beyond ASCII (RFC 6531); not the content
    (7, 8): F.AUTHENTICATION,
    (7, 9): F.POLICY,
    (7, 16): F.TRANSIENT,
    (7, 17): F.UNKNOWN_USER,  # the mailbox has a new owner (RFC 7293)
    (7, 18): F.UNKNOWN_HOST,
    (7, 57): F.AUTHENTICATION,
    (7, 139): F.AUTHENTICATION,
    (7, 504): F.UNKNOWN,
    (7, 505): F.UNKNOWN,
    (7, 508): F.THROTTLE,
    (7, 509): F.AUTHENTICATION,
    (7, 512): F.CONTENT,
    (7, 515): F.AUTHENTICATION,
}
# SPF, DKIM, DMARC and reverse DNS: RFC 7372 up to 26, Gmail's further numbers. 28 is a rate, 25 a missing PTR.
NOT_BELIEVED = {(7, detail) for detail in (20, 21, 22, 23, 24, 26, 27, 29, 30, 31, 32, 40)}
# No one but the operator's own gate says these, and they speak of our domain.
SURE = {(7, 26), (7, 509), (7, 515)}
# The reader's own house lets in members only; nothing that we could mend.
MEMBERS_ONLY = {(7, 12), (7, 13), (7, 124), (7, 129), *((7, detail) for detail in range(132, 137))}

# At the start, after a reply code, as qmail's (#5.1.1) or after Barracuda's mark; never part of an IP address.
CODE = re.compile(r"(?:^|\n|\b[45]\d\d[ -]|\(#?|#|\bcuda_nsu )\s*[245]\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def detail_of(text: str) -> tuple[int, int] | None:
    """Return subject and detail of the enhanced code in a reply; the class is the reply code's to tell."""
    found = CODE.search(text[:2000])
    return (int(found[1]), int(found[2])) if found else None


def by_detail(detail: tuple[int, int] | None, *, permanent: bool) -> Fault | None:
    """Return what an enhanced code means by itself; None when it leaves the matter open."""
    if detail is None:
        return None
    if detail in NOT_BELIEVED:
        return F.AUTHENTICATION
    if detail in BY_DETAIL:
        return BY_DETAIL[detail]
    if detail[0] == 6:
        return F.CONTENT
    if detail[0] == 7:
        return F.POLICY if permanent else F.THROTTLE
    return None
