"""What became of a test mail on its way: what left and what arrived, compared; what matters of it is a finding.

A relay adds fields, folds, encodes and wraps anew: none of that is one. Nor is a signature of the relay's own, where it
is valid and names the sender's domain.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum

from campaigns.core.seen import Page, Picture, Seen, hosts, is_mail, look, source
from campaigns.core.wordings import discreet

MOST_SHOWN = 3
LONGEST_SHOWN = 120
# The way out that a reader's program offers must be signed for (RFC 8058, 4).
WAYS_OUT = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
ONE_CLICK = "list-unsubscribe=one-click"
# What stands before the @ of a Message-ID that we have signed.
_OUR_NAME = re.compile(r"<?\d\.[A-Za-z0-9_-]{1,16}\.[a-z2-7]+\.[a-z2-7]{26}@", re.IGNORECASE)
# Mailboxes that look at each page before they open it for their reader: theirs, and no relay's.
GUARDS = (
    "safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "protect.mimecast.com",
    "mimecastprotect.com",
    "antiphishing.vadesecure.com",
    "linkprotect.cudasvc.com",
)


class Kind(StrEnum):
    """What can be found."""

    NOT_A_MAIL = "not_a_mail"
    OTHER_MAIL = "other_mail"
    # the way out
    UNSUBSCRIBE_GONE = "unsubscribe_gone"
    UNSUBSCRIBE_ADDED = "unsubscribe_added"
    UNSUBSCRIBE_REPLACED = "unsubscribe_replaced"
    UNSUBSCRIBE_CUT = "unsubscribe_cut"
    ONE_CLICK_GONE = "one_click_gone"
    UNSUBSCRIBE_NOT_SIGNED = "unsubscribe_not_signed"
    # the signature
    DKIM_MISSING = "dkim_missing"
    DKIM_BROKEN = "dkim_broken"
    DKIM_NO_KEY = "dkim_no_key"
    DKIM_OTHER_DOMAIN = "dkim_other_domain"
    DKIM_UNCHECKED = "dkim_unchecked"
    # what is measured without having been asked
    LINKS_REWRITTEN = "links_rewritten"
    LINKS_GUARDED = "links_guarded"
    LINKS_ADDED = "links_added"
    LINKS_GONE = "links_gone"
    PIXEL_ADDED = "pixel_added"
    PICTURES_CHANGED = "pictures_changed"
    # the letter itself
    SENDER_CHANGED = "sender_changed"
    REPLY_TO_CHANGED = "reply_to_changed"
    SUBJECT_CHANGED = "subject_changed"
    PAGE_GONE = "page_gone"
    TEXT_GONE = "text_gone"
    WORDS_ADDED = "words_added"
    WORDS_CHANGED = "words_changed"
    PART_ADDED = "part_added"
    LIST_ID_CHANGED = "list_id_changed"
    MESSAGE_ID_CHANGED = "message_id_changed"
    RETURN_PATH_CHANGED = "return_path_changed"


class Gravity(StrEnum):
    STOP = "stop"  # readers, or the law, are wronged
    SEE = "see"
    NOTE = "note"  # good to know


_NOTES = {
    Kind.DKIM_UNCHECKED,
    Kind.LINKS_GUARDED,
    Kind.UNSUBSCRIBE_CUT,
    Kind.MESSAGE_ID_CHANGED,
    Kind.RETURN_PATH_CHANGED,
}
_SEE = {
    Kind.DKIM_OTHER_DOMAIN,
    Kind.UNSUBSCRIBE_NOT_SIGNED,
    Kind.LINKS_ADDED,
    Kind.PICTURES_CHANGED,
    Kind.REPLY_TO_CHANGED,
    Kind.SUBJECT_CHANGED,
    Kind.TEXT_GONE,
    Kind.WORDS_ADDED,
    Kind.WORDS_CHANGED,
    Kind.PART_ADDED,
    Kind.LIST_ID_CHANGED,
}


def gravity(kind: Kind) -> Gravity:
    """Return how much a finding weighs."""
    return Gravity.NOTE if kind in _NOTES else Gravity.SEE if kind in _SEE else Gravity.STOP


class Verdict(StrEnum):
    """What became of one DKIM signature."""

    VALID = "valid"
    BROKEN = "broken"
    NO_KEY = "no_key"  # the domain publishes none under that name
    UNANSWERED = "unanswered"  # its DNS said nothing


@dataclass(frozen=True)
class Signed:
    """One DKIM signature of what arrived: whose, what became of it, and which fields it covers."""

    domain: str
    verdict: Verdict
    covers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One difference: how often, and what shows it (names of hosts, a few words)."""

    kind: Kind
    times: int = 1
    shown: tuple[str, ...] = ()


def compare(left: bytes, arrived: bytes, signatures: Sequence[Signed], *, return_path: str = "") -> tuple[Finding, ...]:
    """Return what happened on the way, the gravest first; nothing that arrives makes this raise."""
    arrived = source(arrived)
    if not is_mail(arrived):
        return (Finding(Kind.NOT_A_MAIL),)
    before, after = look(left), look(arrived)
    if _is_another(before, after):
        return (Finding(Kind.OTHER_MAIL, shown=_shown([after.one("Subject")])),)
    found = [
        *_ways_out(before, after),
        *_signatures(signatures, _domain(before)),
        *_head(before, after, return_path),
        *_pages(before, after),
        *_texts(before, after),
    ]
    order = list(Gravity)
    return tuple(sorted(found, key=lambda one: order.index(gravity(one.kind))))


def covers_the_way_out(signatures: Sequence[Signed]) -> bool:
    """Return whether some valid signature vouches for the one-click way out."""
    return any(one.verdict is Verdict.VALID and one.covers >= WAYS_OUT for one in signatures)


def _is_another(before: Seen, after: Seen) -> bool:
    """Return whether this is some other mail than ours.

    A Message-ID that we have signed and that is not the one that left names another of our mails. Some providers write
    one of their own: then the subject tells, for another test of the same letter has a Message-ID of ours.
    """
    ours, theirs = before.one("Message-ID"), after.one("Message-ID")
    if ours == theirs:
        return False
    if _OUR_NAME.match(theirs):
        return True
    subject = before.one("Subject")
    return not (subject and subject in after.one("Subject"))


def _host(message_id: str) -> str:
    return message_id.strip("<> ").rpartition("@")[2].lower()


def _ways_out(before: Seen, after: Seen) -> list[Finding]:
    ours = [uri for field in before.uris("List-Unsubscribe") for uri in field]
    fields = after.uris("List-Unsubscribe")
    theirs = [uri for field in fields for uri in field]
    if not ours:
        return []
    if not theirs:
        return [Finding(Kind.UNSUBSCRIBE_GONE)]
    found = []
    web = [uri for uri in ours if not uri.lower().startswith("mailto:")]
    missing = [uri for uri in ours if uri not in theirs]
    strange = [uri for uri in theirs if uri not in ours]
    if any(uri in missing for uri in web):
        found.append(Finding(Kind.UNSUBSCRIBE_REPLACED, shown=_shown(hosts(strange) or strange)))
    elif strange or len(fields) > 1:
        times = max(len(fields) - 1, 1)
        found.append(Finding(Kind.UNSUBSCRIBE_ADDED, times, _shown(hosts(strange) or strange)))
    elif missing:
        found.append(Finding(Kind.UNSUBSCRIBE_CUT))
    posts = ["".join(value.split()).lower() for value in after.all("List-Unsubscribe-Post")]
    if before.all("List-Unsubscribe-Post") and posts != [ONE_CLICK]:
        found.append(Finding(Kind.ONE_CLICK_GONE))
    return found


def _signatures(signatures: Sequence[Signed], domain: str) -> list[Finding]:
    if not signatures:
        return [Finding(Kind.DKIM_MISSING)]
    verdicts = {one.verdict for one in signatures}
    own = [one for one in signatures if is_aligned(one.domain, domain)]
    if Verdict.VALID not in verdicts:
        whose = own or list(signatures)
        shown = _shown(list(dict.fromkeys(one.domain for one in whose)))
        verdicts = {one.verdict for one in whose}
        if Verdict.UNANSWERED in verdicts:
            return [Finding(Kind.DKIM_UNCHECKED, shown=shown)]
        return [Finding(Kind.DKIM_BROKEN if Verdict.BROKEN in verdicts else Kind.DKIM_NO_KEY, shown=shown)]
    found = []
    valid = [one for one in signatures if one.verdict is Verdict.VALID]
    if not any(one in own for one in valid):
        if any(one.verdict is Verdict.UNANSWERED for one in own):
            return [Finding(Kind.DKIM_UNCHECKED, shown=_shown([own[0].domain]))]
        found.append(Finding(Kind.DKIM_OTHER_DOMAIN, shown=_shown([one.domain for one in valid])))
    if not covers_the_way_out(signatures):
        found.append(Finding(Kind.UNSUBSCRIBE_NOT_SIGNED, shown=_shown([one.domain for one in valid])))
    return found


def is_aligned(signing: str, sending: str) -> bool:
    """Return whether a signature's domain stands for the sender's: the same, or one under the other (RFC 7489)."""
    one, other = signing.lower().strip("."), sending.lower().strip(".")
    return bool(one) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}")) and "." in one


def _domain(mail: Seen) -> str:
    return parseaddr(mail.one("From"))[1].rpartition("@")[2]


def _head(before: Seen, after: Seen, return_path: str) -> list[Finding]:
    found = []
    if _person(before.one("From")) != _person(after.one("From")) or len(after.all("From")) > 1:
        found.append(Finding(Kind.SENDER_CHANGED, shown=_shown([_name(after.one("From"))])))
    if before.one("Reply-To") and _person(before.one("Reply-To")) != _person(after.one("Reply-To")):
        found.append(Finding(Kind.REPLY_TO_CHANGED))
    if before.one("Subject") != after.one("Subject"):
        found.append(Finding(Kind.SUBJECT_CHANGED, shown=_shown([after.one("Subject")])))
    if before.one("List-Id") != after.one("List-Id"):
        found.append(Finding(Kind.LIST_ID_CHANGED))
    if before.one("Message-ID") != after.one("Message-ID"):
        found.append(Finding(Kind.MESSAGE_ID_CHANGED, shown=_shown([_host(after.one("Message-ID"))])))
    back = after.one("Return-Path").strip("<> ")
    if return_path and back and back.lower() != return_path.lower():
        found.append(Finding(Kind.RETURN_PATH_CHANGED, shown=_shown([back.rpartition("@")[2]])))
    return found


def _person(value: str) -> tuple[str, str]:
    name, address = parseaddr(value)
    return " ".join(name.split()), address.lower()


def _name(value: str) -> str:
    """Return whom a From names, without the address."""
    name, address = parseaddr(value)
    return name or address.rpartition("@")[2]


def _pages(before: Seen, after: Seen) -> list[Finding]:
    if before.page is None:
        return []
    if after.page is None:
        return [Finding(Kind.PAGE_GONE)]
    return [*_pictures(before.page, after.page), *_words(before.page.words, after.page.words)]


def _pictures(before: Page, after: Page) -> list[Finding]:
    fresh = _beyond([one.source for one in after.pictures], [one.source for one in before.pictures])
    new = [one for one in after.pictures if one.source in fresh]
    found = []
    if tiny := [one for one in new if one.tiny]:
        found.append(Finding(Kind.PIXEL_ADDED, len(tiny), _shown(_hosts(tiny))))
    gone = _beyond([one.source for one in before.pictures], [one.source for one in after.pictures])
    rest = [one for one in new if not one.tiny]
    if gone or rest:
        found.append(Finding(Kind.PICTURES_CHANGED, max(len(gone), len(rest)), _shown(_hosts(rest))))
    return found


def _hosts(pictures: Sequence[Picture]) -> tuple[str, ...]:
    return hosts([one.source for one in pictures])


def _texts(before: Seen, after: Seen) -> list[Finding]:
    found = _links(_links_of(before, after), _links_of(after, before))
    if before.text is not None and after.text is None:
        found.append(Finding(Kind.TEXT_GONE))
    if more := _beyond(list(after.others), list(before.others)):
        found.append(Finding(Kind.PART_ADDED, len(more), _shown(more)))
    both = before.text is not None and after.text is not None
    # what was added to both parts is said once
    if both and (before.page is None or after.page is None or before.page.words == after.page.words):
        found += _words(before.text or (), after.text or ())
    return found


def _links_of(mail: Seen, other: Seen) -> list[str]:
    """Return the links of the parts that both mails have."""
    page = mail.page.links if mail.page and other.page else ()
    text = mail.text_links if mail.text is not None and other.text is not None else ()
    return [*page, *text]


def _links(before: list[str], after: list[str]) -> list[Finding]:
    gone, new = _beyond(before, after), _beyond(after, before)
    guarded = [url for url in new if any(f".{host}".endswith(f".{guard}") for host in hosts([url]) for guard in GUARDS)]
    found = []
    if guarded:
        found.append(Finding(Kind.LINKS_GUARDED, len(guarded), _shown(hosts(guarded))))
        new = [url for url in new if url not in guarded]
        gone = gone[len(guarded) :]
    both = min(len(gone), len(new))
    if both:
        found.append(Finding(Kind.LINKS_REWRITTEN, both, _shown(hosts(new))))
    if len(new) > both:
        found.append(Finding(Kind.LINKS_ADDED, len(new) - both, _shown(hosts(new))))
    if len(gone) > both:
        found.append(Finding(Kind.LINKS_GONE, len(gone) - both, _shown(hosts(gone))))
    return found


def _words(before: Sequence[str], after: Sequence[str]) -> list[Finding]:
    """Return whether words came in at one place, or are others here and there; linear, however long the letter."""
    if tuple(before) == tuple(after):
        return []
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    most = shorter - first
    last = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    gone, new = before[first : len(before) - last], after[first : len(after) - last]
    kind = Kind.WORDS_CHANGED if gone else Kind.WORDS_ADDED
    return [Finding(kind, shown=_shown([" ".join((new or gone)[:25])]))]


def _beyond(many: Sequence[str], few: Sequence[str]) -> list[str]:
    """Return what stands here more often than there."""
    return list((Counter(many) - Counter(few)).elements())


def _shown(said: Sequence[str]) -> tuple[str, ...]:
    """Return a few words that show it, without an address of anybody."""
    few = [discreet(one) for one in said[:MOST_SHOWN] if one]
    return tuple(one if len(one) <= LONGEST_SHOWN else one[: LONGEST_SHOWN - 1] + "…" for one in few)
