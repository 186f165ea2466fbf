"""Mails as they come back: the shapes of the servers that French readers have their mailboxes at.

`{path}` is the Return-Path that names the delivery, `{id}` its Message-ID, `{reader}` the reader's address.
"""

import textwrap

QUOTED = """\
Return-Path: <{path}>
From: Les Professionnels des Alpilles <lettre@alpilles.example>
To: {reader}
Subject: =?utf-8?q?No=C3=ABl_en_Alpilles?=
Message-ID: {id}
List-Unsubscribe: <https://lettre.example/u/1>
"""


def report(sender: str, human: str, status: str, *, head: str = "", quoted: str = QUOTED) -> str:
    """A report of three parts, as RFC 3464 draws it."""
    return f"""\
Return-Path: <>
Delivered-To: {{path}}
{head}From: {sender}
To: {{path}}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

{textwrap.dedent(human).strip()}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Mon, 23 Nov 2026 12:00:00 +0100

{textwrap.dedent(status).strip()}

--B
Content-Type: text/rfc822-headers

{quoted}
--B--
"""


def smtp(diagnostic: str, status: str = "5.1.1", action: str = "failed") -> str:
    """The fields of one recipient."""
    return f"""\
Final-Recipient: rfc822; {{reader}}
Original-Recipient: rfc822;{{reader}}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.boite.example
Diagnostic-Code: smtp; {diagnostic}"""


POSTFIX = "MAILER-DAEMON@relay.example (Mail Delivery System)"
RCPT = "<{reader}>: host mx said: see below (in reply to RCPT TO command)"
DATA = "<{reader}>: host mx said: see below (in reply to end of DATA command)"

# name: the mail, the words that it is heard as, and why
REPORTS: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "postfix: unknown": (
        report(POSTFIX, RCPT, smtp("550 5.1.1 <{reader}>: Recipient address rejected: User unknown")),
        [("bounced", "unknown_user")],
    ),
    "postfix: full": (
        report(POSTFIX, RCPT, smtp("552 5.2.2 <{reader}>: Mailbox full, quota exceeded", "5.2.2")),
        [("bounced", "mailbox_full")],
    ),
    "postfix: given up after five days": (
        report(POSTFIX, "delivery temporarily suspended", smtp("connect to mx[192.0.2.1]:25: timed out", "4.4.1")),
        [("bounced", "transient")],
    ),
    "postfix: full for five days": (
        report(POSTFIX, RCPT, smtp("452 4.2.2 The email account that you tried to reach is over quota", "4.2.2")),
        [("bounced", "mailbox_full")],
    ),
    "postfix: delayed": (
        report(POSTFIX, "will keep trying", smtp("451 4.3.0 try later", "4.4.1", action="delayed")),
        [("deferred", None)],
    ),
    "postfix: no such domain": (
        report(
            POSTFIX,
            "<{reader}>: Host or domain name not found",
            """\
            Final-Recipient: rfc822; {reader}
            Action: failed
            Status: 5.4.4
            Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error
                for name=boite.example type=A: Host not found""",
        ),
        [("bounced", "unknown_host")],
    ),
    "postfix: spam": (
        report(POSTFIX, DATA, smtp("554 5.7.1 Message rejected as spam by Content Filtering.", "5.7.1")),
        [("bounced", "content")],
    ),
    "exim": (
        report(
            "Mail Delivery System <Mailer-Daemon@exim.example>",
            "A message that you sent could not be delivered to one or more of its recipients.",
            """\
            Action: failed
            Final-Recipient: rfc822;{reader}
            Status: 5.0.0
            Remote-MTA: dns; mx.boite.example
            Diagnostic-Code: smtp; 550 5.1.1 <{reader}>: Recipient address rejected: User unknown in virtual table""",
            head="X-Failed-Recipients: {reader}\n",
        ),
        [("bounced", "unknown_user")],
    ),
    "exchange": (
        report(
            "postmaster@hotel.example",
            "Your message couldn't be delivered.",
            smtp("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "5.1.10"),
        ),
        [("bounced", "unknown_user")],
    ),
    "exchange: no permission": (
        report(
            "postmaster@hotel.example",
            "Remote server returned",
            smtp("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "5.7.133"),
        ),
        [("bounced", "policy")],
    ),
    "gmail": (
        report(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Address not found",
            smtp(
                "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
                " 550-5.1.1 double-checking the recipient's email address for typos or\n"
                " 550 5.1.1  https://support.google.example/mail/?p=NoSuchUser a1-20020a - gsmtp"
            ),
        ),
        [("bounced", "unknown_user")],
    ),
    "gmail: not believed": (
        report(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Message blocked",
            smtp("550-5.7.26 This mail has been blocked because the sender is unauthenticated. - gsmtp", "5.7.26"),
        ),
        [("bounced", "authentication")],
    ),
    "orange: unknown": (
        report(POSTFIX, RCPT, smtp("550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]")),
        [("bounced", "unknown_user")],
    ),
    "orange: full": (
        report(POSTFIX, RCPT, smtp("552 5.1.1 Boite du destinataire pleine. OFR_417 [417]", "5.1.1")),
        [("bounced", "mailbox_full")],
    ),
    "orange: too many connections": (
        report(POSTFIX, "suspended", smtp("421 mwinf5c04 ME Trop de connexions. OFR004_104 [104]", "4.0.0")),
        [("bounced", "throttle")],
    ),
    "sfr: blocked": (
        report(POSTFIX, "refused", smtp("554 5.7.1 Client host blocked, SFR_IN_101", "5.7.1")),
        [("bounced", "throttle")],
    ),
    "free: unknown": (
        report(POSTFIX, RCPT, smtp("550 5.5.1 Recipient rejected: unknown user", "5.5.1")),
        [("bounced", "unknown_user")],
    ),
    "free: spam": (
        report(POSTFIX, DATA, smtp("550 spam detected", "5.0.0")),
        [("bounced", "content")],
    ),
    "laposte: unknown": (
        report(POSTFIX, RCPT, smtp("550 5.1.1 Adresse d au moins un destinataire invalide. LPN_416 [416]")),
        [("bounced", "unknown_user")],
    ),
    "laposte: our address is listed": (
        report(POSTFIX, RCPT, smtp("550 5.7.1 Service refuse. LPN007_103 [103]", "5.7.1")),
        [("bounced", "policy")],
    ),
    "delivered, as somebody asked": (
        report(POSTFIX, "delivered", smtp("250 2.0.0 OK", "2.0.0", action="delivered")),
        [("delivered", None)],
    ),
    "several recipients": (
        report(
            POSTFIX,
            RCPT,
            smtp("550 5.1.1 User unknown")
            + "\n\nFinal-Recipient: rfc822; other@boite.example\nAction: delayed\nStatus: 4.0.0",
        ),
        [("bounced", "unknown_user"), ("deferred", None)],
    ),
    "qmail": (
        """\
Return-Path: <>
Delivered-To: {path}
From: MAILER-DAEMON@qmail.example
To: {path}
Subject: failure notice
Date: 23 Nov 2026 11:00:00 -0000

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{reader}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

"""
        + QUOTED,
        [("bounced", "unknown_user")],
    ),
    "exim: in prose": (
        """\
Return-Path: <>
Delivered-To: {path}
X-Failed-Recipients: {reader}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: {path}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {reader}
    host mx.boite.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{reader}>:
    550 5.1.1 <{reader}>: Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

"""
        + QUOTED,
        [("bounced", "unknown_user")],
    ),
}


def complaint(
    kind: str = "abuse", fields: str = "", quoted: str = QUOTED, sender: str = "fbl@operateur.example"
) -> str:
    """A complaint as RFC 5965 draws it."""
    return f"""\
From: {sender}
To: plaintes@alpilles.example
Subject: FW: Noel en Alpilles
Message-ID: <arf-1@operateur.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="A"

--A
Content-Type: text/plain

Ceci est un signalement.
--A
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: FBL/1.0
Version: 1
{fields}
--A
Content-Type: message/rfc822

{quoted}
Bonjour
--A--
"""


COMPLAINTS = {
    "orange": complaint(fields="Original-Mail-From: <{path}>\n"),
    "signal spam": complaint(fields="Original-Rcpt-To: <{reader}>\n", sender="fbl@signal-spam.example"),
    "redacted": complaint(fields="Original-Rcpt-To: redacted@boite.example\n"),
    "jmrp": """\
From: <staff@operateur.example>
To: plaintes@alpilles.example
Subject: complaint about message from 192.0.2.7
X-HmXmrOriginalRecipient: {reader}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="J"

--J
Content-Type: message/rfc822

"""
    + QUOTED
    + "\nBonjour\n--J--\n",
}


def answer(subject: str, head: str = "") -> str:
    """What a machine answers for a person."""
    return f"""\
Delivered-To: {{path}}
From: {{reader}}
To: {{path}}
Subject: {subject}
{head}Content-Type: text/plain; charset=utf-8

Je suis absente jusqu’au 3 janvier. User unknown, mailbox does not exist.
"""


ANSWERS = {
    "rfc 3834": answer("Re: Noel en Alpilles", "Auto-Submitted: auto-replied (vacation)\n"),
    "réponse automatique": answer("=?utf-8?q?R=C3=A9ponse_automatique_=3A_No=C3=ABl?="),
    "absence du bureau": answer("Absence du bureau : Noel en Alpilles"),
    "en congés": answer("=?utf-8?q?En_cong=C3=A9s?="),
    "precedence": answer("Noel", "Precedence: auto_reply\n"),
    "x-autoreply": answer("Noel", "X-Autoreply: yes\n"),
    "read receipt": answer("Lu : Noel", "MIME-Version: 1.0\nAuto-Submitted: auto-replied\n"),
    "exchange": answer("Automatic reply: Noel", "X-Auto-Response-Suppress: All\n"),
}
