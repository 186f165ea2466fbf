"""A relay's log, read for what became of our messages. Postfix's words; the last mile's gravest word stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.core.rounds import Proof

# `postfix/smtp[123]: 4XyZ: …`; the queue id is short hexadecimal or long mixed case.
LINE = re.compile(r"postfix[\w./-]*\[\d+\]: ([0-9A-Za-z]{5,25}): (.*)")
MESSAGE_ID = re.compile(r"message-id=<?([^>\s]+)>?")
STATUS = re.compile(r"status=(sent|bounced|deferred|expired)\b")
DSN = re.compile(r"dsn=([245]\.\d{1,3}\.\d{1,3})")
REPLY = re.compile(r"said: (\d{3})[ -]")


@dataclass(frozen=True)
class Told:
    """What the log says of one message; `code` and `dsn` are the last server's, where one refused."""

    proof: Proof
    status: str
    code: int | None = None
    dsn: str = ""


# The relay has it in `queued` and `deferred` too: it must not be sent again, whatever comes of it.
GRAVITY = {"queued": 0, "deferred": 1, "sent": 2, "expired": 3, "bounced": 4}
REFUSED = ("bounced", "expired")


def read(lines: Iterable[str]) -> dict[str, Told]:
    """Return what the log says, by Message-ID without its angle brackets.

    A Message-ID alone proves nothing (the client may have gone before the final dot); a message that Postfix took
    into its queue was accepted. Queue ids are used again after `removed`, so the log is read in its order.
    """
    named: dict[str, str] = {}
    told: dict[str, Told] = {}
    for line in lines:
        found = LINE.search(line)
        if found is None:
            continue
        queue_id, said = found[1], found[2]
        if name := MESSAGE_ID.match(said):
            named[queue_id] = name[1]
            continue
        message = named.get(queue_id)
        if message is None:
            continue
        if said.startswith("removed"):
            named.pop(queue_id)
        elif (now := _told(said)) and (message not in told or GRAVITY[now.status] >= GRAVITY[told[message].status]):
            told[message] = now
    return told


def _told(said: str) -> Told | None:
    if "(queue active)" in said:
        return Told(Proof.SENT, "queued")
    status = STATUS.search(said)
    if status is None:
        return None
    proof = Proof.REFUSED if status[1] in REFUSED else Proof.SENT
    code, dsn = REPLY.search(said), DSN.search(said)
    return Told(proof, status[1], int(code[1]) if code else None, dsn[1] if dsn else "")
