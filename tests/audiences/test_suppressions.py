"""Who is never to be written to, and telling the right wing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from audiences import subscriptions, suppressions
from audiences.core.consent import StopReason
from audiences.keys import key_of
from audiences.models import Suppression
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
NOON = make.NOON


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[bytes, int | None, datetime]]]:
    told: list[tuple[bytes, int | None, datetime]] = []
    monkeypatch.setattr(suppressions, "_listeners", [])
    suppressions.on_stop(lambda key, newsletter, now: told.append((key, newsletter, now)))
    return told


def test_the_right_wing_hears_of_a_stop_in_the_same_transaction(
    heard: list[tuple[bytes, int | None, datetime]],
) -> None:
    jeanne = make.reader("jeanne@orange.example")
    letter = Newsletter.objects.get()
    subscriptions.leave(letter, jeanne.address_key, now=NOON)
    subscriptions.leave(letter, jeanne.address_key, now=NOON)
    suppressions.suppress("Jeanne@orange.example", reason=StopReason.COMPLAINED, now=NOON)
    assert heard == [(key_of("jeanne@orange.example"), letter.pk, NOON), (key_of("jeanne@orange.example"), None, NOON)]


def test_a_stop_that_the_right_wing_cannot_keep_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(key: bytes, newsletter: int | None, now: datetime) -> None:
        raise RuntimeError

    monkeypatch.setattr(suppressions, "_listeners", [refuse])
    with pytest.raises(RuntimeError):
        suppressions.suppress("jeanne@orange.example", reason=StopReason.BOARD, now=NOON)
    assert not Suppression.objects.exists()


def test_a_graver_reason_stays() -> None:
    key = key_of("jeanne@orange.example")
    assert suppressions.suppress(key, reason=StopReason.ERASED, now=NOON)
    assert not suppressions.suppress(key, reason=StopReason.COMPLAINED, source="arf", now=NOON + timedelta(1))
    assert not suppressions.suppress(key, reason=StopReason.ERASED, now=NOON + timedelta(2))
    assert suppressions.reason_for(key) is StopReason.COMPLAINED
    suppressions.lift(key)
    assert suppressions.reason_for(key) is StopReason.COMPLAINED


def test_a_listener_is_told_once_however_often_it_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bytes] = []

    def listen(key: bytes, newsletter: int | None, now: datetime) -> None:
        calls.append(key)

    monkeypatch.setattr(suppressions, "_listeners", [])
    suppressions.on_stop(listen)
    suppressions.on_stop(listen)
    suppressions.suppress("jeanne@orange.example", reason=StopReason.BOARD, now=NOON)
    assert len(calls) == 1


@pytest.mark.parametrize(("durable", "commits"), [(True, "on"), (False, "off")])
@pytest.mark.django_db(transaction=True)
def test_what_the_world_will_say_again_does_not_wait_for_the_disk(
    monkeypatch: pytest.MonkeyPatch, durable: bool, commits: str
) -> None:
    def how() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    seen: list[str] = []
    monkeypatch.setattr(suppressions, "_listeners", [lambda *_: seen.append(how())])
    suppressions.suppress("jeanne@orange.example", reason=StopReason.UNKNOWN_USER, durable=durable, now=NOON)
    assert (seen, how()) == ([commits], "on")
