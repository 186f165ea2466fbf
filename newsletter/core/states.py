"""A life is a table of moves: from each state, what may happen and where it leads."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


class IllegalMove(Exception):
    """The table has no such move from this state."""

    def __init__(self, state: StrEnum, move: StrEnum) -> None:
        super().__init__(f"cannot {move.value} what is {state.value}")
        self.state = state
        self.move = move


def advance(moves: Mapping[State, Mapping[Move, State]], state: State, move: Move) -> State:
    """Return the state that a move leads to; raise IllegalMove where the table has none."""
    try:
        return moves[state][move]
    except KeyError:
        raise IllegalMove(state, move) from None


def sources(moves: Mapping[State, Mapping[Move, State]], move: Move) -> tuple[State, ...]:
    """Return every state from which the move is legal: the WHERE of a compare-and-set."""
    return tuple(state for state, onward in moves.items() if move in onward)


def choices(states: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return plain strings for a model field, so that no migration ever imports our enums."""
    return [(state.value, state.value) for state in states]
