"""Why an offer has its place in an edition, or none: a code and the numbers that it speaks of. Words come above."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Number = int | str


class Code(StrEnum):
    # placed
    LEAST_EXPOSED = "least_exposed"
    WON_DRAW = "won_draw"
    QUOTA_WANTED = "quota_wanted"
    BOARD_PLACED = "board_placed"
    # left out
    MORE_EXPOSED = "more_exposed"
    LOST_DRAW = "lost_draw"
    CATEGORY_FULL = "category_full"
    COMMUNE_FULL = "commune_full"
    MADE_ROOM = "made_room"
    OTHER_OFFER = "other_offer"
    NO_PLACE = "no_place"
    BOARD_LEFT_OUT = "board_left_out"
    # left out before anything was weighed
    NOT_SENT_IN = "not_sent_in"
    NOT_APPROVED = "not_approved"
    OVER = "over"
    WITHDRAWN = "withdrawn"


PLACED = (Code.LEAST_EXPOSED, Code.WON_DRAW, Code.QUOTA_WANTED, Code.BOARD_PLACED)
# What may stand in an offer's way before the rule looks at it.
OBSTACLES = (Code.NOT_SENT_IN, Code.NOT_APPROVED, Code.OVER, Code.WITHDRAWN)


@dataclass(frozen=True)
class Reason:
    """A code and its numbers, in the order of their names; two reasons that say the same are equal."""

    code: Code
    numbers: tuple[tuple[str, Number], ...] = ()

    @classmethod
    def of(cls, code: Code, **numbers: Number) -> "Reason":
        return cls(code, tuple(sorted(numbers.items())))

    def __getitem__(self, name: str) -> Number:
        return dict(self.numbers)[name]

    def to_json(self) -> dict[str, Number]:
        """Return what a row may keep of it."""
        return {"code": self.code.value, **dict(self.numbers)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Number]) -> "Reason":
        """Return the reason that a row kept."""
        numbers = {name: value for name, value in kept.items() if name != "code"}
        return cls.of(Code(str(kept["code"])), **numbers)
