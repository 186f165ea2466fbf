"""What was said and when, and what stands."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from audiences.core.consent import Act, Said, may_ask, stands

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(ago: timedelta) -> Said:
    return Said(Act.ASKED, NOON - ago)


@given(st.lists(st.tuples(st.sampled_from(Act), st.integers(0, 5)), max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_lines_are_read_does_not_matter(said: list[tuple[Act, int]], chance: Random) -> None:
    lines = [Said(act, NOON + day * DAY) for act, day in said]
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert stands(lines) == stands(shuffled)


def test_asking_is_not_giving() -> None:
    assert not stands([asked(HOUR)])
    assert stands([asked(HOUR), Said(Act.GIVEN, NOON)])
    assert not stands([Said(Act.GIVEN, NOON), Said(Act.WITHDRAWN, NOON)])


def test_one_mail_a_day_and_three_that_nobody_answers() -> None:
    assert may_ask([], NOON)
    assert not may_ask([asked(23 * HOUR)], NOON)
    assert may_ask([asked(DAY)], NOON)
    assert may_ask([asked(2 * DAY), asked(DAY)], NOON)
    assert not may_ask([asked(900 * DAY), asked(600 * DAY), asked(300 * DAY)], NOON)


def test_an_answer_opens_the_door_again() -> None:
    assert may_ask([asked(3 * HOUR), Said(Act.GIVEN, NOON - 2 * HOUR)], NOON)
    assert not may_ask([Said(Act.GIVEN, NOON - 2 * HOUR), asked(HOUR)], NOON)
