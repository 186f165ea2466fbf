"""Delivering to mail exchangers ourselves: a real nameserver, two operators on real sockets, a lane for each."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audiences.models import Subscriber, Suppression
from campaigns import chunks, domains, drains, lanes, schedule, sending, tasks
from campaigns.core.operators import LANES
from campaigns.core.operators import Lane as Manners
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Chunk, Delivery, Lane, MailDomain
from newsletter.exchangers import Exchangers, Problem
from tests import make
from tests.campaigns.nameserver import NXDOMAIN, SERVFAIL, Nameserver
from tests.campaigns.peer import Peer

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
ONE, TWO = "127.0.0.1", "127.0.0.2"


@pytest.fixture
def names(settings: Any) -> Iterator[Nameserver]:
    with Nameserver() as names:
        settings.DNS_SERVERS = names.servers
        names.zone |= {
            "orange.example": [f"10 {ONE}."],
            "wanadoo.example": [f"10 {ONE}."],
            "laposte.example": [f"10 {TWO}."],
            "gone.example": NXDOMAIN,
            "silent.example": ["0 ."],
            "ill.example": SERVFAIL,
        }
        yield names


@pytest.fixture
def peers(settings: Any, names: Nameserver) -> Iterator[list[Peer]]:
    with ExitStack() as stack:
        one = stack.enter_context(Peer(address=(ONE, 0)))
        two = stack.enter_context(Peer(address=(TWO, one.port)))
        settings.RELAY_URLS = (f"mx://:{one.port}",)
        yield [one, two]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two operators here take a lot; what politeness costs is another test's matter."""
    for name in (ONE, TWO):
        monkeypatch.setitem(LANES, name, Manners(connections=2, per_connection=5, per_minute=6000))


def drain(seconds: float = 20) -> int:
    return sending.drain(until=timezone.now() + timedelta(seconds=seconds))


def going(*addresses: str) -> Campaign:
    for address in addresses:
        make.reader(address)
    campaign = make.launched(now=timezone.now())
    schedule.start_due(now=timezone.now())
    tasks._enqueue(now=timezone.now())
    campaign.refresh_from_db()
    return campaign


def standing(campaign: Campaign) -> tuple[str, Tally]:
    campaign.refresh_from_db()
    return campaign.state, chunks.tally(campaign)


def many(count: int, domain: str) -> list[str]:
    return [f"lecteur{number}@{domain}" for number in range(count)]


def test_everyone_has_it_once_from_their_own_exchanger_within_its_connections(peers: list[Peer]) -> None:
    campaign = going(*many(20, "orange.example"), *many(7, "wanadoo.example"), *many(9, "laposte.example"))
    assert sorted(Chunk.objects.values_list("operator", "hosts", "queued")) == [(ONE, ONE, 27), (TWO, TWO, 9)]
    assert drain() == 36
    assert standing(campaign) == ("running", Tally(sent=36))
    assert [len(peer.accepted) for peer in peers] == [27, 9]
    assert Counter(recipient for peer in peers for recipient in peer.recipients()) == Counter(
        Subscriber.objects.values_list("address", flat=True)
    )
    assert peers[0].at_once <= 2
    assert peers[0].connections >= 27 / 5  # five messages, then another connection
    assert not Lane.objects.exclude(worker=None).exists()


def test_who_takes_no_mail_fails_as_unknown_host_and_is_not_written_to_again(peers: list[Peer]) -> None:
    campaign = going("a@gone.example", "b@silent.example", "c@orange.example")
    assert drain() == 1
    assert standing(campaign)[1] == Tally(sent=1, failed=2)
    assert set(Delivery.objects.filter(state="failed").values_list("reason", flat=True)) == {"unknown_host"}
    assert Suppression.objects.count() == 2


def test_a_domain_that_cannot_be_asked_waits_and_counts_against_nobody(peers: list[Peer], names: Nameserver) -> None:
    campaign = going("a@ill.example", "b@orange.example")
    assert (drain(), drain()) == (1, 0)
    assert standing(campaign) == ("running", Tally(queued=1, sent=1))
    assert (Delivery.objects.get(state="queued").attempts, Suppression.objects.count()) == (0, 0)
    names.zone["ill.example"] = [f"10 {TWO}."]
    assert domains.look_up(now=timezone.now() + domains.AGAIN) >= 1
    Chunk.objects.filter(operator=TWO).update(not_before=timezone.now())
    assert drain() == 1
    assert standing(campaign)[1] == Tally(sent=2)


def test_a_throttle_halves_the_lane_and_the_other_operator_goes_on(peers: list[Peer]) -> None:
    peers[0].script = lambda phase, count: "421 4.7.0 too many connections" if phase == "mail" and count > 3 else True
    campaign = going(*many(12, "orange.example"), *many(8, "laposte.example"))
    left = drain()
    assert left in range(9, 12)  # an envelope that was taken before the throttle may go back as well
    assert standing(campaign) == ("running", Tally(queued=20 - left, sent=left))
    assert len(peers[1].accepted) == 8
    waiting = Delivery.objects.filter(state="queued")
    assert (set(waiting.values_list("attempts", flat=True)), Suppression.objects.count()) == ({0}, 0)
    lane = Lane.objects.get(operator=ONE)
    assert (lane.rate, lane.strikes, lane.worker) == (3000, 1, None)
    assert lane.shut_until is not None
    assert Chunk.objects.get(operator=ONE).not_before == lane.shut_until
    assert not chunks.due(timezone.now()).exists()
    assert chunks.due(lane.shut_until).exists()


def test_an_operator_that_is_away_rests_alone_and_no_campaign_pauses(peers: list[Peer], names: Nameserver) -> None:
    names.zone["away.example"] = ["10 127.0.0.3."]
    campaign = going("a@away.example", *many(3, "orange.example"))
    assert drain() == 3
    assert standing(campaign) == ("running", Tally(queued=1, sent=3))
    assert Lane.objects.get(operator="127.0.0.3").strikes == 1
    assert Delivery.objects.get(state="queued").attempts == 0


def test_the_next_exchanger_is_tried_when_the_best_is_away(peers: list[Peer], names: Nameserver) -> None:
    names.zone["two.example"] = ["10 127.0.0.3.", f"20 {ONE}."]
    going("a@two.example")
    assert drain() == 1
    assert peers[0].recipients() == ["a@two.example"]


def test_a_lane_is_held_by_one_worker_and_its_bucket_starts_empty(peers: list[Peer]) -> None:
    going(*many(3, "orange.example"))
    now = timezone.now()
    mine = lanes.take(worker=1, direct=True, now=now)
    assert mine is not None
    assert lanes.take(worker=2, direct=True, now=now) is None
    assert lanes.grant(mine, 50, now=now) == 0
    assert lanes.grant(mine, 50, now=now + MINUTE / 60) == 50
    theirs = lanes.take(worker=2, direct=True, now=now + lanes.LEASE * 3)
    assert theirs is not None
    assert lanes.grant(mine, 50, now=now + lanes.LEASE * 3) == 0


def test_a_postfix_of_ones_own_is_spared_by_operator_too(settings: Any, names: Nameserver) -> None:
    with Peer() as postfix:
        settings.RELAY_URLS = (f"{postfix.url}?pace=mx",)
        campaign = going(*many(4, "orange.example"), *many(4, "laposte.example"))
        assert set(Chunk.objects.values_list("operator", "hosts")) == {(ONE, ""), (TWO, "")}
        assert drain() == 8
    assert standing(campaign)[1] == Tally(sent=8)
    assert set(Lane.objects.values_list("operator", flat=True)) == {ONE, TWO}


def test_behind_a_plain_relay_nobody_is_asked_and_no_lane_is_made(settings: Any, names: Nameserver) -> None:
    with Peer() as relay:
        settings.RELAY_URLS = (relay.url,)
        going(*many(4, "orange.example"))
        assert drain() == 4
    assert (names.asked, MailDomain.objects.count(), Lane.objects.count()) == ([], 0, 0)
    assert set(Chunk.objects.values_list("operator", "hosts", "domain")) == {("", "", "")}


def test_an_audience_frozen_for_a_relay_pauses_when_nobody_stands_in_between_any_more(
    peers: list[Peer], settings: Any
) -> None:
    direct = settings.RELAY_URLS
    settings.RELAY_URLS = ("smtp://relay.example",)
    campaign = going("a@orange.example")
    settings.RELAY_URLS = direct
    assert drain() == 0
    assert standing(campaign) == ("paused", Tally(queued=1))
    assert "mx://" in campaign.pause_detail


def test_an_old_answer_is_better_than_none(names: Nameserver) -> None:
    now = timezone.now()
    domains.note({"orange.example": Exchangers((ONE,))}, now=now - domains.KEEP)
    domains.note({"orange.example": Exchangers(problem=Problem.UNANSWERED)}, now=now)
    row = MailDomain.objects.get()
    assert (row.operator, row.hosts, row.problem) == (ONE, [ONE], "")
    assert row.checked_at == now - domains.KEEP + domains.AGAIN


def test_the_dns_is_never_asked_inside_a_transaction(
    names: Nameserver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RELAY_URLS = ("mx://",)
    heard: list[bool] = []
    find = domains.exchangers.find
    monkeypatch.setattr(domains.exchangers, "find", lambda name: heard.append(connection.in_atomic_block) or find(name))
    going("a@orange.example", "b@laposte.example")
    assert heard == [False, False]
    assert not domains.unknown()


def test_an_operator_that_falls_silent_holds_nobody_else_up_and_is_doubt_for_what_it_has(
    peers: list[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drains, "COMPLETE_WITHIN", 1.0)
    peers[0].script = lambda phase, count: "silence" if phase == "dot" else True
    campaign = going(*many(12, "orange.example"), *many(8, "laposte.example"))
    assert drain(6) == 8
    _, tally = standing(campaign)
    assert tally.sent == 8
    assert 0 < tally.in_doubt <= 2
    assert tally.queued == 12 - tally.in_doubt
