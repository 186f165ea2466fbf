"""What a segment names besides readers, put in its place: another segment its question, a member their commune."""

from collections.abc import Callable, Mapping

from audiences.core.segment import (
    DEPTH,
    NODES,
    All,
    Any,
    BadSegment,
    Near,
    NearMember,
    Not,
    Segment,
    Within,
    leaves,
)

Home = Callable[[int], str]
"""From a member to the code of their commune; empty for a member that is none."""


def named(segment: Segment) -> frozenset[int]:
    """Return the segments that this one asks for itself."""
    return frozenset(leaf.segment for leaf in leaves(segment) if isinstance(leaf, Within))


def resolved(segment: Segment, questions: Mapping[int, Segment], home: Home | None = None) -> Segment:
    """Return the same question without the names of other segments, and without members where `home` is told.

    A segment that is none means nobody. Raises BadSegment where segments ask for each other in a circle, or where
    the whole would be deeper or larger than a question may be.
    """
    return _Resolving(questions, home).node(segment, 1, ())


class _Resolving:
    def __init__(self, questions: Mapping[int, Segment], home: Home | None) -> None:
        self.questions, self.home, self.nodes = questions, home, 0

    def node(self, segment: Segment, depth: int, within: tuple[int, ...]) -> Segment:
        if isinstance(segment, Within):
            if segment.segment in within:
                raise BadSegment("$", "circle")
            asked = self.questions.get(segment.segment, Any())
            return self.node(asked, depth, (*within, segment.segment))
        self.nodes += 1
        if depth > DEPTH:
            raise BadSegment("$", "too_deep")
        if self.nodes > NODES:
            raise BadSegment("$", "too_large")
        match segment:
            case All(of):
                return All(tuple(self.node(part, depth + 1, within) for part in of))
            case Any(of):
                return Any(tuple(self.node(part, depth + 1, within) for part in of))
            case Not(of):
                return Not(self.node(of, depth + 1, within))
            case NearMember(member, km) if self.home is not None:
                commune = self.home(member)
                return Near(commune, km) if commune else Any()
            case _:
                return segment
