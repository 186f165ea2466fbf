import pytest

from newsletter.core.holes import BadValue, Hole, Kind, Marks, UnknownMergeField, one_line, show, split

NAME = Hole("first_name", before=" ")


def shown(written: str, **values: str) -> str:
    marks = Marks()
    return show(marks.in_text(written), marks.holes, values)


def test_a_missing_name_takes_its_space_with_it() -> None:
    assert shown("Bonjour %%first_name%%,", first_name="Jeanne") == "Bonjour Jeanne,"
    assert shown("Bonjour %%first_name%%,", first_name="") == "Bonjour,"


def test_the_board_may_write_what_stands_in_for_a_missing_name() -> None:
    assert shown("Cher %%first_name|ami lecteur%% !", first_name="") == "Cher ami lecteur !"


@pytest.mark.parametrize("name", ["prenom", "prénom", "first name", "unsubscribe_url", "FIRST_NAME"])
def test_an_unknown_field_is_named(name: str) -> None:
    with pytest.raises(UnknownMergeField, match=name) as raised:
        Marks().in_text(f"Bonjour %%{name}%%")

    assert raised.value.name == name


@pytest.mark.parametrize("text", ["50 %% de remise, ou 60 %%", "{{ first_name }}", "$99", "%%%%", "100 %"])
def test_what_only_looks_like_a_field_is_text(text: str) -> None:
    assert shown(text, first_name="Jeanne") == text


def test_within_a_tag_nothing_is_a_field() -> None:
    html = '<a href="https://x.example/%%first_name%%">%%first_name|vous &amp; moi%%</a>'
    marks = Marks()

    filled = show(marks.in_html(html), marks.holes, {"first_name": ""})

    assert filled == '<a href="https://x.example/%%first_name%%">vous & moi</a>'


def test_the_marks_of_one_rendering_mean_nothing_in_another() -> None:
    assert split(Marks().mark(NAME), Marks().holes) != [NAME]
    one, other = Marks(), Marks()
    other.mark(NAME)

    assert split(one.mark(NAME), other.holes) == [one.mark(NAME)]


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://x y", "https://x\n", 'https://x/"', "https://x/<", "//x"]
)
def test_a_hole_for_an_address_takes_nothing_else(url: str) -> None:
    with pytest.raises(BadValue):
        Hole("unsubscribe_url", Kind.URL).text({"unsubscribe_url": url})


def test_a_value_that_was_not_given_is_named() -> None:
    with pytest.raises(BadValue, match="first_name"):
        NAME.text({})


def test_a_name_as_people_type_it_becomes_one_line() -> None:
    assert one_line(" Jeanne\r\n\tMarie\u2028 ") == "Jeanne Marie"
