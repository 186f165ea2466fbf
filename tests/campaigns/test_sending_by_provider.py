"""A campaign through a provider's HTTP interface: the same ledger, journal, breaker and limits as by SMTP."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import chunks, drains, filling, paces, roads, schedule, sending
from campaigns.core.tally import Tally
from campaigns.models import Campaign, Delivery, WorkerSession
from tests import make
from tests.campaigns import provider
from tests.campaigns.peer import Peer
from tests.campaigns.provider import Act, Call, FakeProvider, Reply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def esp(settings: Any) -> Iterator[FakeProvider]:
    with FakeProvider(provider.mailjet) as esp:
        settings.RELAY_URLS = (f"mailjet://PUBLIC:SECRET@?api={esp.api}",)
        yield esp


def drain(seconds: float = 20, **options: Any) -> int:
    return sending.drain(until=timezone.now() + timedelta(seconds=seconds), **options)


def going(count: int) -> Campaign:
    make.readers(count)
    return make.running(now=timezone.now())


def standing(campaign: Campaign) -> tuple[str, Tally]:
    campaign.refresh_from_db()
    return campaign.state, chunks.tally(campaign)


def readers_of(calls: list[Call]) -> Counter[str]:
    return Counter(message["To"][0]["Email"] for call in calls for message in call.json["Messages"])


def test_everyone_once_in_calls_of_fifty_and_each_with_the_deliverys_token(esp: FakeProvider) -> None:
    campaign = going(120)
    assert drain() == 120
    assert standing(campaign) == ("running", Tally(sent=120))
    assert [len(call.json["Messages"]) for call in esp.calls] == [50, 50, 20]
    assert set(readers_of(esp.calls).values()) == {1}
    messages = [message for call in esp.calls for message in call.json["Messages"]]
    tokens = {message["EventPayload"] for message in messages}
    assert len(tokens) == 120
    ids = {filling.message_id(campaign.pk, row.pk, "x") for row in Delivery.objects.all()}
    assert {f"<{payload.split(chr(34))[3]}@x>" for payload in tokens} == ids
    assert set(Delivery.objects.values_list("reply_code", flat=True)) == {200}
    assert not WorkerSession.objects.filter(ended_at=None).exists()


def test_a_call_that_is_never_answered_is_doubt_for_its_batch_and_no_more(esp: FakeProvider) -> None:
    esp.script = lambda call, count: "reset" if count == 2 else provider.mailjet(call)
    campaign = going(120)
    drain()
    drain()
    schedule.finish_done(now=timezone.now())
    assert standing(campaign) == ("finished", Tally(sent=70, in_doubt=50))
    assert set(readers_of(esp.calls).values()) == {1}


def test_a_worker_that_must_end_waits_for_no_answer_and_only_what_was_let_go_is_in_doubt(
    esp: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drains, "COMPLETE_WITHIN", 0.5)
    stop = threading.Event()

    def silence(call: Call, count: int) -> Act:
        if count == 2:
            stop.set()
            return "silence"
        return provider.mailjet(call)

    esp.script = silence
    campaign, began = going(120), time.monotonic()
    assert drain(stop=stop.is_set) == 50
    assert time.monotonic() - began < 10
    assert standing(campaign) == ("paused", Tally(queued=20, sent=50, in_doubt=50))
    assert campaign.pause_reason == "relay_unreachable"


@pytest.mark.parametrize(("readers", "queued"), [(120, 19), (101, 0)])
def test_a_provider_that_answers_nothing_any_more_is_left_alone_before_everyone_is_in_doubt(
    esp: FakeProvider, readers: int, queued: int
) -> None:
    esp.script = lambda call, count: provider.mailjet(call) if count == 1 else Reply(500, {"ErrorMessage": "oops"})
    campaign = going(readers)
    drain()
    assert standing(campaign) == ("paused", Tally(queued=queued, sent=50, in_doubt=51))
    assert (campaign.pause_reason, len(esp.calls)) == ("relay_unreachable", 3)


def test_a_pause_while_the_provider_thinks_lets_no_further_call_begin(esp: FakeProvider) -> None:
    campaign = going(120)

    def pause_at_first(call: Call, count: int) -> Act:
        if count == 1:
            Campaign.objects.filter(pk=campaign.pk).update(state="paused")
            time.sleep(1.5)
        return provider.mailjet(call)

    esp.script = pause_at_first
    assert drain() == 50
    assert standing(campaign) == ("paused", Tally(queued=70, sent=50))
    assert set(Delivery.objects.filter(state="queued").values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Reply(401, {"ErrorMessage": "API key authentication failed"}), "login_refused"),
        (Reply(402, {"ErrorMessage": "payment required"}), "relay_quota"),
        (Reply(403, {"ErrorMessage": "sender domain not verified"}), "relay_policy"),
    ],
)
def test_what_is_ours_to_mend_pauses_with_its_reason_and_no_row_fails(
    esp: FakeProvider, answer: Reply, reason: str
) -> None:
    esp.script = lambda call, count: answer
    campaign = going(60)
    assert drain() == 0
    assert standing(campaign) == ("paused", Tally(queued=60))
    assert campaign.pause_reason == reason
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


def test_asked_to_slow_down_the_road_rests_and_nobody_pauses(esp: FakeProvider) -> None:
    esp.script = lambda call, count: Reply(429, {}, {"Retry-After": "90"})
    campaign = going(10)
    assert (drain(), drain()) == (0, 0)
    assert standing(campaign) == ("running", Tally(queued=10))
    assert len(esp.calls) == 1
    [state] = roads.states(now=timezone.now())
    assert (state.reason, state.is_open) == (None, False)
    assert state.shut_until is not None
    assert 80 < (state.shut_until - timezone.now()).total_seconds() < 91


def test_a_reader_whom_the_provider_refuses_fails_alone(esp: FakeProvider) -> None:
    def refuse_one(call: Call, count: int) -> Act:
        said = provider.mailjet(call).body
        said["Messages"][1] = {"Status": "error", "Errors": [{"ErrorMessage": "no such mailbox", "StatusCode": 400}]}
        return Reply(200, said)

    esp.script = refuse_one
    campaign = going(3)
    assert drain() == 2
    assert standing(campaign)[1] == Tally(sent=2, failed=1)


def test_a_provider_has_limits_like_any_relay(esp: FakeProvider) -> None:
    paces.set_pace(paces.relays()[0], per_day=30)
    campaign = going(70)
    assert (drain(), drain()) == (30, 0)
    assert standing(campaign) == ("running", Tally(queued=40, sent=30))


def test_when_the_provider_is_gone_a_relay_carries_on_and_everyone_has_it_once(
    esp: FakeProvider, settings: Any
) -> None:
    esp.script = lambda call, count: provider.mailjet(call) if count < 2 else Reply(401, {"ErrorMessage": "API key"})
    with Peer() as peer:
        settings.RELAY_URLS = (*settings.RELAY_URLS, peer.url)
        campaign = going(120)
        assert drain() == 120
    assert standing(campaign) == ("running", Tally(sent=120))
    by_provider = readers_of(esp.calls[:1])
    assert set((by_provider + Counter(peer.recipients())).values()) == {1}
    assert (len(by_provider), len(peer.accepted)) == (50, 70)
