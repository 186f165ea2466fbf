"""One message by itself, by the same road and in the same bytes as a campaign's; for test mails only."""

import time
from dataclasses import replace

from campaigns.core.delivery import Turn
from campaigns.core.receipt import Phase
from campaigns.wire import dkim
from campaigns.wire.esp import EspSession
from campaigns.wire.letters import Outgoing, WireProblem
from campaigns.wire.line import Wire
from campaigns.wire.provider import Letter
from newsletter import exchangers
from newsletter.core.environment import Road
from newsletter.core.message import MessageTemplate
from newsletter.core.providers import Account
from newsletter.core.relay import Relay

# A person waits for it; a relay that takes longer is said to be away.
WITHIN = 60.0


class NotTaken(Exception):
    """The road did not take it, or did not say so; the words are the machine's own."""


def signed(data: bytes, road: Road) -> bytes:
    """Return the bytes as they leave by this road: a provider signs them itself."""
    sign = None if isinstance(road, Account) else dkim.signer()
    return sign(data) if sign else data


def hand_over(
    road: Road, template: MessageTemplate, letter: Letter, data: bytes, *, sender: str, ehlo_name: str
) -> None:
    """Give one message to a road; raise NotTaken. No transaction may be open."""
    if isinstance(road, Account):
        _by_provider(road, template, letter)
        return None
    hosts = exchangers.find(letter.address.rpartition("@")[2]).hosts if road.direct else (road.host,)
    problem = NotTaken("no mail exchanger")
    for host in hosts:
        try:
            return _by_smtp(
                replace(road, host=host), Outgoing(letter.delivery, sender, letter.address, [data]), ehlo_name
            )
        except NotTaken as other:
            problem = other
    raise problem


def _by_smtp(relay: Relay, message: Outgoing, ehlo_name: str) -> None:
    wire = Wire(relay, ehlo_name=ehlo_name, connections=1, attempts=1)
    until = time.monotonic() + WITHIN
    try:
        wire.put(message)
        while time.monotonic() < until:
            for reply in wire.poll(0.2):
                if reply.phase is Phase.REPLIED and reply.code is not None and 200 <= reply.code < 300:
                    return
                raise NotTaken(f"{reply.code or ''} {reply.text}".strip())
        raise NotTaken("no answer")
    except (WireProblem, OSError) as problem:
        raise NotTaken(str(problem)) from None
    finally:
        wire.close(grace=1.0)


def _by_provider(account: Account, template: MessageTemplate, letter: Letter) -> None:
    session = EspSession(account, answer_timeout=WITHIN)
    try:
        answer = session.send(template, [letter])
    finally:
        session.close()
    taken = any(receipt.turn is Turn.ACCEPT for receipt in answer.receipts)
    if not taken:
        raise NotTaken(answer.detail or next((receipt.text for receipt in answer.receipts), ""))
