"""The life of an operation, for every state and every moment."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.operation import (
    AT_THE_LATEST,
    KNOWN_TO_MEMBERS,
    MOVES,
    PATIENCE,
    REMINDERS,
    SILENT,
    STANDING,
    WRITABLE,
    Answer,
    Bar,
    Dates,
    Facts,
    OperationState,
    Step,
    Wanted,
    answer,
    bar,
    due,
    owes_reminder,
    reminder_moment,
    tally,
)
from newsletter.core.review import OfferState
from newsletter.core.states import IllegalMove, advance

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
CLOSES = NOON + timedelta(days=10)
SENDS = date(2026, 12, 20)
DATES = Dates(NOON, CLOSES, (SENDS,))
S, D = OperationState, Step

# What a person may do with an operation in each state, written out a second time, by hand.
ALLOWED = {
    S.DRAFT: "consult schedule open cancel",
    S.CONSULTING: "schedule open cancel",
    S.SCHEDULED: "revise open cancel",
    S.CALLING: "close cancel",
    S.SELECTING: "reopen compose cancel",
    S.COMPOSED: "finish",
    S.CLOSED: "",
    S.CANCELLED: "",
}


@pytest.mark.parametrize(("state", "step"), list(product(S, D)), ids=lambda value: value.value)
def test_every_state_meets_every_step(state: OperationState, step: Step) -> None:
    if step.value in ALLOWED[state].split():
        assert advance(MOVES, state, step) in S
    else:
        with pytest.raises(IllegalMove):
            advance(MOVES, state, step)


def test_every_state_is_reached_and_every_life_can_end() -> None:
    reached = {S.DRAFT, *(became for onward in MOVES.values() for became in onward.values())}
    ends = {state for state, onward in MOVES.items() if not onward}

    assert reached == set(S)
    assert ends == {S.CLOSED, S.CANCELLED}


def test_nothing_is_written_otherwise_once_members_read_it() -> None:
    assert not set(WRITABLE) & set(KNOWN_TO_MEMBERS)
    # and no way leads back from what members know to what they do not
    back = {became for state in KNOWN_TO_MEMBERS for became in MOVES[state].values()}
    assert back <= {*KNOWN_TO_MEMBERS, S.CANCELLED}


# What the clock may do in each state: nothing that is not its own.
CLOCK = {S.SCHEDULED: D.OPEN, S.CALLING: D.CLOSE, S.SELECTING: D.COMPOSE, S.COMPOSED: D.FINISH}
moments = st.integers(0, 2 * 365 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@given(st.sampled_from(S), moments | st.none(), moments, st.lists(days, max_size=3), moments, st.integers(0, 3))
def test_the_clock_takes_only_its_own_steps_and_only_legal_ones(
    state: OperationState,
    opens: datetime | None,
    closes: datetime,
    sends: list[date],
    now: datetime,
    waiting: int,
) -> None:
    step = due(state, Dates(opens, closes, tuple(sends)), now=now, today=now.date(), waiting=waiting)

    assert step in (None, CLOCK.get(state))
    if step:
        advance(MOVES, state, step)


@given(moments, st.integers(0, 3))
def test_the_clock_never_goes_back(now: datetime, waiting: int) -> None:
    """What is due stays due as time passes, but for a call that it is too late to open."""
    for state in (S.CALLING, S.SELECTING, S.COMPOSED):
        before = due(state, DATES, now=now, today=now.date(), waiting=waiting)
        later = now + timedelta(hours=5)
        after = due(state, DATES, now=later, today=later.date(), waiting=waiting)
        assert before is None or after is before


@pytest.mark.parametrize(
    ("state", "now", "waiting", "step"),
    [
        (S.SCHEDULED, NOON - timedelta(seconds=1), 0, None),
        (S.SCHEDULED, NOON, 0, D.OPEN),
        (S.SCHEDULED, CLOSES, 0, None),
        (S.CALLING, CLOSES - timedelta(seconds=1), 0, None),
        (S.CALLING, CLOSES, 0, D.CLOSE),
        (S.SELECTING, CLOSES, 0, D.COMPOSE),
        (S.SELECTING, CLOSES, 1, None),
        (S.SELECTING, CLOSES + PATIENCE - timedelta(seconds=1), 1, None),
        (S.SELECTING, CLOSES + PATIENCE, 1, D.COMPOSE),
        (S.COMPOSED, datetime(2026, 12, 20, 22, tzinfo=UTC), 0, None),
        (S.COMPOSED, datetime(2026, 12, 21, 1, tzinfo=UTC), 0, D.FINISH),
        (S.DRAFT, CLOSES, 0, None),
        (S.CONSULTING, CLOSES, 0, None),
    ],
)
def test_the_clock_is_punctual(state: OperationState, now: datetime, waiting: int, step: Step | None) -> None:
    assert due(state, DATES, now=now, today=now.date(), waiting=waiting) is step


def test_the_clock_waits_no_more_when_the_letter_is_near() -> None:
    near = Dates(None, CLOSES, (CLOSES.date() + AT_THE_LATEST,))

    assert due(S.SELECTING, near, now=CLOSES, today=CLOSES.date(), waiting=4) is D.COMPOSE


@pytest.mark.parametrize("state", OfferState, ids=lambda state: state.value)
@pytest.mark.parametrize(("touched", "declined", "active"), list(product([False, True], repeat=3)))
def test_every_answer_is_one_of_nine(state: OfferState, touched: bool, declined: bool, active: bool) -> None:
    said = answer(state, touched=touched, declined=declined, active=active)

    assert (said is Answer.LEFT) == (not active)
    if active and state is OfferState.DRAFT:
        assert said is (Answer.DECLINED if declined else Answer.BEGUN if touched else Answer.NONE)
    elif active:
        assert said not in (*SILENT, Answer.DECLINED), "an offer that was sent counts more than a no before it"


def test_reminders_come_at_their_moments_and_end_with_the_call() -> None:
    week, two_days = (CLOSES - before for before in REMINDERS)
    asked = [week - timedelta(seconds=1), week, two_days - timedelta(seconds=1), two_days, CLOSES]

    assert [reminder_moment(CLOSES, now=now) for now in asked] == [None, week, week, two_days, None]


@given(st.sampled_from(Answer), moments, moments | st.none(), moments)
def test_only_the_silent_are_reminded_and_of_each_moment_once(
    said: Answer, called: datetime, reminded: datetime | None, moment: datetime
) -> None:
    owed = owes_reminder(said, called_at=called, reminded_at=reminded, moment=moment)

    if owed:
        assert said in SILENT
        assert called < moment
        assert not owes_reminder(said, called_at=called, reminded_at=moment, moment=moment)


answers = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(Answer)), max_size=30)


@given(answers, st.integers(0, 5), st.integers(0, 5) | st.none())
def test_nobody_is_counted_twice_and_nobody_is_lost(
    said: list[tuple[str, Answer]], least: int, most: int | None
) -> None:
    told = tally(said, [Wanted("b", least, most), Wanted("z", 1)])

    assert [one.key for one in told][:2] == ["b", "z"], "what is wanted comes first, though nobody answered"
    assert sum(one.called for one in told) == len(said)
    for one in told:
        assert one.silent + one.declined + one.standing == one.called
        assert one.approved <= one.standing
        assert one.missing == max(0, one.at_least - one.standing)
        assert one.at_most is not None or one.beyond == 0
    assert sum(one.standing for one in told) == sum(answer in STANDING for _, answer in said)


WINDOW = (date(2026, 12, 5), date(2027, 1, 6))
GOOD = Facts(OfferState.APPROVED, True, NOON, WINDOW[0], WINDOW[1])


def why(facts: Facts) -> Bar | None:
    return bar(facts, closed_at=CLOSES, window=WINDOW, send_on=SENDS)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (GOOD, None),
        (Facts(OfferState.APPROVED, False, NOON, *WINDOW), Bar.LEFT),
        (Facts(OfferState.DRAFT, True, None, None, None), Bar.NOT_SENT),
        (Facts(OfferState.SUBMITTED, True, NOON, *WINDOW), Bar.UNREAD),
        (Facts(OfferState.CHANGES_REQUESTED, True, NOON, *WINDOW), Bar.TO_CHANGE),
        (Facts(OfferState.DECLINED, True, NOON, *WINDOW), Bar.NOT_APPROVED),
        (Facts(OfferState.WITHDRAWN, True, NOON, *WINDOW), Bar.NOT_APPROVED),
        (Facts(OfferState.EXPIRED, True, NOON, *WINDOW), Bar.NOT_APPROVED),
        (Facts(OfferState.APPROVED, True, NOON, *WINDOW, placed_already=True), Bar.ELSEWHERE),
        (Facts(OfferState.APPROVED, True, CLOSES + timedelta(seconds=1), *WINDOW), Bar.LATE),
        (Facts(OfferState.APPROVED, True, CLOSES, *WINDOW), None),
        (Facts(OfferState.APPROVED, True, NOON, WINDOW[0], SENDS - timedelta(days=1)), Bar.OVER),
        (Facts(OfferState.APPROVED, True, NOON, WINDOW[0], SENDS), None),
        (Facts(OfferState.APPROVED, True, NOON, date(2027, 1, 7), date(2027, 2, 1)), Bar.OUTSIDE),
        (Facts(OfferState.APPROVED, True, NOON, date(2026, 1, 1), date(2028, 1, 1)), None),
    ],
)
def test_what_keeps_an_answer_out(facts: Facts, expected: Bar | None) -> None:
    assert why(facts) is expected
