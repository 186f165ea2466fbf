from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.headers import Address, address_value, message_id_value, plain_value, text_value
from newsletter.core.holes import BadValue

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=200)
MIXED = st.text("aé€🫒 =?_\"<>,@.()\\'", max_size=80)


def read_back(name: str, value: str):
    wire = f"{name}: {value}\r\nX-End: end\r\n\r\n".encode("ascii")
    for line in wire.split(b"\r\n"):
        assert len(line) <= 998
        assert b"=?" not in line or len(line) <= 76
    message = message_from_bytes(wire, policy=SMTP)
    assert message.keys() == [name, "X-End"]
    return message[name]


@given(TEXTS | MIXED)
def test_a_subject_comes_back_as_it_went(text: str) -> None:
    assert str(read_back("Subject", text_value("subject", text))) == text


@given(TEXTS | MIXED)
def test_a_name_comes_back_beside_its_one_address(name: str) -> None:
    value = address_value("to", Address("jeanne@alpilles.example", name))

    # email.policy puts a space between two encoded words of a name (cpython 3.11), decode_header does not
    phrase, _, rest = value.rpartition("\r\n ")
    assert str(make_header(decode_header(phrase))) == name
    assert rest == ("<jeanne@alpilles.example>" if name else "jeanne@alpilles.example")
    assert [a.addr_spec for a in read_back("To", value).addresses] == ["jeanne@alpilles.example"]


@pytest.mark.parametrize("bad", ["a\rb", "a\nb", "a\0b", "a\u2028b", "a\u2029b", "a\tb", "a\x85b", "a\ud800b"])
def test_what_ends_a_line_is_refused_in_every_header(bad: str) -> None:
    with pytest.raises(BadValue):
        text_value("subject", bad)
    with pytest.raises(BadValue):
        address_value("to", Address("jeanne@alpilles.example", bad))
    with pytest.raises(BadValue):
        address_value("to", Address(bad + "@alpilles.example"))
    with pytest.raises(BadValue):
        message_id_value("message_id", f"<{bad}@alpilles.example>")
    with pytest.raises(BadValue):
        plain_value("date", bad)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jeanne",
        "a@b@c.example",
        "a b@c.example",
        "<a@c.example>",
        "a@c.example,d@e.example",
        "é@c.example",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(BadValue):
        address_value("to", Address(address))


def test_plain_words_stay_plain() -> None:
    assert text_value("subject", "Olives and wine") == "Olives and wine"
    assert address_value("to", Address("a@b.example", "Jeanne")) == "Jeanne\r\n <a@b.example>"


def test_a_character_is_never_split_between_two_words() -> None:
    for word in text_value("subject", "🫒" * 60).split("\r\n "):
        bytes.fromhex(word.removeprefix("=?utf-8?q?").removesuffix("?=").replace("=", "")).decode("utf-8")
