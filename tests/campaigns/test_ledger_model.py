"""In every reachable world of the small model: nobody twice, nothing lost without a word, no doubt without need."""

import pytest

from tests.campaigns.ledger_model import ONE, TWO, Flaw, World, explore


@pytest.mark.parametrize("start", [ONE, TWO], ids=["all may fail", "two messages"])
def test_no_reachable_world_doubles_loses_or_strands_a_message(start: World) -> None:
    found = explore(start)
    assert found.worlds > 40_000
    assert (found.doubled, found.lost, found.needless, found.stuck) == (None, None, None, None)


@pytest.mark.parametrize(
    ("flaw", "harm"),
    [
        (Flaw.ARM_NOTED_AFTER_COMMIT, "needless"),
        (Flaw.DOT_NOTED_AFTER_WRITE, "doubled"),
        (Flaw.SWEEPS_THE_LIVING, "doubled"),
        (Flaw.PUT_BACK_BY_TIME, "doubled"),
        (Flaw.NO_JOURNAL_MEANS_UNSENT, "doubled"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_model_finds_each_mistake_that_is_put_into_it(flaw: Flaw, harm: str) -> None:
    assert getattr(explore(ONE, flaw, stop_at_harm=True), harm)


def test_a_session_that_ends_with_rows_strands_them() -> None:
    assert explore(TWO, Flaw.SESSION_ENDS_WITH_ROWS).stuck
