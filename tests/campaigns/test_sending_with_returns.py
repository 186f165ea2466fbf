"""What leaves where somebody reads what comes back: a Return-Path of its own, and a mail as a second way out."""

import email
from datetime import timedelta
from email import policy
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import timezone

from audiences.models import Subscription
from campaigns import feedback, inbox, returns, rounds, schedule, sending
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.inbox import Outcome
from campaigns.models import Delivery
from tests import make
from tests.campaigns.peer import Peer

pytestmark = pytest.mark.django_db(transaction=True)


def sent(settings: Any, peer: Peer, readers: int = 3) -> list[tuple[str, email.message.EmailMessage]]:
    settings.RELAY_URLS = (peer.url,)
    make.readers(readers)
    make.running(now=timezone.now())
    assert sending.drain(until=timezone.now() + timedelta(seconds=20)) == readers
    return [(to, email.message_from_bytes(raw, policy=policy.default)) for to, raw in peer.accepted]


def test_each_message_leaves_from_an_address_that_names_its_delivery(settings: Any) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")
    with Peer() as peer:
        sent(settings, peer)
    assert {returns.named(sender) for sender in peer.senders} == {(row.pk, 1) for row in Delivery.objects.all()}


def test_sent_again_it_leaves_from_an_address_that_names_the_second_round_and_under_the_same_name(
    settings: Any,
) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")
    with Peer() as peer:
        [(_, first)] = sent(settings, peer, 1)
        [row] = Delivery.objects.all()
        now = timezone.now()
        feedback.record(Feedback("1", "test", row.pk, Heard.BOUNCED, now, Fault.TRANSIENT), now=now)
        schedule.finish_done(now=now)
        rounds.resend_failed(row.campaign, by=None, now=now)
        assert sending.drain(until=timezone.now() + timedelta(seconds=20)) == 1
    assert [returns.named(sender) for sender in peer.senders] == [(row.pk, 1), (row.pk, 2)]
    again = email.message_from_bytes(peer.accepted[-1][1], policy=policy.default)
    assert again["Message-ID"] == first["Message-ID"]


def test_the_header_offers_a_mail_beside_its_one_https_address_and_that_mail_leaves(settings: Any) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")
    with Peer() as peer:
        [(reader, message)] = sent(settings, peer, 1)
    https, mailto = (way.strip(" <>") for way in message["List-Unsubscribe"].split(","))
    assert https.startswith(settings.SITE_URL)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way = urlsplit(mailto)
    raw = f"From: {reader}\nTo: {unquote(way.path)}\nSubject: {parse_qs(way.query)['subject'][0]}\n\n".encode()
    assert inbox.take(raw, now=timezone.now()) is Outcome.LEFT
    assert Subscription.objects.get().state == "ended"


def test_where_nobody_reads_it_all_is_as_it_was(settings: Any) -> None:
    with Peer() as peer:
        [(_, message)] = sent(settings, peer, 1)
    assert peer.senders == ["lettre@alpilles.example"]
    assert "mailto" not in message["List-Unsubscribe"]
