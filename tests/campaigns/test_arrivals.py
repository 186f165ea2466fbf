"""Test mails over a real socket: what left is kept sealed, what arrives is compared, a week later nothing is left."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import arrivals, inbox, returns, rounds, sealing, variants
from campaigns.core.arrival import Finding, Kind
from campaigns.core.testing import MOST_AN_HOUR, MOST_COMPARED, State
from campaigns.inbox import Outcome
from campaigns.models import Campaign, Delivery, DeliveryEvent, TestMail
from campaigns.sealing import Kept
from newsletter import editions
from newsletter.models import User
from tests import make
from tests.campaigns import mails
from tests.campaigns.nameserver import Nameserver
from tests.campaigns.peer import Peer
from tests.campaigns.wire.test_dkim import RSA_SETTING, dns

pytestmark = pytest.mark.django_db(transaction=True)
K = Kind
READER = "jeanne@boite.example"


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    with Peer() as peer:
        settings.RELAY_URLS = (peer.url,)
        yield peer


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> Iterator[None]:
    """Signed by us, under a key that the domain publishes."""
    settings.DKIM_KEY = RSA_SETTING
    settings.BOUNCES = ("retours+", "@alpilles.example")
    with Nameserver(texts={"r1._domainkey.alpilles.example": dns(b"r1.").decode()}) as server:
        settings.DNS_SERVERS = server.servers
        yield


@pytest.fixture
def person() -> User:
    return make.board_member("board@alpilles.example", name="Jeanne Aubert")


def locked() -> Campaign:
    offer = make.approved(title="Huile nouvelle", link="https://moulin.example/")
    letter = make.newsletter(sender_email="lettre@alpilles.example")
    return make.planned(make.locked_edition(offer, newsletter=letter))


def sent(
    person: User, peer: Peer, *, address: str = READER, campaign: Campaign | None = None
) -> tuple[TestMail, bytes]:
    row = arrivals.ask(campaign or locked(), address=address, by=person, now=timezone.now())
    assert arrivals.send(row.pk, now=timezone.now()) is State.SENT
    row.refresh_from_db()
    return row, peer.accepted[-1][1]


def test_what_leaves_is_the_letter_itself_to_one_address(peer: Peer, person: User) -> None:
    row, arrived = sent(person, peer)
    [(recipient, _)] = peer.accepted
    assert (recipient, peer.senders) == (READER, [returns.test_path(row.pk)])
    assert arrived.count(b"\nList-Unsubscribe:") == 1
    assert b"DKIM-Signature: v=1; a=rsa-sha256" in arrived
    assert not Delivery.objects.exists()
    template = variants.template_of(row.campaign.variants.get())
    assert template.literals[0] in arrived


def test_what_arrives_as_it_left_is_intact(peer: Peer, person: User) -> None:
    row, arrived = sent(person, peer)
    found = arrivals.compare(row, b"Received: from a by b\r\n" + arrived, pasted=False, now=make.NOON)
    row.refresh_from_db()
    assert (list(found), row.state, row.compared_at, row.findings) == ([], "arrived", make.NOON, [])


def test_what_was_done_on_the_way_is_kept_in_a_row_without_an_address(peer: Peer, person: User) -> None:
    row, arrived = sent(person, peer)
    arrived = b"List-Unsubscribe: <https://relais.example/x>\r\n" + arrived.replace(b"Huile", b"Vinaigre")
    found = arrivals.compare(row, arrived, pasted=True, now=make.NOON)
    row.refresh_from_db()
    assert [one.kind for one in found] == [K.UNSUBSCRIBE_ADDED, K.DKIM_BROKEN, K.WORDS_CHANGED]
    assert (arrivals.findings(row), row.pasted) == (list(found), True)
    assert READER.encode() not in bytes(row.sealed)
    assert READER in sealing.unseal(Kept.TEST, bytes(row.sealed)).decode("latin-1")


def test_a_relay_that_does_not_take_it_says_why(settings: Any, person: User) -> None:
    with Peer(script=lambda phase, count: f"550 5.7.1 no mail for {READER}" if phase == "rcpt" else True) as peer:
        settings.RELAY_URLS = (peer.url,)
        row = arrivals.ask(locked(), address=READER, by=person, now=timezone.now())
        assert arrivals.send(row.pk, now=timezone.now()) is State.NOT_TAKEN
    row.refresh_from_db()
    assert (row.state, row.detail) == ("not_taken", "550 5.7.1 no mail for …")


def test_no_relay_at_all_is_said_too(settings: Any, person: User) -> None:
    settings.RELAY_URLS = ("smtp://127.0.0.1:1",)
    row = arrivals.ask(locked(), address=READER, by=person, now=timezone.now())
    assert arrivals.send(row.pk, now=timezone.now()) is State.NOT_TAKEN


def test_a_task_that_runs_twice_sends_once(peer: Peer, person: User) -> None:
    row, _ = sent(person, peer)
    assert arrivals.send(row.pk, now=timezone.now()) is None
    assert len(peer.accepted) == 1


def test_an_edition_that_is_open_is_not_tested(peer: Peer, person: User) -> None:
    campaign = locked()
    row = arrivals.ask(campaign, address=READER, by=person, now=timezone.now())
    editions.reopen(campaign.edition, by=None, now=timezone.now())
    campaign.refresh_from_db()
    with pytest.raises(arrivals.NotLocked):
        arrivals.ask(campaign, address=READER, by=person, now=timezone.now())
    assert arrivals.send(row.pk, now=timezone.now()) is State.NOT_TAKEN
    assert peer.accepted == []


def test_a_letter_that_has_left_is_tested_as_it_left(peer: Peer, person: User) -> None:
    make.readers(1)
    campaign = make.running()
    variant = campaign.variants.get()
    compiled = variant.compiled_at
    sent(person, peer, campaign=campaign)
    variant.refresh_from_db()
    assert variant.compiled_at == compiled


def test_so_many_an_hour_and_so_many_comparisons(peer: Peer, person: User) -> None:
    campaign = locked()
    for _ in range(MOST_AN_HOUR):
        arrivals.ask(campaign, address=READER, by=person, now=make.NOON)
    with pytest.raises(arrivals.TooOften):
        arrivals.ask(campaign, address=READER, by=person, now=make.NOON + timedelta(minutes=59))
    assert arrivals.ask(campaign, address=READER, by=person, now=make.NOON + timedelta(minutes=61))
    row, arrived = sent(person, peer, campaign=campaign)
    TestMail.objects.filter(pk=row.pk).update(compared=MOST_COMPARED)
    with pytest.raises(arrivals.TooOften):
        arrivals.compare(row, arrived, pasted=True, now=make.NOON)


def test_another_mail_leaves_no_trace_and_asks_no_dns(
    peer: Peer, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = sent(person, peer)
    _, other = sent(person, peer, campaign=row.campaign)
    monkeypatch.setattr("campaigns.wire.verifying.signatures", None)
    for raw, kind in ((other, K.OTHER_MAIL), (b"Bonjour", K.NOT_A_MAIL)):
        [found] = arrivals.compare(row, raw, pasted=True, now=make.NOON)
        row.refresh_from_db()
        assert (found.kind, row.state, row.findings) == (kind, "sent", [])


def test_what_comes_into_our_own_mailbox_is_compared_by_itself(peer: Peer, person: User) -> None:
    row, arrived = sent(person, peer, address="")
    assert peer.accepted[-1][0] == returns.test_path(row.pk)
    raw = f"Delivered-To: {returns.test_path(row.pk)}\r\n".encode() + arrived
    assert inbox.take(raw, now=make.NOON) is Outcome.TESTED
    row.refresh_from_db()
    assert (row.state, row.findings, row.pasted) == ("arrived", [], False)


def test_what_others_write_to_that_mailbox_is_nobodys(peer: Peer, person: User) -> None:
    row, _ = sent(person, peer, address="")
    raw = f"From: x@boite.example\r\nTo: {returns.test_path(row.pk)}\r\nSubject: Noel\r\n\r\nBonjour".encode()
    assert inbox.take(raw, now=make.NOON) is Outcome.NOT_OURS
    gone = raw.replace(returns.test_path(row.pk).encode(), returns.test_path(row.pk + 1000).encode())
    assert inbox.take(gone, now=make.NOON) is Outcome.NOT_OURS
    row.refresh_from_db()
    assert row.state == "sent"


def test_a_test_that_bounces_is_said_and_stops_nobody(peer: Peer, person: User) -> None:
    row, _ = sent(person, peer)
    report = mails.REPORTS["postfix: unknown"][0]
    raw = report.replace("{path}", returns.test_path(row.pk)).replace("{id}", "<1@x>").replace("{reader}", READER)
    assert inbox.take(raw.encode(), now=make.NOON) is Outcome.TESTED
    row.refresh_from_db()
    assert row.state == "came_back"
    assert READER not in row.detail
    assert not DeliveryEvent.objects.exists()


def test_a_test_names_no_delivery(peer: Peer, person: User) -> None:
    row, arrived = sent(person, peer)
    message_id = arrived.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode()
    assert rounds.delivery_of(message_id) is None
    assert returns.named(returns.test_path(row.pk)) is None
    assert returns.test_of(returns.path(row.pk)) is None


def test_after_a_week_nothing_is_left(peer: Peer, person: User) -> None:
    row, _ = sent(person, peer)
    assert arrivals.forget(now=row.asked_at + timedelta(days=6)) == 0
    assert arrivals.forget(now=row.asked_at + timedelta(days=8)) == 1
    assert not TestMail.objects.exists()


def test_with_another_pepper_what_was_kept_cannot_be_read(peer: Peer, person: User, settings: Any) -> None:
    row, arrived = sent(person, peer)
    settings.ADDRESS_PEPPER = "another pepper"
    with pytest.raises(sealing.Unreadable):
        arrivals.compare(row, arrived, pasted=True, now=make.NOON)


def test_findings_come_back_as_they_were_kept() -> None:
    row = TestMail(findings=[["links_rewritten", 12, ["clic.relais.example"]]])
    assert arrivals.findings(row) == [Finding(K.LINKS_REWRITTEN, 12, ("clic.relais.example",))]
