"""The brief as partners read it: each line has a key that changes with what it says."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.consultation import Line, lines


def test_a_brief_is_cut_into_its_lines_and_empty_ones_are_none() -> None:
    told = lines("L’hiver", "Le feu.\n\n  La table.  \n", [Line("window", "Du 5 décembre au 6 janvier")])

    assert [(line.name, line.text) for line in told] == [
        ("theme", "L’hiver"),
        ("brief", "Le feu."),
        ("brief", "La table."),
        ("window", "Du 5 décembre au 6 janvier"),
    ]


def test_the_same_said_in_another_language_is_the_same_line() -> None:
    french, english = (
        Line("wanted", "Restaurants", "restaurant:1-None"),
        Line("wanted", "Restaurants, in English", "restaurant:1-None"),
    )

    assert french.key == english.key
    assert french.key != Line("wanted", "Restaurants", "restaurant:2-None").key


@given(st.text(max_size=200))
def test_no_two_lines_have_one_key(brief: str) -> None:
    keys = [line.key for line in lines("Le feu", brief)]

    assert len(set(keys)) == len(keys)
