import pytest

from newsletter.core import merge


@pytest.mark.parametrize(
    "typed", ["{prénom}", "{Prénom}", "{ prenom }", "{{ first_name }}", "{{prénom}}", "%%prénom%%", "%%first_name%%"]
)
def test_the_first_name_is_understood_however_it_is_typed(typed: str) -> None:
    assert merge.to_marks(f"Cher {typed},") == "Cher %%first_name%%,"
    assert list(merge.unknown(typed)) == []


def test_a_fallback_is_kept() -> None:
    assert merge.to_marks("Cher {prénom|voisin des Alpilles},") == "Cher %%first_name|voisin des Alpilles%%,"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("{prnom}", "prnom"),
        ("{nom de famille}", "nom de famille"),
        ("{{ saison }}", "saison"),
        ("%%ville%%", "ville"),
        ("*|FNAME|*", "FNAME"),
        ("[[nom]]", "nom"),
        ("[prénom]", "[prénom]"),
        ("[Nom]", "[Nom]"),
    ],
)
def test_what_looks_like_a_field_and_is_none_is_named(typed: str, name: str) -> None:
    assert list(merge.unknown(f"Bonjour {typed} !")) == [name]


@pytest.mark.parametrize(
    "typed",
    [
        "[le programme](https://a.example)",
        "[…]",
        "100 % Alpilles, 20 %% de remise",
        "{ }",
        "{1}",
        "[nom](https://a.example)",
    ],
)
def test_ordinary_writing_is_no_field(typed: str) -> None:
    assert (list(merge.unknown(typed)), merge.to_marks(typed)) == ([], typed)


def test_an_unknown_field_stands_as_text_that_the_engine_does_not_read() -> None:
    assert merge.to_marks("%%ville%% {saison}") == "{ville} {saison}"
