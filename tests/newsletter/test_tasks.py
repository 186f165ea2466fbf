"""The rows are the queue: a message that is lost, doubled or late loses no answer and tells none twice."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from newsletter import offers, tasks
from newsletter.core.review import OfferState
from newsletter.models import OfferMove
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def answer() -> OfferMove:
    """The board's answer to an offer of Luc and Léa, of which neither knows yet."""
    mill = make.member(person=make.user("luc@mill.example"))
    mill.people.create(user=make.user("lea@mill.example"))
    offer = make.offer(OfferState.SUBMITTED, member=mill)
    offers.approve(offer, by=make.board_member(), now=NOON, tell=True)
    return OfferMove.objects.get(offer=offer)


def told() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_an_answer_is_told_once_to_each_however_often_the_task_runs(answer: OfferMove) -> None:
    for _ in range(3):
        tasks.tell_member(answer.pk)

    assert told() == ["lea@mill.example", "luc@mill.example"]


def test_an_answer_whose_message_was_lost_is_told_by_the_clock(answer: OfferMove) -> None:
    with time_machine.travel(NOON, tick=False):
        tasks.tell_late()
    assert told() == [], "its own message has a minute"
    with time_machine.travel(LATER, tick=False):
        tasks.tell_late()
        tasks.tell_late()

    assert told() == ["lea@mill.example", "luc@mill.example"]


def test_an_answer_that_the_relay_refused_is_told_later(answer: OfferMove, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        away.setattr(tasks.mailer, "send", Mock(side_effect=ConnectionRefusedError))
        tasks.tell_member(answer.pk)
    with time_machine.travel(LATER, tick=False):
        tasks.tell_late()

    assert told() == ["lea@mill.example", "luc@mill.example"]


def test_who_was_told_is_not_told_again_for_a_colleague(answer: OfferMove, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Mock(side_effect=[None, ConnectionRefusedError])
    monkeypatch.setattr(tasks.mailer, "send", sent)
    tasks.tell_member(answer.pk)
    tasks.tell_member(answer.pk)

    assert sent.call_count == 2


def test_what_is_loaded_from_files_owes_nobody_a_mail() -> None:
    offer = make.offer(OfferState.SUBMITTED)
    offers.approve(offer, by=make.board_member(), now=NOON)

    with time_machine.travel(LATER, tick=False):
        tasks.tell_late()
    assert told() == []


def test_the_board_answers_though_the_broker_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = make.offer(OfferState.SUBMITTED)
    client.force_login(make.board_member())
    for task in (tasks.tell_member, tasks.tell_late):
        monkeypatch.setattr(task, "apply_async", Mock(side_effect=OperationalError))
    page = client.post(reverse("board:offer-approve", args=[offer.pk]))

    assert page.status_code == 302
    assert offer.moves.get().is_news


def test_answers_go_where_the_association_reads(settings: pytest.FixtureRequest, answer: OfferMove) -> None:
    settings.REPLY_TO = "bureau@alpilles.example"  # type: ignore[attr-defined]
    tasks.tell_member(answer.pk)

    assert mail.outbox[0].reply_to == ["bureau@alpilles.example"]
