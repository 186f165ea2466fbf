"""What a member can do to be seen more, as far as they can do anything: true for the rule, and in this order."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Help(StrEnum):
    ANSWER_BOARD = "answer_board"
    FINISH_DRAFT = "finish_draft"
    PROPOSE = "propose"
    PROPOSE_MORE_OFTEN = "propose_more_often"
    ENDS_TOO_SOON = "ends_too_soon"
    BOARD_READS = "board_reads"
    CATEGORY_CROWDED = "category_crowded"
    COMMUNE_CROWDED = "commune_crowded"
    ADD_PICTURE = "add_picture"
    YOUR_TURN_COMES = "your_turn_comes"


@dataclass(frozen=True)
class Facts:
    """What the rule asks: the member's offers as they stand, and how their last year went."""

    ready: int = 0
    waiting: int = 0
    drafts: int = 0
    to_answer: int = 0
    # accepted, but over before the next letter leaves
    ends_too_soon: int = 0
    # ready, and without a picture
    without_picture: int = 0
    letters: int = 0
    chances: int = 0
    category_full: int = 0
    commune_full: int = 0
    below_median: bool = False


@dataclass(frozen=True)
class Advice:
    """One thing that would help, and the number that it speaks of."""

    help: Help
    count: int = 0


def advise(facts: Facts) -> list[Advice]:
    """Return what would help, what the member can do at once first; never nothing without a reason."""
    return list(_advise(facts))


def _advise(facts: Facts) -> Iterator[Advice]:
    if facts.to_answer:
        yield Advice(Help.ANSWER_BOARD, facts.to_answer)
    if facts.drafts:
        yield Advice(Help.FINISH_DRAFT, facts.drafts)
    if facts.ends_too_soon:
        yield Advice(Help.ENDS_TOO_SOON, facts.ends_too_soon)
    if facts.waiting:
        yield Advice(Help.BOARD_READS, facts.waiting)
    if not (facts.ready or facts.waiting or facts.drafts or facts.to_answer):
        yield Advice(Help.PROPOSE)
    # half the letters went without them
    if facts.letters >= 2 and 2 * facts.chances < facts.letters:
        yield Advice(Help.PROPOSE_MORE_OFTEN, facts.letters - facts.chances)
    if facts.category_full:
        yield Advice(Help.CATEGORY_CROWDED, facts.category_full)
    if facts.commune_full:
        yield Advice(Help.COMMUNE_CROWDED, facts.commune_full)
    if facts.without_picture:
        yield Advice(Help.ADD_PICTURE, facts.without_picture)
    if facts.ready and facts.below_median:
        yield Advice(Help.YOUR_TURN_COMES)
