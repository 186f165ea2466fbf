import quopri

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core import quoted

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=400)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400)
DOTS = st.text("., =é\n", max_size=400)


def decoded(encoded: bytes) -> str:
    return quopri.decodestring(encoded).decode().replace("\r\n", "\n")


def assert_fit_for_the_wire(encoded: bytes) -> None:
    assert encoded.isascii()
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert b"\n" not in line
        assert not line.startswith(b".")
        assert not line.endswith((b" ", b"\t"))


@given(LINES | DOTS)
def test_text_comes_back_as_it_went(text: str) -> None:
    assert_fit_for_the_wire(quoted.encode(text))
    assert decoded(quoted.encode(text)) == text


@given(st.lists(LINES | DOTS, max_size=6))
def test_pieces_laid_end_to_end_read_as_one_text(pieces: list[str]) -> None:
    encoded = b"".join(quoted.encode(piece) for piece in pieces)

    assert_fit_for_the_wire(encoded)
    assert decoded(encoded) == "".join(pieces)


@given(VALUES)
def test_a_value_is_closed_by_a_soft_line_end_so_anything_may_follow(value: str) -> None:
    encoded = quoted.encode_value(value)

    assert_fit_for_the_wire(encoded)
    assert decoded(encoded + b"end") == value + "end"


def test_nothing_leaves_nothing() -> None:
    assert quoted.encode_value("") == quoted.encode("") == b""
