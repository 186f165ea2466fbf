"""A new sending domain: few messages on its first days, to those who asked most recently, until it is known."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audiences.models import Subscriber, Subscription
from campaigns import chunks, enqueuing, etas, schedule, sending, warmups
from campaigns.core import warmup
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Chunk, Delivery, Spent
from tests import make
from tests.campaigns.peer import Peer

DOMAIN = "alpilles.example"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    with Peer() as peer:
        settings.RELAY_URLS = (peer.url,)
        yield peer


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan of a very small house, so that a few readers take days."""
    monkeypatch.setattr(warmup, "STEPS", (2, 3, 5))


def noon(days: int = 0) -> datetime:
    return make.NOON + days * DAY


def readers(*confirmed: int) -> list[Subscriber]:
    """Readers who confirmed so many days before noon."""
    made = [make.reader() for _ in confirmed]
    for reader, days in zip(made, confirmed, strict=True):
        Subscription.objects.filter(subscriber=reader).update(confirmed_at=noon(-days))
    return made


def drain() -> int:
    return sending.drain(until=timezone.now() + timedelta(seconds=20))


def going(*, now: datetime) -> Campaign:
    return make.running(now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_each_day_has_its_number_and_the_most_recent_come_first(peer: Peer) -> None:
    made = readers(9, 1, 7, 3, 5, 2)
    warmups.begin(DOMAIN, first_day=make.TODAY)
    with time_machine.travel(noon(), tick=True):
        campaign = going(now=timezone.now())
        assert (drain(), drain()) == (2, 0)
        assert chunks.tally(campaign) == Tally(queued=4, sent=2)
        assert set(peer.recipients()) == {made[1].address, made[5].address}
    with time_machine.travel(noon(1) + MINUTE, tick=True):
        assert (drain(), drain()) == (3, 0)
        assert set(peer.recipients()[2:]) == {made[3].address, made[4].address, made[2].address}
    with time_machine.travel(noon(2) + MINUTE, tick=True):
        assert drain() == 1
    assert chunks.tally(campaign) == Tally(sent=6)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_days_of_which_a_pause_made_one_are_still_no_more_than_the_plan(peer: Peer) -> None:
    readers(*range(12))
    warmups.begin(DOMAIN, first_day=make.TODAY)
    with time_machine.travel(noon(), tick=True):
        campaign = going(now=timezone.now())
    with time_machine.travel(noon(2), tick=True):
        assert (drain(), drain()) == (5, 0)
        assert not chunks.due(timezone.now()).exists()
        assert chunks.due(timezone.now() + DAY).exists()
    with time_machine.travel(noon(3) + MINUTE, tick=True):
        assert drain() == 7
    assert chunks.tally(campaign) == Tally(sent=12)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_what_did_not_leave_is_not_counted(peer: Peer) -> None:
    readers(*range(5))
    warmups.begin(DOMAIN, first_day=make.TODAY)
    peer.script = lambda phase, count: "550 5.7.1 refused" if phase == "mail" else True
    with time_machine.travel(noon(), tick=True):
        campaign = going(now=timezone.now())
        assert drain() == 0
        peer.script = lambda phase, count: True
        schedule.resume(campaign, by=None, now=timezone.now())
        assert drain() == 2


@pytest.mark.django_db
def test_a_day_is_shuffled_as_the_rule_says() -> None:
    made = [reader.pk for reader in readers(*[3] * 20, *[1] * 20)]
    warmups.begin(DOMAIN, first_day=make.TODAY)
    campaign = going(now=noon())
    placed = list(Delivery.objects.order_by("position").values_list("subscriber_id", flat=True))
    days = {pk: date(2026, 11, 20) for pk in made[:20]} | {pk: date(2026, 11, 22) for pk in made[20:]}
    assert placed == warmup.order(days.items(), seed=f"campaign {campaign.pk}")


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_chunks_are_days_and_each_waits_for_its_own() -> None:
    readers(*range(12))
    warmups.begin(DOMAIN, first_day=make.TODAY - DAY)
    going(now=noon())
    assert list(Chunk.objects.order_by("first").values_list("queued", "not_before")) == [
        (3, noon()),
        (5, noon(1)),
        (4, noon(2)),
    ]


@pytest.mark.django_db
def test_the_end_is_told_in_days_and_the_campaign_lives_that_long() -> None:
    readers(*range(8))
    warmups.begin(DOMAIN, first_day=make.TODAY)
    campaign = make.planned()
    assert etas.expected_of_draft(campaign, 5000, now=noon()) >= noon(6)
    assert etas.expected_of_draft(campaign, 40, now=noon()) < noon(1)
    assert etas.expires_at(campaign, 100_000, now=noon()) >= noon(13)
    assert etas.expires_at(campaign, 40, now=noon()) < noon(8)


@pytest.mark.django_db
def test_a_known_domain_has_no_plan_and_no_count() -> None:
    readers(1, 2)
    warmups.begin(DOMAIN, first_day=make.TODAY - 20 * DAY)
    assert (warmups.first_day(DOMAIN, now=noon()), warmups.waves(DOMAIN, now=noon())) == (None, ())
    going(now=noon())
    assert Chunk.objects.get().queued == 2
    warmups.end(DOMAIN)
    assert warmups.take(DOMAIN, want=50, now=noon()) == 50
    assert not Spent.objects.exists()


@pytest.mark.django_db
def test_fifty_on_the_first_day_whoever_asks_and_however_often() -> None:
    warmups.begin(DOMAIN, first_day=make.TODAY)
    assert [warmups.take(DOMAIN, want=30, now=noon()) for _ in range(3)] == [30, 20, 0]
    warmups.give_back(DOMAIN, 5, now=noon())
    assert warmups.take(DOMAIN, want=30, now=noon()) == 5
    assert warmups.take(DOMAIN, want=300, now=noon(1)) == 100
    assert warmups.take(DOMAIN, want=300, now=noon(-1)) == 0


@pytest.mark.django_db
def test_an_audience_is_frozen_once_with_its_groups() -> None:
    readers(1, 2, 3)
    warmups.begin(DOMAIN, first_day=make.TODAY)
    campaign = going(now=noon())
    assert enqueuing.enqueue(campaign, now=noon()) == 3
    assert Delivery.objects.count() == 3
