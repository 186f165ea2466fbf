"""A segment as one sentence that a hotelier reads aloud."""

from datetime import date

import pytest
from hypothesis import given

from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    All,
    Any,
    InDepartment,
    Kind,
    Likes,
    Near,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
)
from audiences.core.sentence import describe
from newsletter.core.interests import Interest
from tests.audiences.trees import TREES

NAMES = {"13058": "Maussane-les-Alpilles", "13011": "Les Baux-de-Provence", "13034": "Eygalières", "84129": "Le Thor"}
TABLE, WINE, OLIVE = Likes(Interest.TABLE), Likes(Interest.WINE), Likes(Interest.OLIVE)


@pytest.mark.parametrize(
    ("tree", "french"),
    [
        (All(), "Tous les lecteurs"),
        (Not(Any()), "Tous les lecteurs"),
        (Any(), "Personne"),
        (All((TABLE, Any())), "Personne"),
        (TABLE, "Les lecteurs qui aiment la table"),
        (Any((TABLE, WINE, OLIVE)), "Les lecteurs qui aiment la table, le vin ou l’huile d’olive"),
        (All((TABLE, WINE)), "Les lecteurs qui aiment à la fois la table et le vin"),
        (
            All((Any((TABLE, OLIVE)), Near("13058", 20), Not(Speaks("en")))),
            "Les lecteurs qui aiment la table ou l’huile d’olive, qui habitent à moins de 20\u00a0km de "
            "Maussane-les-Alpilles et qui ne lisent pas en anglais",
        ),
        (Near("13011", 5), "Les lecteurs qui habitent à moins de 5\u00a0km des Baux-de-Provence"),
        (Near("13034", 5), "Les lecteurs qui habitent à moins de 5\u00a0km d’Eygalières"),
        (Near("84129", 5), "Les lecteurs qui habitent à moins de 5\u00a0km du Thor"),
        (
            Any((All((Speaks("fr"), TABLE)), Kind(CustomerKind.PRESS))),
            "Les lecteurs (qui lisent en français et qui aiment la table) ou qui sont de la presse",
        ),
        (
            Not(Any((TABLE, InDepartment("13")))),
            "Les lecteurs qui n’ont pas choisi la table et qui n’habitent pas le département 13",
        ),
        (Not(Not(TABLE)), "Les lecteurs qui aiment la table"),
        (SubscribedSince(date(2026, 1, 1)), "Les lecteurs qui sont inscrits depuis le 1er\u00a0janvier 2026"),
    ],
)
def test_a_segment_is_said_in_french(tree: Segment, french: str) -> None:
    assert describe(tree, NAMES.__getitem__) == french


def test_and_in_english() -> None:
    tree = All((Any((TABLE, WINE)), Near("13058", 20)))
    assert describe(tree, NAMES.__getitem__, "en") == (
        "Readers who like food or wine and who live within 20\u00a0km of Maussane-les-Alpilles"
    )


@given(TREES)
def test_every_segment_can_be_said(tree: Segment) -> None:
    for language in ("fr", "en", "de"):
        said = describe(tree, lambda insee: insee, language)
        assert said
        assert "{" not in said
        assert said.count("(") == said.count(")")
