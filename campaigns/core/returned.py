"""A mail in the inbox of what comes back: a report, a complaint, a machine's answer, somebody who leaves, or a letter.

In this order, for servers mark their reports as automatic answers too. Whom it is about is not decided here: every
address and every Message-ID that may name one of our deliveries is handed on, and only our own signature counts.
"""

import re
from dataclasses import dataclass

from campaigns.core import dsn
from campaigns.core.dsn import Said
from campaigns.core.feedback import Heard
from campaigns.core.mime import HEADER_LETTERS, MOST_LETTERS, Opened, addresses, header, open_mail, text_of

# Where a server writes to whom it gave the mail, the surest first.
DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "To", "Cc")
TYPES = ("abuse", "fraud", "virus", "other", "miscategorized")
# RFC 3834, and what came before it. A plain "bulk" or "list" is a newsletter that came astray, and no answer.
AUTOMATIC = re.compile(
    r"^(automatic reply|auto(?:matic)?[ -]?(?:response|reply)|out of (?:the )?office|r[ée]ponse automatique"
    r"|absen(?:ce|t)|message d[’' ]absence|en cong[ée]s?|vacances|abwesenheit"
    r"|fuera de la oficina|risposta automatica|ooo\b)",
    re.IGNORECASE,
)
JMRP = re.compile(r"complaint about message from", re.IGNORECASE)
# The token of List-Unsubscribe's mailto, in the subject: other words may stand around it.
LEAVER = re.compile(r"\b\d\.[A-Za-z0-9_-]{1,16}\.[A-Za-z2-7]{10,200}\.[A-Za-z2-7]{26}\b")
QUOTED_FIELDS = re.compile(
    r"^(?:Return-Path|X-Envelope-From|Message-ID|X-Original-Message-ID)[ \t]*:[ \t]*<?([^\s<>]{3,320})>?",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Returned:
    """What a mail says, of whom it may speak, and who asks to leave by it."""

    said: tuple[Said, ...]
    source: str
    identity: str  # its own Message-ID, where it has one
    delivered_to: tuple[str, ...]
    # What stands in the letter that it quotes: our Return-Path, our Message-ID.
    quoted: tuple[str, ...]
    leaver: str = ""


def read(raw: bytes) -> Returned:
    """Return what a mail says; nothing it contains makes this raise."""
    mail = open_mail(raw)
    said, source = _read(mail)
    token = LEAVER.search(mail.header("Subject")) or LEAVER.search(_first_text(mail)[:HEADER_LETTERS])
    return Returned(
        tuple(said),
        source,
        mail.header("Message-ID"),
        tuple(dict.fromkeys(addresses(mail.head, *DELIVERED_TO))),
        tuple(dict.fromkeys(QUOTED_FIELDS.findall(_quoted(mail)))),
        token[0] if token else "",
    )


def _read(mail: Opened) -> tuple[list[Said], str]:
    if feedback := _complaint(mail):
        return feedback, "arf"
    if dsn.is_report(mail):
        return dsn.read_report(mail), "dsn"
    if dsn.is_from_a_machine(mail) and (prose := dsn.read_prose(mail)):
        return prose, "prose"
    if is_automatic(mail):
        return [Said(Heard.AUTORESPONDED)], "auto"
    return [], "letter"


def is_automatic(mail: Opened) -> bool:
    """Return whether a machine answered for a person: out of office, read receipts, "we have received your mail"."""
    submitted = mail.header("Auto-Submitted").lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or any(name in mail.head for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From"))
        or mail.header("Precedence").lower() in ("auto_reply", "auto-reply")
        or mail.header("X-Precedence").lower() in ("auto_reply", "auto-reply")
        or "disposition-notification" in mail.header("Content-Type").lower()
        or bool(AUTOMATIC.match(mail.header("Subject")))
    )


def _complaint(mail: Opened) -> list[Said]:
    """Return what a feedback loop says (RFC 5965); Microsoft's sends the letter itself, under a subject of its own."""
    for part in mail.parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = {name.lower(): value for name, value in dsn.FIELD.findall(text_of(part))}
        kind = fields.get("feedback-type", "").strip().lower()
        words = f"feedback-type: {kind}"
        if kind in TYPES:
            return [Said(Heard.COMPLAINED, _named(fields), text=words)]
        if kind == "opt-out":
            return [Said(Heard.UNSUBSCRIBED, _named(fields), text=words)]
        return [Said(Heard.UNKNOWN, text=words)]  # not-spam, auth-failure, and what is to come
    if "X-HmXmrOriginalRecipient" in mail.head and JMRP.match(mail.header("Subject")):
        return [Said(Heard.COMPLAINED, mail.header("X-HmXmrOriginalRecipient"), text="jmrp")]
    return []


def _named(fields: dict[str, str]) -> str:
    """Return whom a complaint names; most leave it out, or black it out."""
    named = fields.get("original-rcpt-to", "").strip(" <>\n")
    return named if "@" in named and "redacted" not in named.lower() else ""


def _first_text(mail: Opened) -> str:
    return next((text_of(part) for part in mail.parts if part.get_content_type() == "text/plain"), "")


def _quoted(mail: Opened) -> str:
    """Return the head of the letter that a report carries: as a part of its own, as headers, or in the prose."""
    for part in mail.parts[1:]:
        if part.get_content_type() in ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers"):
            inner = part.get_payload()
            if isinstance(inner, list) and inner and not isinstance(inner[0], str):
                names = ("Return-Path", "Message-ID")
                return "\n".join(f"{name}: {header(inner[0], name)}" for name in names)
            return text_of(part)[:MOST_LETTERS]
    # Below the report's own head, which would name the report.
    return mail.whole[:MOST_LETTERS].partition("\n\n")[2]
