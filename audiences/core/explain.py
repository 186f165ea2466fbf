"""Why a segment does not mean a reader: the smallest parts of the question that they answer otherwise."""

from audiences.core.segment import All, Any, Facts, Leaf, Not, Ring, Segment, matches

Missing = tuple[Leaf | Not | Any, ...]
"""A single fact, the opposite of one, or `Any()`: nobody is meant."""


def missing(segment: Segment, facts: Facts, ring: Ring) -> Missing:
    """Return what would have to be otherwise, empty where the segment means this reader.

    Of "all of these" the parts that fail; of "one of these" every part, since any one of them would do.
    """
    return _missing(segment, facts, ring, yes=True)


def _missing(segment: Segment, facts: Facts, ring: Ring, *, yes: bool) -> Missing:
    if matches(segment, facts, ring) is yes:
        return ()
    match segment:
        case Not(of):
            return _missing(of, facts, ring, yes=not yes)
        case All(of) | Any(of):
            found = [leaf for part in of for leaf in _missing(part, facts, ring, yes=yes)]
            return tuple(dict.fromkeys(found)) or (Any(),)
        case _:
            return (segment,) if yes else (Not(segment),)
