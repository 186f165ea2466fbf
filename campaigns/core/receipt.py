"""What the wire says of one message."""

from enum import StrEnum
from typing import NamedTuple

from campaigns.core.delivery import Turn


class Phase(StrEnum):
    """How far a message had come when the word was spoken, or the line went dead."""

    CONNECT = "connect"
    EHLO = "ehlo"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT_SENT = "dot_sent"
    REPLIED = "replied"


class Receipt(NamedTuple):
    """One message's fate: the turn its row takes, with the reply that says so."""

    delivery: int
    turn: Turn
    phase: Phase
    code: int | None = None
    text: str = ""
    reason: str = ""
