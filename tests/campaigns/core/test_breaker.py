"""Refusals that add up to "it is us"."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.bounce import weigh
from campaigns.core.breaker import Because, Breaker, Trip, after
from campaigns.core.campaign import PauseReason
from campaigns.core.fault import Fault, Verdict, Whose
from campaigns.core.receipt import Phase

OK = None
POLICY = Verdict(Fault.POLICY, Whose.OURS)
UNCLEAR = Verdict(Fault.UNKNOWN, Whose.READER)
GONE = Verdict(Fault.UNKNOWN_USER, Whose.READER, certain=True)
BUSY = Verdict(Fault.THROTTLE, Whose.OPERATOR, certain=True)
LOGIN = Verdict(Fault.AUTHENTICATION, Whose.RELAY, certain=True)


def first_trip(answers: list[Verdict | None]) -> tuple[int, Trip] | None:
    breaker = Breaker()
    for number, answer in enumerate(answers, start=1):
        breaker, trip = after(breaker, answer)
        if trip:
            return number, trip
    return None


def test_a_certain_fault_of_ours_trips_at_once() -> None:
    assert first_trip([OK, LOGIN]) == (2, Trip(PauseReason.LOGIN_REFUSED, Because.CERTAIN, Fault.AUTHENTICATION))


def test_five_in_a_row_trip_and_four_do_not() -> None:
    assert first_trip([POLICY] * 4 + [OK] + [POLICY] * 4) is None
    assert first_trip([OK] * 100 + [POLICY] * 5) == (
        105,
        Trip(PauseReason.RELAY_POLICY, Because.IN_A_ROW, Fault.POLICY),
    )


def test_a_fifth_of_the_last_fifty_trips() -> None:
    assert first_trip([POLICY, OK, OK, OK, OK] * 9 + [POLICY]) == (
        46,
        Trip(PauseReason.RELAY_POLICY, Because.SHARE, Fault.POLICY),
    )
    assert first_trip([POLICY, OK, OK, OK, OK, OK] * 100) is None


def test_554_policy_for_all_trips_within_the_first_five() -> None:
    said = weigh(554, "5.7.1 Message rejected by policy", phase=Phase.REPLIED)
    found = first_trip([said] * 200)
    assert found is not None
    assert (found[0], found[1].reason, said.dead) == (5, PauseReason.RELAY_POLICY, False)


def test_554_without_a_word_for_all_trips_within_the_first_ten() -> None:
    said = weigh(554, "transaction failed", phase=Phase.REPLIED)
    assert first_trip([said] * 200) == (10, Trip(PauseReason.TOO_MANY_FAULTS, Because.SHARE, Fault.UNKNOWN))


def test_an_old_list_goes_through_and_an_operator_that_knows_nobody_does_not() -> None:
    assert first_trip([GONE, OK, OK] * 100) is None
    assert first_trip([GONE] * 200) == (25, Trip(PauseReason.TOO_MANY_FAULTS, Because.DEAD, Fault.UNKNOWN_USER))


def test_waiting_is_no_answer_and_a_readers_own_fault_breaks_the_row() -> None:
    assert first_trip([BUSY] * 1000) is None
    assert first_trip([POLICY, BUSY] * 5) is not None
    assert first_trip([*[POLICY] * 4, GONE] * 2) is None


@given(st.lists(st.sampled_from([OK, POLICY, UNCLEAR, GONE, BUSY]), max_size=200))
def test_the_breaker_counts_like_a_list_would(answers: list[Verdict | None]) -> None:
    heard = [answer for answer in answers if answer != BUSY]
    breaker = reduce(lambda held, answer: after(held, answer)[0], answers, Breaker())
    assert breaker.refused.bit_count() == sum(answer in (POLICY, UNCLEAR) for answer in heard[-50:])
    assert breaker.dead.bit_count() == sum(answer == GONE for answer in heard[-50:])
    assert breaker.row == next((n for n, answer in enumerate(reversed(heard)) if answer != POLICY), len(heard))
