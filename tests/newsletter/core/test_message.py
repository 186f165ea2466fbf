import html
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.headers import Address
from newsletter.core.holes import BadValue, Hole, Kind, Marks
from newsletter.core.message import MessageTemplate, compile_message

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=120)
EVIL = st.text("<>\"'&;%{}$=?_.-é🫒 \u00a0\ufdd0\ue000zq0n1", max_size=120) | st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "--=_garrigue_alternative",
        "%%first_name%%",
        "{{x}}",
        "=\r"[:1],
        "." * 90,
    ]
)
TOKENS = st.text("abcdefghijklmnopqrstuvwxyz234567.-_~=&?%/", max_size=400).map(
    lambda token: f"https://lettre.alpilles.example/d/{token}"
)

TEXT = "Bonjour{name},\n\n.\n. une ligne\n100 %% et $99 et {{{{ x }}}}\n{leave}\nfin {leave}"
HTML = '<p title="{name}">Bonjour{name}, <a href="{leave}">partir</a> {prefer}</p>\n.\n<p>é</p>'
READER = {
    "to_address": "jeanne@alpilles.example",
    "to_name": "",
    "date": "Mon, 23 Nov 2026 10:00:00 +0100",
    "message_id": "<d.12.a4@alpilles.example>",
    "first_name": "Jeanne",
    "unsubscribe_url": "https://lettre.alpilles.example/d/v1.k1.abc.def",
    "preferences_url": "https://lettre.alpilles.example/p/v1.k1.abc.ghi?a=1&b=2",
}


def compiled(subject: str = "Les fêtes, %%first_name|et vous%% !") -> MessageTemplate:
    marks = Marks()
    words = {
        "name": marks.mark(Hole("first_name", before=" ")),
        "leave": marks.mark(Hole("unsubscribe_url", Kind.URL)),
        "prefer": marks.mark(Hole("preferences_url", Kind.URL)),
    }
    return compile_message(
        html=HTML.format(**words),
        text=TEXT.format(**words),
        subject=marks.in_text(subject),
        from_=Address("lettre@alpilles.example", "Les Alpilles à table"),
        reply_to=Address("bonjour@alpilles.example"),
        list_id="<lettre.alpilles.example>",
        headers={"X-Edition": "fêtes"},
        holes=marks.holes,
    )


TEMPLATE = compiled()


def parsed(wire: bytes) -> EmailMessage:
    message = message_from_bytes(wire, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def name_of(wire: bytes) -> str:
    """The name in To; email.policy would put a space between two encoded words of a name (cpython 3.11)."""
    phrase, _, _ = str(message_from_bytes(wire)["To"]).rpartition(READER["to_address"])
    return str(make_header(decode_header(phrase.removesuffix("<").removesuffix("\r\n "))))


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return found.get_content().replace("\r\n", "\n")


class Structure(HTMLParser):
    """The tags of a page, with the links and the words in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_fit_for_the_wire(wire: bytes) -> None:
    assert wire.isascii()
    assert wire.endswith(b"\r\n")
    head, _, body = wire.partition(b"\r\n\r\n")
    for line in wire.split(b"\r\n"):
        assert len(line) <= 998
        assert not line.startswith(b".")
        assert b"\n" not in line
        assert b"\r" not in line
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))


@given(name=VALUES | EVIL, to_name=VALUES | EVIL, leave=TOKENS, prefer=TOKENS)
def test_a_filled_message_parses_back_to_exactly_the_values_put_in(
    name: str, to_name: str, leave: str, prefer: str
) -> None:
    wire = TEMPLATE.fill(
        READER | {"first_name": name, "to_name": to_name, "unsubscribe_url": leave, "preferences_url": prefer}
    )
    message = parsed(wire)

    assert_fit_for_the_wire(wire)
    assert not message.defects
    before_name = f" {name}" if name else ""
    assert message["Subject"] == f"Les fêtes, {name or 'et vous'} !"
    assert [a.addr_spec for a in message["To"].addresses] == [READER["to_address"]]
    assert name_of(wire) == to_name
    assert message["List-Unsubscribe"] == f"<{leave}>"
    assert part(message, "plain") == (
        f"Bonjour{before_name},\n\n.\n. une ligne\n100 %% et $99 et {{{{ x }}}}\n{leave}\nfin {leave}\n"
    )
    assert part(message, "html") == (
        f'<p title="{html.escape(before_name)}">Bonjour{html.escape(before_name)}, '
        f'<a href="{html.escape(leave)}">partir</a> {html.escape(prefer)}</p>\n.\n<p>é</p>\n'
    )


@given(name=VALUES | EVIL)
def test_no_value_breaks_out_of_its_hole(name: str) -> None:
    usual, strange = (parsed(TEMPLATE.fill(READER | {"first_name": value})) for value in ("Jeanne", name))
    page = Structure(part(strange, "html"))

    assert strange.keys() == usual.keys()
    assert [p.get_content_type() for p in strange.walk()] == [p.get_content_type() for p in usual.walk()]
    assert page.tags == Structure(part(usual, "html")).tags
    assert [attribute for attribute, _ in page.attributes] == ["title", "href"]
    assert dict(page.attributes)["href"] == READER["unsubscribe_url"]
    assert (f" {name}" if name else "") in page.words


def test_every_message_has_each_header_once_and_a_way_out() -> None:
    message = parsed(TEMPLATE.fill(READER))

    assert {name: message[name] for name in message.keys()} == {  # noqa: SIM118
        "From": "Les Alpilles à table <lettre@alpilles.example>",
        "To": "jeanne@alpilles.example",
        "Subject": "Les fêtes, Jeanne !",
        "Date": "Mon, 23 Nov 2026 10:00:00 +0100",
        "Message-ID": "<d.12.a4@alpilles.example>",
        "Reply-To": "bonjour@alpilles.example",
        "List-Id": "<lettre.alpilles.example>",
        "List-Unsubscribe": "<https://lettre.alpilles.example/d/v1.k1.abc.def>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Edition": "fêtes",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_garrigue_alternative"',
    }
    assert len(message.keys()) == len(set(message.keys()))


@pytest.mark.parametrize("field", ["first_name", "to_name", "to_address", "date", "message_id", "unsubscribe_url"])
@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\u2028b", "a\u2029b", "a\x1bb", "\ud800"]
)
def test_a_value_with_a_line_end_or_a_control_character_is_refused_and_named(field: str, bad: str) -> None:
    with pytest.raises(BadValue):
        TEMPLATE.fill(READER | {field: bad})


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(BadValue, match="preferences_url"):
        TEMPLATE.fill({name: value for name, value in READER.items() if name != "preferences_url"})


def test_a_template_knows_the_values_it_asks_for() -> None:
    assert TEMPLATE.fields == set(READER) - {"to_name"}
    assert "first_name" in compiled(subject="Les fêtes").fields


def test_a_stored_template_is_the_same_and_has_the_same_digest() -> None:
    again = MessageTemplate.from_bytes(TEMPLATE.to_bytes())

    assert again == TEMPLATE
    assert again.digest == TEMPLATE.digest == compiled().digest
    assert again.digest != compiled(subject="Autre").digest
    assert again.fill(READER) == TEMPLATE.fill(READER)


@pytest.mark.parametrize("name", ["Subject", "list-unsubscribe", "Content-Type", "Bad Name\r\nBcc"])
def test_a_header_of_the_engine_cannot_be_written_twice(name: str) -> None:
    with pytest.raises(ValueError):
        compile_message(
            html="",
            text="",
            subject="x",
            from_=Address("a@b.example"),
            list_id="<x>",
            headers={name: "x"},
            holes={},
        )
