from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.headers import Address
from newsletter.core.holes import Hole, Kind, Marks
from newsletter.core.message import compile_message
from newsletter.core.parts import take_apart, written
from tests.newsletter.core.test_message import EVIL, READER, TEMPLATE, TOKENS, VALUES, parsed, part

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60) | st.sampled_from(
    ["--=_garrigue_alternative", "--=_garrigue_alternative--\n", "\n\n", "=", "=\n", ".\n", " \n", ""]
)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=40)


@given(name=VALUES | EVIL, leave=TOKENS, prefer=TOKENS)
def test_what_is_taken_apart_says_what_the_message_says(name: str, leave: str, prefer: str) -> None:
    values = READER | {"first_name": name, "unsubscribe_url": leave, "preferences_url": prefer}
    parts, message = take_apart(TEMPLATE), parsed(TEMPLATE.fill(values))

    assert written(parts.text, values) == part(message, "plain")
    assert written(parts.html, values) == part(message, "html")
    assert written(parts.subject, values).strip() == message["Subject"]
    assert written(parts.headers["List-Unsubscribe"], values) == message["List-Unsubscribe"]


@given(before=WORDS, after=WORDS, name=VALUES, subject=NAMES, sender=NAMES)
def test_any_words_around_holes_come_back(before: str, after: str, name: str, subject: str, sender: str) -> None:
    marks = Marks()
    hole = marks.mark(Hole("first_name"))
    leave = marks.mark(Hole("unsubscribe_url", Kind.URL))
    text = f"{before}{hole}{after}{leave}{hole}{before}"
    parts = take_apart(
        compile_message(
            html=text,
            text=text,
            subject=subject,
            from_=Address("lettre@alpilles.example", sender),
            list_id="<lettre.alpilles.example>",
            holes=marks.holes,
        )
    )
    values = READER | {"first_name": name}

    expected = text.replace(hole, name).replace(leave, READER["unsubscribe_url"])
    assert written(parts.text, values).rstrip("\n") == expected.rstrip("\n")
    assert parts.header("Subject") == subject.strip()
    assert parts.address("From") == Address("lettre@alpilles.example", sender)
    assert parts.address("Reply-To") is None


def test_headers_keep_their_names_and_values() -> None:
    parts = take_apart(TEMPLATE)

    assert list(parts.headers) == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Reply-To",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "X-Edition",
        "MIME-Version",
        "Content-Type",
    ]
    assert parts.header("List-Id") == "<lettre.alpilles.example>"
    assert parts.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert parts.header("X-Edition") == "fêtes"
    assert parts.address("Reply-To") == Address("bonjour@alpilles.example")
