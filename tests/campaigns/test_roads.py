"""Several relays: shared by weight, and when one fails the others carry on. Everyone exactly once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import chunks, deliveries, paces, roads, schedule, sending
from campaigns.core.campaign import PauseReason
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Delivery, DeliveryRetry, RoadStanding
from tests import make
from tests.campaigns.peer import Peer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def peers(settings: Any) -> Iterator[list[Peer]]:
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer()) for _ in range(2)]
        settings.RELAY_URLS = tuple(peer.url for peer in peers)
        yield peers


def drain() -> int:
    return sending.drain(until=timezone.now() + timedelta(seconds=20))


def drain_to_the_end() -> None:
    for _ in range(6):
        drain()
        for retry in DeliveryRetry.objects.all():
            deliveries.wake_retries(now=retry.not_before)


def going(count: int) -> Campaign:
    make.readers(count)
    return make.running(now=timezone.now())


def standing(campaign: Campaign) -> tuple[str, Tally]:
    campaign.refresh_from_db()
    return campaign.state, chunks.tally(campaign)


def received(peers: list[Peer]) -> Counter[str]:
    return Counter(recipient for peer in peers for recipient in peer.recipients())


@pytest.mark.django_db(transaction=True)
def test_relay_1_dies_in_the_middle_and_relay_2_carries_on(peers: list[Peer]) -> None:
    first, second = peers
    campaign = going(120)

    def dies_after_forty(phase: str, count: int) -> bool | None:
        if len(first.accepted) < 40:
            return True
        return None if phase in ("connect", "mail", "rcpt") else True

    first.script = dies_after_forty
    drain_to_the_end()
    assert standing(campaign) == ("running", Tally(sent=120))
    assert received(peers) == Counter(reader.address for reader in _readers())
    assert len(second.accepted) > 60
    [down, up] = roads.states(now=timezone.now())
    assert (down.reason, down.is_open, up.reason, up.is_open) == (PauseReason.RELAY_UNREACHABLE, False, None, True)


@pytest.mark.django_db(transaction=True)
def test_what_relay_1_may_have_taken_is_doubt_and_never_goes_by_relay_2(peers: list[Peer]) -> None:
    first, second = peers
    campaign = going(30)
    first.script = lambda phase, count: (
        "accept and close" if phase == "dot" else True if phase != "connect" or count < 5 else None
    )
    drain_to_the_end()
    _, tally = standing(campaign)
    assert tally.in_doubt == len(first.accepted) > 0
    assert (tally.sent, tally.sent + tally.in_doubt) == (len(second.accepted), 30)
    assert max(received(peers).values()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("phase", "answer", "reason"),
    [
        ("connect", "554 no service", PauseReason.RELAY_UNREACHABLE),
        ("mail", "535 5.7.8 bad credentials", PauseReason.LOGIN_REFUSED),
        ("mail", "451 4.7.0 hourly limit exceeded", PauseReason.RELAY_QUOTA),
    ],
)
def test_a_road_that_fails_is_shut_and_the_campaign_never_pauses(
    peers: list[Peer], phase: str, answer: str, reason: PauseReason
) -> None:
    peers[0].script = lambda seen, count: answer if seen == phase else True
    campaign = going(12)
    assert drain() == 12
    assert standing(campaign) == ("running", Tally(sent=12))
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
    assert [(state.reason, state.is_open) for state in roads.states(now=timezone.now())] == [
        (reason, False),
        (None, True),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_for_policy_pauses_and_burns_no_other_relay(peers: list[Peer]) -> None:
    peers[0].script = lambda phase, count: "550 5.7.1 sender refused" if phase == "mail" else True
    campaign = going(12)
    assert drain() == 0
    assert standing(campaign) == ("paused", Tally(queued=12))
    assert (campaign.pause_reason, peers[1].connections) == ("relay_policy", 0)
    assert all(state.is_open for state in roads.states(now=timezone.now()))


@pytest.mark.django_db(transaction=True)
def test_when_no_road_is_left_the_campaign_pauses_with_the_reason_and_resuming_tries_them_again(
    peers: list[Peer],
) -> None:
    for peer in peers:
        peer.script = lambda phase, count: "554 5.3.2 closed" if phase == "connect" else True
    campaign, other = going(4), make.running(make.locked_edition(), now=timezone.now())
    assert drain() == 0
    drain()
    for one in (campaign, other):
        assert standing(one) == ("paused", Tally(queued=4))
        assert one.pause_reason == "relay_unreachable"
    for peer in peers:
        peer.script = lambda phase, count: True
    schedule.resume(campaign, by=None, now=timezone.now())
    assert drain() == 4
    assert any(state.is_open and state.reason is None for state in roads.states(now=timezone.now()))


@pytest.mark.django_db(transaction=True)
def test_a_relay_whose_hour_is_used_up_hands_over_to_the_next(peers: list[Peer]) -> None:
    paces.set_pace(paces.relays()[0], per_hour=5)
    campaign = going(20)
    assert drain() == 20
    assert [len(peer.accepted) for peer in peers] == [5, 15]
    assert standing(campaign)[1] == Tally(sent=20)


@pytest.mark.django_db
def test_drains_share_the_roads_by_weight_over_workers_and_restarts(settings: Any) -> None:
    settings.RELAY_URLS = ("smtp://one.example?weight=3", "smtp://two.example", "brevo://:KEY@")
    taken: Counter[str] = Counter()
    for number in range(100):
        now = timezone.now() + timedelta(seconds=number)
        stint = roads.take(now=now)
        assert stint is not None
        roads.end(stint, carried=100, now=now)
        taken[stint.road.title] += 1
    assert taken["one.example"] in range(58, 63)
    assert taken["two.example"] in range(18, 23)
    assert taken["Brevo"] in range(18, 23)


@pytest.mark.django_db
def test_two_workers_that_begin_in_one_moment_take_two_roads(settings: Any) -> None:
    settings.RELAY_URLS = ("smtp://one.example", "smtp://two.example")
    first, second = roads.take(now=timezone.now()), roads.take(now=timezone.now())
    assert first is not None
    assert second is not None
    assert first.road != second.road


@pytest.mark.django_db
def test_several_workers_hear_of_one_fault_and_it_is_one_strike(settings: Any) -> None:
    settings.RELAY_URLS = ("smtp://one.example", "smtp://two.example")
    [road, _], now = paces.relays(), timezone.now()
    fault = {"reason": PauseReason.RELAY_UNREACHABLE, "detail": "no answer"}
    assert all(roads.carry_on_without(road, now=now, **fault) for _ in range(5))  # type: ignore[arg-type]
    assert RoadStanding.objects.get(road=road.name).strikes == 1
    assert roads.states(now=now)[0].shut_until == now + MINUTE
    roads.carry_on_without(road, now=now + 2 * MINUTE, **fault)  # type: ignore[arg-type]
    assert roads.states(now=now + 2 * MINUTE)[0].shut_until == now + 4 * MINUTE
    stint = roads.take(now=now + 5 * MINUTE, but={"two.example:25"})
    assert stint is not None
    roads.end(stint, carried=1, now=now + 5 * MINUTE)
    assert (RoadStanding.objects.get(road=road.name).strikes, roads.states(now=now)[0].reason) == (0, None)


@pytest.mark.django_db
def test_a_road_that_only_rests_makes_nobody_pause(settings: Any) -> None:
    settings.RELAY_URLS = ("smtp://one.example",)
    now = timezone.now()
    roads.rest(paces.relays()[0], until=now + MINUTE, detail="429 slowly")
    assert (roads.take(now=now), roads.why_none(now=now)) == (None, None)
    assert roads.take(now=now + MINUTE) is not None


def _readers() -> list[Any]:
    from audiences.models import Subscriber

    return list(Subscriber.objects.all())
