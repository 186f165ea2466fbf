"""A segment as one sentence that a hotelier reads aloud."""

from datetime import date

import pytest
from hypothesis import given

from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    All,
    Any,
    Came,
    CameBy,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    Within,
)
from audiences.core.sentence import describe
from newsletter.core.calendar.zones import SchoolZone
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


@pytest.mark.parametrize(
    ("tree", "french", "not_so", "english"),
    [
        (
            InRegion("93"),
            "habitent la région Provence-Alpes-Côte d’Azur",
            "n’habitent pas la région Provence-Alpes-Côte d’Azur",
            "live in the region Provence-Alpes-Côte d’Azur",
        ),
        (
            InEpci("241300375"),
            "habitent l’intercommunalité Vallée des Baux",
            "n’habitent pas l’intercommunalité Vallée des Baux",
            "live in the intercommunality Vallée des Baux",
        ),
        (
            InZone(SchoolZone.B),
            "ont les vacances scolaires de la zone B",
            "n’ont pas les vacances scolaires de la zone B",
            "have the school holidays of zone B",
        ),
        (
            InZone(SchoolZone.CORSICA),
            "ont les vacances scolaires de la Corse",
            "n’ont pas les vacances scolaires de la Corse",
            "have the school holidays of Corsica",
        ),
        (
            CameBy(Came.FILE),
            "sont venus par un fichier",
            "ne sont pas venus par un fichier",
            "came in a file",
        ),
        (
            NearMember(7, 5),
            "habitent à moins de 5\u00a0km de «\u00a0Moulin Cornille\u00a0»",
            "n’habitent pas à moins de 5\u00a0km de «\u00a0Moulin Cornille\u00a0»",
            "live within 5\u00a0km of “Moulin Cornille”",
        ),
        (
            Within(3),
            "sont dans le groupe «\u00a0Voisins\u00a0»",
            "ne sont pas dans le groupe «\u00a0Voisins\u00a0»",
            "are in the group “Voisins”",
        ),
    ],
)
def test_each_fact_says_itself(tree: Segment, french: str, not_so: str, english: str) -> None:
    names = {"241300375": "Vallée des Baux", "member:7": "Moulin Cornille", "segment:3": "Voisins"}
    assert describe(tree, names.__getitem__) == f"Les lecteurs qui {french}"
    assert describe(Not(tree), names.__getitem__) == f"Les lecteurs qui {not_so}"
    assert describe(tree, names.__getitem__, "en") == f"Readers who {english}"


@given(TREES)
def test_every_segment_can_be_said(tree: Segment) -> None:
    for language in ("fr", "en", "de"):
        said = describe(tree, lambda insee: insee, language)
        assert said
        assert "{" not in said
        assert said.count("(") == said.count(")")
