"""Who may be measured, and how far: one rule, asked when a message is filled and again when a hit arrives (L7, L8)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Measure(StrEnum):
    """How far a reader may be measured."""

    NONE = "none"
    HYGIENE = "hygiene"  # the date of the last open and nothing else, overwritten
    CONSENTED = "consented"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one reader of one newsletter when the question is put."""

    subscribed: bool = False
    asked: bool = False  # they asked for the letter themselves; an import did not
    ticked: bool = False
    word: str = ""  # the last of the ledger about being measured: given, withdrawn, or nothing
    hygiene: bool = False  # the association's choice


GIVEN, WITHDRAWN = "given", "withdrawn"


def resolve(standing: Standing | None) -> Measure:
    """Return how far; silence is refusal, and whatever does not fit together is NONE."""
    if standing is None or not standing.subscribed or standing.word not in ("", GIVEN):
        return Measure.NONE  # a word that we do not know is no yes
    if standing.ticked or standing.word == GIVEN:
        return Measure.CONSENTED if standing.ticked and standing.word == GIVEN else Measure.NONE
    return Measure.HYGIENE if standing.hygiene and standing.asked else Measure.NONE


_WORDS = frozenset({"subscribed", "asked", "ticked", "hygiene", GIVEN, WITHDRAWN})


@lru_cache(maxsize=64)
def read(said: str) -> Standing:
    """Return what the database says of a reader in a few words; a word that we do not know is a ValueError."""
    words = set(said.split())
    if words - _WORDS:
        raise ValueError(said)
    word = WITHDRAWN if WITHDRAWN in words else GIVEN if GIVEN in words else ""
    return Standing("subscribed" in words, "asked" in words, "ticked" in words, word, "hygiene" in words)
