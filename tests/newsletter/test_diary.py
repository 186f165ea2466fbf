"""The clock alone: open, remind, close, draft, finish. Readers get nothing."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail

from campaigns.models import Campaign, Delivery
from newsletter import calls, diary, operations, selecting, tasks
from newsletter.core.operation import NoticeKind, OperationState
from newsletter.core.review import OfferState
from newsletter.models import Edition, Member, Notice, Operation
from tests import make
from tests.make import NOON
from tests.together import together

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def scheduled(**fields: object) -> Operation:
    row = make.operation(opens_at=NOON + DAY, closes_at=NOON + 11 * DAY, **fields)  # type: ignore[arg-type]
    operations.schedule(row, by=None, now=NOON)
    return row


def state(row: Operation) -> str:
    return Operation.objects.get(pk=row.pk).state


def test_from_an_hour_that_was_said_to_an_edition_that_waits_by_the_clock_alone() -> None:
    make.reader()
    prompt, silent = make.member("Prompt", email="prompt@x.example"), make.member("Muet", email="muet@x.example")
    row = scheduled()

    def tick(at: timedelta) -> list[str]:
        mail.outbox.clear()
        with time_machine.travel(NOON + at, tick=False):
            tasks.keep_operations()
        return sorted(message.to[0] for message in mail.outbox)

    assert (tick(timedelta(hours=23)), state(row)) == ([], "scheduled")
    assert (tick(DAY), state(row)) == (["muet@x.example", "prompt@x.example"], "calling")
    make.answered(make.call_of(row, prompt), at=NOON + 2 * DAY)
    assert tick(2 * DAY) == []
    assert tick(4 * DAY) == ["muet@x.example"]
    assert tick(5 * DAY) == []
    assert tick(9 * DAY) == ["muet@x.example"]
    assert (tick(11 * DAY), state(row)) == ([], "composed")
    [edition] = Edition.objects.all()
    assert [seat.offer.member for seat in edition.placements.all()] == [prompt]
    assert not edition.is_locked
    assert (Campaign.objects.count(), Delivery.objects.count()) == (0, 0), "readers get nothing without the board"
    assert (tick(30 * DAY), state(row)) == ([], "closed")
    assert silent


def test_the_clock_lets_the_board_read_what_came_last_and_then_waits_no_more() -> None:
    mill = make.member()
    row = scheduled(send_on=(make.SENDING_DAY + 20 * DAY,))
    diary.keep(now=NOON + DAY)
    make.answered(make.call_of(row, mill), OfferState.SUBMITTED, at=NOON + 2 * DAY)

    assert [(diary.keep(now=NOON + days * DAY), state(row)) for days in (11, 13, 14)] == [
        (1, "selecting"),
        (0, "selecting"),
        (1, "composed"),
    ]


def test_a_round_twice_is_a_round_once() -> None:
    make.member("Muet")
    row = scheduled()

    assert [diary.keep(now=NOON + DAY) for _ in range(2)] == [1, 0]
    assert [diary.keep(now=NOON + 5 * DAY) for _ in range(2)] == [1, 0]
    assert [diary.keep(now=NOON + 11 * DAY) for _ in range(2)] == [2, 0]
    assert row.calls.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_call_once() -> None:
    make.member()
    row = scheduled()

    together(*[lambda: diary.keep(now=NOON + DAY)] * 3)

    assert (row.calls.count(), Notice.objects.count()) == (1, 1)


def test_a_call_whose_hour_was_slept_through_is_not_opened_for_nothing() -> None:
    row = scheduled()

    assert (diary.keep(now=NOON + 12 * DAY), state(row)) == (0, "scheduled")


def test_one_operation_that_stumbles_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    make.member()
    first, second = scheduled(), scheduled()
    open_call = calls.open_call

    def stumble(row: Operation, **rest: object) -> int:
        if row.pk == first.pk:
            raise RuntimeError
        return open_call(row, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(calls, "open_call", stumble)
    diary.keep(now=NOON + DAY)

    assert (state(first), state(second)) == ("scheduled", "calling")


def test_what_the_board_prepares_the_clock_leaves_alone() -> None:
    rows = [make.operation(OperationState.DRAFT, opens_at=NOON), make.operation(OperationState.CONSULTING)]

    assert diary.keep(now=NOON + 2 * DAY) == 0
    assert [state(row) for row in rows] == ["draft", "consulting"]


def test_a_letter_leaves_once_in_each_persons_language() -> None:
    mill = make.member("Moulin", person=make.user("luc@x.example", language="en"))
    mill.people.create(user=make.user("lea@x.example"))
    row = make.calling()

    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            tasks.mail_notices()

    said = {message.to[0]: message.body for message in mail.outbox}
    assert set(said) == {"luc@x.example", "lea@x.example"}
    assert ("Bonjour" in said["lea@x.example"], "Hello" in said["luc@x.example"]) == (True, True)
    assert all("/invitation/" in body for body in said.values())
    assert Notice.objects.get(call__operation=row).letters == 2


def test_a_letter_that_the_relay_refused_leaves_later(monkeypatch: pytest.MonkeyPatch) -> None:
    make.member(email="moulin@x.example")
    make.calling()
    with time_machine.travel(NOON, tick=False):
        with monkeypatch.context() as away:
            away.setattr(tasks.mailer, "send", Mock(side_effect=ConnectionRefusedError))
            tasks.mail_notices()
        tasks.mail_notices()

    assert [message.to for message in mail.outbox] == [["moulin@x.example"]]


def test_a_letter_whose_worker_died_leaves_after_its_lease() -> None:
    make.member(email="moulin@x.example")
    make.calling()
    Notice.objects.update(taken_at=NOON)

    for minutes in (5, 11):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            tasks.mail_notices()
        assert len(mail.outbox) == (minutes > 10)


def test_who_left_in_the_middle_is_written_to_no_more() -> None:
    mill = make.member(email="moulin@x.example")
    row = make.calling()
    Member.objects.filter(pk=mill.pk).update(is_active=False)

    with time_machine.travel(NOON, tick=False):
        tasks.mail_notices()
    calls.remind(row, now=NOON + 4 * DAY)

    assert mail.outbox == []
    assert Notice.objects.get().settled_at == NOON


def test_members_and_partners_are_written_to_of_what_concerns_them() -> None:
    mill = make.member("Moulin", email="moulin@x.example")
    asked = make.consulted(make.operation(theme="Le feu"), make.partner(email="office@x.example"))
    row = asked.operation
    calls.open_call(row, by=None, now=NOON)
    make.answered(make.call_of(row, mill))
    calls.close(row, by=None, now=NOON + DAY)
    selecting.draft_editions(row, by=None, now=NOON + DAY)
    selecting.announce(row, now=NOON + DAY)

    with time_machine.travel(NOON + DAY, tick=False):
        tasks.mail_notices()

    assert {notice.kind: notice.letters for notice in Notice.objects.all()} == {
        NoticeKind.CONSULTATION: 1,
        NoticeKind.CALL: 0,  # its link is closed by now
        NoticeKind.OUTCOME: 1,
    }
    outcome = next(message for message in mail.outbox if message.to == ["moulin@x.example"])
    assert "a sa place dans" in outcome.body
