"""What would help a member to be seen more: true for the rule, what they can do at once first."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.advice import Advice, Facts, Help, advise


def helps(**facts: int) -> list[Help]:
    return [one.help for one in advise(Facts(**facts))]  # type: ignore[arg-type]


def test_who_has_nothing_is_told_to_propose() -> None:
    assert helps() == [Help.PROPOSE]


def test_what_waits_for_the_member_comes_first() -> None:
    assert helps(waiting=1, drafts=2, to_answer=1) == [Help.ANSWER_BOARD, Help.FINISH_DRAFT, Help.BOARD_READS]


def test_the_letters_that_left_without_them_are_counted() -> None:
    assert advise(Facts(ready=1, letters=10, chances=4)) == [Advice(Help.PROPOSE_MORE_OFTEN, 6)]
    assert advise(Facts(ready=1, letters=10, chances=5)) == []


def test_an_offer_that_ends_too_soon_is_none() -> None:
    assert helps(ends_too_soon=1) == [Help.ENDS_TOO_SOON, Help.PROPOSE]


def test_what_only_the_others_can_change_is_said_after() -> None:
    assert helps(ready=2, without_picture=1, category_full=3, commune_full=1) == [
        Help.CATEGORY_CROWDED,
        Help.COMMUNE_CROWDED,
        Help.ADD_PICTURE,
    ]


def test_who_did_everything_and_was_seen_less_learns_that_their_turn_comes() -> None:
    assert helps(ready=1, below_median=1) == [Help.YOUR_TURN_COMES]


@given(st.builds(Facts, *[st.integers(0, 3)] * 10, st.booleans()))
def test_whoever_cannot_be_chosen_always_learns_what_to_do(facts: Facts) -> None:
    found = [one.help for one in advise(facts)]

    assert len(found) == len(set(found))
    if not facts.ready:
        assert found
