"""The mailbox that bounces come to, read over IMAP. What was used is deleted there, what is not ours is left alone."""

import imaplib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from campaigns import inbox
from campaigns.core.mime import MOST_BYTES
from campaigns.inbox import Outcome

log = logging.getLogger(__name__)
TIMEOUT = 30.0
# What a mailbox that is away, or does not know us, may say.
PROBLEMS = (OSError, imaplib.IMAP4.error, ImapToolsError)
# Of one visit; the next minute there is another.
MOST = 500
# RFC 2177: a server may end a wait of half an hour.
IDLE_SECONDS = 10 * 60
# Ours to remove: everything is in the rows by then.
DONE = (Outcome.TOLD, Outcome.LEFT, Outcome.PARKED, Outcome.TESTED)


def is_configured() -> bool:
    """Return whether there is a mailbox to be read, rather than a relay that hands each mail over itself."""
    return urlsplit(settings.BOUNCE_INBOX_URL).scheme in ("imaps", "imap")


@contextmanager
def opened() -> Iterator[BaseMailBox]:
    """Log in, and out again. Unencrypted only where the URL says imap:, for a server on this machine."""
    url = urlsplit(settings.BOUNCE_INBOX_URL)
    kind, port = (MailBox, 993) if url.scheme == "imaps" else (MailBoxUnencrypted, 143)
    box: BaseMailBox = kind(url.hostname or "", url.port or port, timeout=TIMEOUT)
    folder = unquote(url.path.strip("/")) or "INBOX"
    with box.login(unquote(url.username or ""), unquote(url.password or ""), initial_folder=folder):
        yield box


def read(box: BaseMailBox, *, now: Callable[[], datetime] = timezone.now) -> Counter[Outcome]:
    """Read what is new, mail by mail; return what became of them. One that fails stays for the next visit."""
    found: Counter[Outcome] = Counter()
    for uid in box.uids("UNSEEN UNDELETED")[:MOST]:
        raw = _fetch(box, uid)
        if raw is None:
            continue
        try:
            outcome = inbox.take(raw, now=now())
        except Exception:  # noqa: S112 - inbox has said so in the log; the others must not wait for this one
            continue
        found[outcome] += 1
        if outcome in DONE:
            box.delete([uid])
        else:
            box.flag([uid], [MailMessageFlags.SEEN], True)
    return found


def _fetch(box: BaseMailBox, uid: str) -> bytes | None:
    """Return a mail's bytes, so many at most, without marking it as read."""
    _, answer = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
    return next((part[1] for part in answer if isinstance(part, tuple)), None)


def wait(box: BaseMailBox, seconds: float = IDLE_SECONDS) -> bool:
    """Wait until the server says that something came, where it can (RFC 2177); return whether it can."""
    _, offered = box.client.capability()  # asked anew: many servers offer more to whom they know
    if b"IDLE" not in b" ".join(offered).upper().split():
        return False
    box.idle.wait(timeout=seconds)
    return True
