"""What a delivery status notification says of each recipient (RFC 3464), and what mail servers say in prose.

Also out of a report whose parts are broken: the fields are looked for in whatever text there is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import flufl.bounce

from campaigns.core.bounce import classify
from campaigns.core.fault import Fault
from campaigns.core.feedback import Heard
from campaigns.core.mime import ADDRESS, MOST_LETTERS, UNREADABLE, Opened, header, text_of
from campaigns.core.receipt import Phase

MOST_RECIPIENTS = 50
FIELD = re.compile(r"^[ \t]*([A-Za-z-]{3,40})[ \t]*:[ \t]*(.{0,2000}(?:\n[ \t]+\S.{0,500}){0,20})", re.MULTILINE)
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CODE = re.compile(r"(?:^|[\s;:(\[<])([45]\d\d)[ -]")
# One group of fields ends where another recipient's begins.
BEGINS = frozenset({"original-recipient", "final-recipient"})
KINDS = {
    "failed": Heard.BOUNCED,
    "delayed": Heard.DEFERRED,
    "delivered": Heard.DELIVERED,
    "relayed": Heard.DELIVERED,
    "expanded": Heard.DELIVERED,
}
# "mailbox unavailable" in answer to RCPT TO names the mailbox; at the end it may mean anything.
TO_RCPT = re.compile(r"RCPT TO|RCPT_TO|after RCPT", re.IGNORECASE)
# What prose says beside its sender's own words: a refusal begins with a code, or stands alone below the address.
PROSE_LINES = 40


@dataclass(frozen=True, slots=True)
class Said:
    """What one mail says of one recipient; `recipient` is empty where it names nobody."""

    kind: Heard
    recipient: str = ""
    fault: Fault | None = None
    text: str = ""


def is_report(mail: Opened) -> bool:
    """Return whether a mail has, or claims, a machine-readable status."""
    return any(part.get_content_type() == "message/delivery-status" for part in mail.parts) or bool(
        re.search(r"^Final-Recipient:", mail.whole[:MOST_LETTERS], re.MULTILINE | re.IGNORECASE)
    )


def read_report(mail: Opened) -> list[Said]:
    """Return what a report says of each recipient, in its order."""
    status = [part for part in mail.parts if part.get_content_type() == "message/delivery-status"]
    text = "\n".join(text_of(part) for part in status) if status else ""
    if not re.search(r"recipient", text, re.IGNORECASE):
        text = mail.whole[:MOST_LETTERS]
    phase = Phase.RCPT if TO_RCPT.search(mail.whole[:MOST_LETTERS]) else Phase.REPLIED
    return [_said(group, phase) for group in _groups(text)][:MOST_RECIPIENTS]


def _groups(text: str) -> Iterator[dict[str, str]]:
    group: dict[str, str] = {}
    for name, value in FIELD.findall(text.replace("\r\n", "\n")):
        name = name.lower()
        if name in BEGINS and (name in group or "action" in group):
            yield group
            group = {}
        if group or name in BEGINS:
            group.setdefault(name, re.sub(r"\s+", " ", value).strip())
    if group:
        yield group


def _said(group: dict[str, str], phase: Phase) -> Said:
    action = group.get("action", "").partition(" ")[0].lower()
    status = STATUS.search(group.get("status", ""))
    kind = KINDS.get(action) or (Heard.BOUNCED if status and status[1] == "5" else Heard.UNKNOWN)
    named = group.get("original-recipient") or group.get("final-recipient", "")
    address = ADDRESS.search(named.partition(";")[2] or named)
    words = group.get("diagnostic-code", "").partition(";")[2].strip() or group.get("diagnostic-code", "")
    fault = None
    if kind is Heard.BOUNCED:
        fault = fault_of(words, status[0] if status else "", phase)
    return Said(kind, address[0].strip("<>") if address else "", fault, words or group.get("status", ""))


def fault_of(words: str, status: str, phase: Phase) -> Fault:
    """Return why something did not arrive: by the server's words, with the report's own code where they bear none."""
    code = CODE.search(f" {words[:500]} ")
    digit = "4" if status.startswith("4") else "5"
    number = int(code[1]) if code else int(f"{digit}50")
    if digit == "4" and number >= 500:
        number = 450  # given up after trying for days: nobody said for good
    rest = words[code.start(1) - 1 + 3 :].lstrip(" -") if code else words
    own = STATUS.match(rest)
    return classify(number, rest if own or not status else f"{status} {rest}", phase=phase)


def read_prose(mail: Opened) -> list[Said]:
    """Return what a mail server says in its own words: qmail, old Exims, and what flufl.bounce knows."""
    try:
        temporary, permanent = flufl.bounce.all_failures(mail.head)
    except (*UNREADABLE, KeyError, IndexError):
        return []
    text = next((text_of(part) for part in mail.parts if part.get_content_type() == "text/plain"), "")
    phase = Phase.RCPT if TO_RCPT.search(text) else Phase.REPLIED
    found = []
    for address in sorted(permanent)[:MOST_RECIPIENTS]:
        name = _decoded(address)
        words = _below(text, name)
        status = STATUS.search(words)
        found.append(Said(Heard.BOUNCED, name, fault_of(words, status[0] if status else "", phase), words))
    found += [Said(Heard.DEFERRED, _decoded(address)) for address in sorted(temporary)[:MOST_RECIPIENTS]]
    return found


def is_from_a_machine(mail: Opened) -> bool:
    """Return whether a mail comes from a mail server, by what it calls itself."""
    sender = mail.header("From").lower() + mail.header("Return-Path").lower()
    return (
        mail.header("Return-Path") == "<>"
        or "mailer-daemon" in sender
        or "postmaster@" in sender
        or "X-Failed-Recipients" in mail.head
    )


def _below(text: str, address: str) -> str:
    """Return the words that stand beside and below an address, up to the letter that is quoted after them."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = next((number for number, line in enumerate(lines) if address.lower() in line.lower()), 0)
    words = []
    for line in lines[at : at + PROSE_LINES]:
        if re.match(r"\s*-{2,}|\s*Return-Path:|\s*Received:|\s*> ", line):
            break
        words.append(line.strip())
    return " ".join(" ".join(words).split())[:1000]


def _decoded(address: bytes | str) -> str:
    return address.decode("latin-1") if isinstance(address, bytes) else address


def subject(mail: Opened) -> str:
    """Return the subject, decoded."""
    return header(mail.head, "Subject")
