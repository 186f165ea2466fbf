"""What machines ask: everyone may know that it lives, few may know how much, nobody learns who."""

import json
import logging
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from campaigns import pulses
from tests import make
from tests.environment import servers

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _broker(settings: Any) -> None:
    settings.REDIS_URL = servers.redis_url


def beat() -> None:
    from django.utils import timezone

    pulses.beat(now=timezone.now())


def test_health_needs_no_log_in_and_is_never_kept(client: Client) -> None:
    beat()
    answer = client.get("/health")
    assert (answer.status_code, json.loads(answer.content)["ok"]) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_health_is_503_and_says_which_part(client: Client, settings: Any) -> None:
    beat()
    settings.REDIS_URL = NOWHERE
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["broker"], answer.json()["database"]) == (503, False, True)


def test_health_without_a_database_is_an_answer_and_not_a_traceback(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(pulses, "seen_at", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def test_health_without_a_clock_is_ill(client: Client) -> None:
    assert client.get("/health").status_code == 503


def test_no_verb_but_get(client: Client) -> None:
    assert [client.post(page).status_code for page in ("/health", "/metrics")] == [405, 405]


def test_metrics_are_sums_and_nobody(client: Client) -> None:
    make.readers(3)
    campaign = make.running()
    make.settled(campaign, "sent", "sent", finished=False)
    beat()
    page = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    for line in (
        "garrigue_messages_accepted_total 2.0",
        'garrigue_messages{state="queued"} 1.0',
        'garrigue_campaigns{state="running"} 1.0',
        "garrigue_chunks_waiting 1.0",
    ):
        assert line in page.splitlines()
    assert "@" not in page
    assert 'garrigue_pulse_age_seconds{pulse="clock"}' in page


def test_metrics_cost_the_same_for_one_campaign_and_for_three(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        make.running()
        with django_assert_num_queries(5):
            client.get("/metrics")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.3"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.3", "HTTP_AUTHORIZATION": "Bearer of-oil"}, 200),
        ({"REMOTE_ADDR": "10.0.0.3", "HTTP_AUTHORIZATION": "Bearer of-wine"}, 404),
        ({"REMOTE_ADDR": "10.0.0.3", "HTTP_AUTHORIZATION": "Bearer "}, 404),
        ({"REMOTE_ADDR": "10.0.0.3", "HTTP_AUTHORIZATION": "Bearer é"}, 404),
    ],
)
def test_metrics_are_for_this_machine_or_whoever_knows_the_token(
    client: Client, settings: Any, told: dict[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings.METRICS_TOKEN = "of-oil"
    caplog.set_level(logging.CRITICAL)
    assert client.get("/metrics", **told).status_code == status  # type: ignore[arg-type]


def test_without_a_token_nobody_elsewhere_is_let_in(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.3", HTTP_AUTHORIZATION="Bearer ").status_code == 404
