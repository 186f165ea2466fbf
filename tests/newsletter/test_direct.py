"""A log-in mail without a relay goes to its reader's own exchanger."""

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from newsletter.core.relay import parse_relay
from tests.campaigns.nameserver import NXDOMAIN, Nameserver
from tests.campaigns.peer import Peer


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    with Peer() as peer, Nameserver() as names:
        names.zone |= {"boite.example": ["10 127.0.0.3.", "20 127.0.0.1."], "gone.example": NXDOMAIN}
        settings.DNS_SERVERS = names.servers
        settings.RELAY = parse_relay(f"mx://:{peer.port}")
        settings.EHLO_NAME = "test.example"
        yield peer


def send(*to: str, quietly: bool = False) -> int:
    message = EmailMessage("Votre lien", "Le voici.\n", "Les Alpilles <lettre@alpilles.example>", list(to))
    backend = get_connection("newsletter.direct.EmailBackend", fail_silently=quietly)
    return backend.send_messages([message]) or 0


def test_the_next_exchanger_takes_what_the_best_one_cannot(peer: Peer) -> None:
    assert send("zoe@boite.example") == 1
    [(recipient, raw)] = peer.accepted
    assert recipient == "zoe@boite.example"
    assert b"Subject: Votre lien\r\n" in raw


def test_who_has_no_exchanger_is_told_to_the_caller(peer: Peer) -> None:
    with pytest.raises(smtplib.SMTPException, match="nowhere"):
        send("zoe@gone.example")
    assert send("zoe@gone.example", quietly=True) == 0


def test_a_refusal_is_final_and_no_other_exchanger_is_asked(peer: Peer) -> None:
    peer.script = lambda phase, count: "550 5.1.1 unknown" if phase == "rcpt" else True
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send("nobody@boite.example")
    assert peer.accepted == []
