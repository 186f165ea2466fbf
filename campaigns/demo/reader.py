"""A reader's hand: takes the one-click link out of a captured mail and posts to it, as a mailbox provider does."""

import email
import re
import urllib.request
from email import policy

ONE_CLICK = b"List-Unsubscribe=One-Click"


class NoWayOut(Exception):
    """The mail carries no one-click link, or the link did not answer 200."""


def one_click_link(mail: bytes) -> str:
    """Return the https (here: http) URI of List-Unsubscribe, checked against RFC 8058."""
    message = email.message_from_bytes(mail, policy=policy.default)
    if message["List-Unsubscribe-Post"] != ONE_CLICK.decode():
        raise NoWayOut("List-Unsubscribe-Post is not there")
    found = re.fullmatch(r"<(https?://[^<>\s]+)>(?:,\s*<mailto:[^<>\s]+>)?", message["List-Unsubscribe"] or "")
    if not found:
        raise NoWayOut("List-Unsubscribe holds no address")
    return found[1]


def leave(mail: bytes) -> str:
    """Post the one click without cookie or token and return the link; raise NoWayOut unless it answers 200."""
    link = one_click_link(mail)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    with opener.open(link, data=ONE_CLICK, timeout=20) as answer:
        if answer.status != 200:
            raise NoWayOut(f"the link answered {answer.status}")
    return link


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
