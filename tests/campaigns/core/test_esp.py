from datetime import UTC, datetime, timedelta

import pytest

from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.esp import MANNERS, Course, Judgement, judge_call, retry_after, turn_of
from campaigns.core.fault import Fault
from campaigns.core.receipt import Phase
from newsletter.core.providers import PROVIDERS

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("phase", list(Phase))
def test_no_answer_is_doubt_only_once_the_request_was_whole(phase: Phase) -> None:
    course = judge_call(None, "", phase=phase).course

    assert (course is Course.DOUBT) == (phase in (Phase.DOT_SENT, Phase.REPLIED))


def test_without_a_connection_it_is_the_provider_that_is_away() -> None:
    assert judge_call(None, "", phase=Phase.CONNECT) == Judgement(
        Course.PAUSE, Fault.TRANSIENT, PauseReason.RELAY_UNREACHABLE
    )


def doubtful(statuses: range, text: str = "", *, repeated: bool = False) -> set[int]:
    return {
        status
        for status in statuses
        if judge_call(status, text, phase=Phase.DOT_SENT, repeated=repeated).course is Course.DOUBT
    }


def test_a_repeated_call_stays_in_doubt_whatever_is_said() -> None:
    assert doubtful(range(100, 600), repeated=True) == set(range(100, 600))


def test_a_server_that_broke_may_have_taken_the_call() -> None:
    assert doubtful(range(500, 600), "quota sender key") == set(range(500, 600)) - {503}


def test_what_was_refused_is_certainly_not_sent_unless_the_call_met_itself() -> None:
    assert doubtful(range(400, 500)) == {409}


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ('{"code":"not_enough_credits","message":"no credits"}', PauseReason.RELAY_QUOTA),
        ("The 'From' address you supplied is not a Sender Signature on your account.", PauseReason.RELAY_POLICY),
        ("Sender is not valid", PauseReason.RELAY_POLICY),
    ],
)
def test_a_422_about_our_account_pauses(text: str, pause: PauseReason) -> None:
    assert judge_call(422, text, phase=Phase.DOT_SENT).pause is pause


@pytest.mark.parametrize("text", ["to parameter is not a valid address", "email is not valid in to", "bad JSON"])
def test_a_400_about_one_of_the_messages_asks_to_look_which(text: str) -> None:
    assert judge_call(400, text, phase=Phase.DOT_SENT).course is Course.SPLIT


def test_a_status_that_says_nothing_definite_is_doubt() -> None:
    assert [turn_of(status) for status in ("sent", "queued", "rejected", "invalid", "failed")] == [
        Turn.ACCEPT,
        Turn.ACCEPT,
        Turn.REFUSE,
        Turn.REFUSE,
        Turn.REFUSE,
    ]
    assert {turn_of(status) for status in ("unknown", "", None, "new")} == {Turn.LOSE}


def test_how_long_to_wait_is_read_in_seconds_or_as_a_date_and_never_more_than_an_hour() -> None:
    assert retry_after("120", now=NOON) == timedelta(minutes=2)
    assert retry_after("Mon, 23 Nov 2026 12:00:30 GMT", now=NOON) == timedelta(seconds=30)
    assert retry_after("Mon, 23 Nov 2026 11:00:00 GMT", now=NOON) == timedelta()
    assert retry_after("9999999", now=NOON) == timedelta(hours=1)
    assert {retry_after(value, now=NOON) for value in ("", "soon", "-3", "Mon, 23 Nov 2026 12:00:30")} <= {None}


def test_every_provider_has_its_manner_and_a_call_stays_small_without_a_key() -> None:
    assert MANNERS.keys() == PROVIDERS.keys()
    assert all(manner.batch <= 50 for manner in MANNERS.values() if not manner.idempotent)
