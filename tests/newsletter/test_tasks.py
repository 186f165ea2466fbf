"""The rows are the queue: a message that is lost, doubled or late loses no answer and tells none twice."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from newsletter import answers, editions, offers, tasks
from newsletter.core.review import OfferState
from newsletter.models import OfferMove, Placement
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


WHOLE = {"link": "https://moulin.example", "interests": ["olive"]}


def test_a_member_hears_of_all_that_happens_each_once_and_in_their_language() -> None:
    luc, jeanne = make.user("luc@mas.example", language="en"), make.board_member(name="Jeanne Aubert")
    offer = make.offer(title="Fougasse", member=make.member(person=luc), **WHOLE)
    offers.submit(offer, by=luc, now=NOON, tell=True)
    offers.request_changes(offer, by=jeanne, comment="Le prix ?", field="price", now=NOON, tell=True)
    offers.submit(offer, by=luc, now=NOON, tell=True)
    answers.correct(offer, by=jeanne, now=NOON, tell=True, title="Fougasse aux olives")
    answers.object_to(offer, by=luc, now=NOON)
    offers.approve(offer, by=jeanne, now=NOON, tell=True)
    edition = make.edition(offer, title="Noël", subject="Noël", preheader="En Alpilles")
    editions.lock(edition, by=jeanne, now=NOON, tell=True)

    for _ in range(2):
        with time_machine.travel(LATER, tick=False):
            tasks.tell_late()

    assert sorted(message.subject for message in mail.outbox) == [
        "The board has received your offer",
        "The board has received your offer",
        "The board is asking you for a change",
        "Your offer has its place in the newsletter",
        "Your offer is accepted",
        "Your offer is accepted, with corrections",
    ]
    bodies = {message.subject: message.body for message in mail.outbox}
    asked = f"/espace/offres/{offer.pk}/modifier/?champ=price#id_price"
    assert asked in bodies["The board is asking you for a change"]
    corrected = next(message for message in mail.outbox if "corrections" in message.subject)
    assert "Fougasse aux olives" in corrected.body
    assert "aux olives</ins>" in corrected.alternatives[0].content  # type: ignore[attr-defined]


def test_a_seat_is_told_when_its_edition_is_locked_and_not_again_after_a_reopening() -> None:
    luc = make.user("luc@mas.example")
    edition = make.edition(make.approved(member=make.member(person=luc)), subject="Noël", preheader="En Alpilles")
    with time_machine.travel(LATER, tick=False):
        tasks.tell_late()
        assert told() == []
        editions.lock(edition, by=None, now=NOON, tell=True)
        editions.reopen(edition, by=None, now=NOON)
        tasks.tell_late()
        assert told() == []
        for _ in range(2):
            editions.lock(edition, by=None, now=NOON, tell=True)
            tasks.tell_late()
            editions.reopen(edition, by=None, now=NOON)
    assert told() == ["luc@mas.example"]


def test_a_seat_that_the_relay_refused_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    luc = make.user("luc@mas.example")
    edition = make.edition(make.approved(member=make.member(person=luc)), subject="Noël", preheader="En Alpilles")
    editions.lock(edition, by=None, now=NOON, tell=True)
    with time_machine.travel(LATER, tick=False):
        with monkeypatch.context() as away:
            away.setattr(tasks.mailer, "send", Mock(side_effect=ConnectionRefusedError))
            tasks.tell_late()
        assert Placement.objects.get().told_at is None
        tasks.tell_late()

    assert told() == ["luc@mas.example"]


MORNING = NOON.replace(hour=7)


def test_the_board_has_one_digest_a_day_of_what_waits_and_what_was_objected() -> None:
    jeanne = make.board_member("jeanne@alpilles.example")
    make.user("luc@mas.example")
    with time_machine.travel(MORNING, tick=False):
        tasks.mail_digests()
        assert told() == [], "nothing waits"
    contested = make.offer(OfferState.SUBMITTED, title="Fougasse", **WHOLE)
    make.offer(OfferState.SUBMITTED, title="Santons")
    answers.correct(contested, by=jeanne, now=NOON, title="Pain")
    answers.object_to(contested, by=jeanne, now=NOON)
    with time_machine.travel(MORNING.replace(hour=3), tick=False):
        tasks.mail_digests()
        assert told() == [], "it is night"
    with time_machine.travel(MORNING, tick=False):
        tasks.mail_digests()
        tasks.mail_digests()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["jeanne@alpilles.example"], "2 offres attendent le bureau")
    ]
    body = str(mail.outbox[0].body)
    assert body.index("Un membre conteste votre correction") < body.index("Fougasse") < body.index("Santons")
    with time_machine.travel(MORNING + timedelta(days=1), tick=False):
        tasks.mail_digests()
    assert len(mail.outbox) == 2


def test_a_digest_that_did_not_leave_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make.board_member("jeanne@alpilles.example")
    make.offer(OfferState.SUBMITTED)
    with time_machine.travel(MORNING, tick=False):
        with monkeypatch.context() as away:
            away.setattr(tasks.mailer, "send", Mock(side_effect=ConnectionRefusedError))
            tasks.mail_digests()
        tasks.mail_digests()

    assert told() == ["jeanne@alpilles.example"]
