"""The last line of `make demo`, and what it does not let pass."""

from dataclasses import replace

import pytest

from campaigns.core.tally import Tally
from campaigns.demo.ending import Ending

GOOD = Ending(Tally(sent=60), captured=60, left=1, written_again=0)


def test_a_good_end_has_no_fault_and_is_said_in_one_line() -> None:
    assert GOOD.faults() == []
    assert GOOD.line == "sent 60, failed 0, in doubt 0, captured 60; left 1, not written to again"


def test_where_no_other_edition_followed_nothing_is_claimed_of_it() -> None:
    assert replace(GOOD, written_again=None).line.endswith("left 1, no edition followed")
    assert replace(GOOD, written_again=None).faults() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"captured": 59}, "the catcher counts other letters"),
        ({"tally": Tally(sent=59, failed=1), "captured": 59}, "not every letter was sent"),
        ({"tally": Tally(sent=59, in_doubt=1), "captured": 59}, "not every letter was sent"),
        ({"left": 0}, "nobody could leave"),
        ({"written_again": 1}, "who had left was written to again"),
    ],
)
def test_whatever_was_promised_and_did_not_happen_is_a_fault(wrong: dict[str, object], said: str) -> None:
    (fault,) = replace(GOOD, **wrong).faults()

    assert fault.startswith(said)
