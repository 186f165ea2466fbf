"""A segment as text, to be carried from one place to another; whoever wrote it, it is read or refused in a moment."""

import json
from collections.abc import Mapping

from audiences.core.segment import DEPTH, BadSegment, Segment, parse, to_json

# The largest that we write ourselves is far smaller.
LENGTH = 64_000


def text_of(segment: Segment) -> str:
    """Return the tree as a person may read and copy it."""
    return json.dumps(to_json(segment), ensure_ascii=False, indent=1)


def parse_text(text: str) -> Segment:
    """Return the tree that stands in a text of JSON, whoever wrote it; raise BadSegment for anything else."""
    if len(text) > LENGTH:
        raise BadSegment("$", "too_long")
    # A reader of JSON calls itself at every bracket: they are counted first, and no word of ours has any.
    deep = 0
    for sign in text:
        deep += (sign in "[{") - (sign in "]}")
        if deep > 3 * DEPTH:
            raise BadSegment("$", "too_deep")
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except ValueError:
        raise BadSegment("$", "not_json") from None
    return parse(value)


def _once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    if len({key for key, _ in pairs}) < len(pairs):  # of two alike the last would silently win
        raise ValueError("the same key twice")
    return dict(pairs)
