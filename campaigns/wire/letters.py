"""What goes onto a wire, and what comes back."""

import re
from typing import NamedTuple

from campaigns.core.outcome import Outcome
from campaigns.core.receipt import Phase

# What an address may hold between < and >: no space, no bracket, nothing that could end a command early.
FIT = re.compile(r"[^\x00-\x20<>\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]+")


class Outgoing(NamedTuple):
    """A message ready for the wire: CRLF lines, the last one ended, none beginning with a dot, seven bits.

    Its data are pieces to be laid end to end, which is the kernel's work.
    """

    delivery: int
    sender: str
    recipient: str
    data: list[bytes]


class Reply(NamedTuple):
    """The word that ended a message; code None means that none was spoken.

    `phase` says how far the message had come: REPLIED is the answer to the final dot, DOT_SENT without a code is doubt,
    anything earlier is certainly not accepted. `begun` says that a byte of the body was written. `outcome` is what it
    means, where the carrier knows that better than SMTP's codes can say.
    """

    delivery: int
    phase: Phase
    code: int | None
    text: str = ""
    begun: bool = False
    outcome: Outcome | None = None


class WireProblem(Exception):
    """No session could be had. `lasting`: trying again by itself mends nothing (log-in, certificate, no TLS)."""

    def __init__(self, phase: Phase, code: int | None, text: str, *, lasting: bool = False) -> None:
        super().__init__(f"{phase}: {code or 'no answer'} {text}")
        self.phase, self.code, self.text, self.lasting = phase, code, text, lasting


class Parcel:
    """One message on its way through sessions: how far it has come, and whether its last word was spoken."""

    __slots__ = ("begun", "data", "delivery", "done", "phase", "rcpt", "recipient", "sender", "size", "tries")

    def __init__(self, message: Outgoing) -> None:
        self.delivery, self.sender = message.delivery, message.sender
        self.recipient, self.data = message.recipient, message.data
        self.size = sum(map(len, message.data))
        self.phase = Phase.MAIL  # the one whose word is awaited
        self.rcpt = 0  # what was said to RCPT
        self.begun = False
        self.done = False  # its last word was spoken, or it was recalled
        self.tries = 0  # connections that died over its MAIL


def check_dots(data: bytes) -> None:
    """Refuse with ValueError what may not go out untouched: a line that begins with a dot, a bare CR or LF."""
    if data.startswith(b".") or b"\n." in data:
        raise ValueError("a line begins with a dot")
    if not data.endswith(b"\r\n") or not data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n"):
        raise ValueError("lines end with CR LF, each of them and nothing else")
