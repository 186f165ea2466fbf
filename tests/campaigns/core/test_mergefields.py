"""Each provider's engine, as its manual describes it, must print back exactly what the reader should see."""

import re
from collections.abc import Callable, Mapping

import pytest
from django.template import Context, Engine
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.core.mergefields import BREVO, MAILGUN, MAILJET, SPARKPOST, Dialect, cast
from newsletter.core.headers import Address
from newsletter.core.holes import Hole, Kind, Marks
from newsletter.core.message import MessageTemplate, compile_message
from newsletter.core.parts import take_apart, written
from tests.newsletter.core.test_message import READER

Engine_ = Callable[[str, Mapping[str, str]], str]


def brevo(text: str, values: Mapping[str, str]) -> str:
    """Brevo's language is Django's, and escapes unless told otherwise."""
    return Engine().from_string(text).render(Context({"params": dict(values)}))


def braces(field: str, tags: str) -> Engine_:
    """An engine that prints its fields and chokes on any other tag."""

    def render(text: str, values: Mapping[str, str]) -> str:
        def fill(found: re.Match[str]) -> str:
            if found.group("name") is None:
                raise AssertionError(f"taken for a tag: {found.group()!r}")
            return values[found.group("name")]

        return re.sub(f"{field}|{tags}", fill, text)

    return render


def mailgun(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"%recipient\.(\w+)%|%\w[\w.:-]*%", lambda found: values[found.group(1)], text)


ENGINES = {
    "brevo": (BREVO, brevo),
    "mailjet": (MAILJET, braces(r"\{\{var:(?P<name>\w+)\}\}", r"\{[{%#]|\[\[")),
    "mailgun": (MAILGUN, mailgun),
    "sparkpost": (SPARKPOST, braces(r"\{\{\{(?P<name>\w+)\}\}\}", r"\{\{")),
}
SYNTAX = st.text("{}%#[]*|& <>.a1:é\n", max_size=30) | st.sampled_from(
    [
        "{{params.sa}}",
        "{{var:sa}}",
        "{{{sa}}}",
        "%recipient.sa%",
        "recipient.sa%",
        "%",
        "params.ca}}",
        "{% if x %}",
        "{% endautoescape %}",
        "{# note",
        "[[data:email]]",
        "[[UNSUB_LINK_FR]]",
        "%unsubscribe_url%",
        "@media{.a{width:100%}}@media{#b{color:#fff}}",
        "{",
        "}",
        "{{",
        "}}",
        "$99",
    ]
)


def compiled(before: str, between: str, after: str, subject: str) -> MessageTemplate:
    marks = Marks()
    name, leave = (
        marks.mark(Hole("first_name", before=" ", fallback="ami")),
        marks.mark(Hole("unsubscribe_url", Kind.URL)),
    )
    body = f"{before}{name}{between}{leave}{name}{after}"
    return compile_message(
        html=body,
        text=body,
        subject=marks.in_text(subject + "%%first_name%%" + subject),
        from_=Address("lettre@alpilles.example"),
        list_id="<lettre.alpilles.example>",
        holes=marks.holes,
    )


@pytest.mark.parametrize("name", ENGINES)
@given(
    before=SYNTAX, between=SYNTAX, after=SYNTAX, subject=SYNTAX, reader=st.sampled_from(["", "Jeanne", "L'<Éa> & C°"])
)
@example(before="", between="{[", after="", subject="", reader="")
def test_member_text_is_printed_literally_and_values_as_they_are(
    name: str, before: str, between: str, after: str, subject: str, reader: str
) -> None:
    dialect, engine = ENGINES[name]
    parts = take_apart(compiled(before, between, after, subject.replace("\n", " ").replace("%", "")))
    mould = cast(parts, dialect)
    values = READER | {"first_name": reader}
    merge = mould.values(values)

    assert engine(mould.text, merge) == written(parts.text, values)
    assert engine(mould.html, merge) == written(parts.html, values)
    assert engine(mould.subject, merge) == written(parts.subject, values)


def test_plain_style_sheets_stay_as_they_are_but_for_what_looks_like_a_tag() -> None:
    parts = take_apart(compiled("<style>@media{.a{width:100%}}</style>", "", "", "x"))

    assert all(
        "@media{.a{width:100%}}" in cast(parts, dialect).html for dialect in (BREVO, MAILJET, SPARKPOST, MAILGUN)
    )


@pytest.mark.parametrize("dialect", [BREVO, MAILJET, MAILGUN, SPARKPOST])
def test_fields_have_names_of_letters_only(dialect: Dialect) -> None:
    mould = cast(take_apart(compiled("{{%[[", "%", "", "x")), dialect)

    assert all(name.isalpha() for name in [*mould.slots, *mould.literals])
