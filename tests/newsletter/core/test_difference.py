"""Two texts side by side: each side is whole, and only what differs is marked."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.difference import Fate, Piece, compare

texts = st.text(alphabet="ab é’.\n", max_size=30)


def test_words_are_compared_and_not_letters() -> None:
    found = compare("Titre", "Huile d’olive verte", "Huile d’olive douce, verte")

    assert found is not None
    assert found.before == (Piece(Fate.KEPT, "Huile d’olive "), Piece(Fate.KEPT, "verte"))
    assert found.after == (
        Piece(Fate.KEPT, "Huile d’olive "),
        Piece(Fate.CAME, "douce, "),
        Piece(Fate.KEPT, "verte"),
    )


@given(texts, texts)
def test_each_side_is_complete_and_what_is_kept_stands_in_both(before: str, after: str) -> None:
    found = compare("Texte", before, after)

    if before == after:
        assert found is None
        return
    assert found is not None
    assert "".join(piece.text for piece in found.before) == before
    assert "".join(piece.text for piece in found.after) == after
    kept = [[piece.text for piece in side if piece.fate is Fate.KEPT] for side in (found.before, found.after)]
    assert kept[0] == kept[1]
