"""What a dead session's journal proves about each of its messages: the sweeper and the model ask the same words."""

from dataclasses import dataclass, field

from campaigns.core.delivery import Turn


@dataclass(frozen=True)
class Witness:
    """What a journal says. `ended`: its worker knew that nothing more would leave, though its process lives on."""

    armed: frozenset[int] = frozenset()
    dots: frozenset[int] = frozenset()
    replies: dict[int, int] = field(default_factory=dict)
    ended: bool = False


def fate(witness: Witness | None, delivery: int) -> Turn:
    """Return the turn that a row left in SENDING takes; LOSE where nothing is proved.

    No dot line means "not sent" only beside the line that armed it: a journal that does not know the row is none.
    """
    if witness is None or delivery not in witness.armed:
        return Turn.LOSE
    if delivery not in witness.dots:
        return Turn.DISARM
    code = witness.replies.get(delivery, 0)
    if 200 <= code < 300:
        return Turn.ACCEPT
    if 400 <= code < 600:
        return Turn.DEFER if code < 500 else Turn.REFUSE
    return Turn.LOSE
