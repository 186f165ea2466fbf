import re

import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.dkim import (
    BadDkimKey,
    KeyPlace,
    parse_keys,
    relaxed_body,
    relaxed_header,
    signature_field,
    signed_fields,
    signed_names,
    split,
)

LINES = st.lists(st.text(" \tab=.\xa0", max_size=8).map(lambda line: line.encode("latin-1")), max_size=8)


@given(lines=LINES)
def test_a_body_is_relaxed_as_the_reference_does(lines: list[bytes]) -> None:
    body = b"".join(line + b"\r\n" for line in lines)

    assert relaxed_body(body) == Relaxed.canonicalize_body(body)


@pytest.mark.parametrize("body", [b"", b"\r\n", b"\r\n\r\n", b" \r\n\t\r\n"])
def test_a_body_of_empty_lines_is_empty(body: bytes) -> None:
    assert relaxed_body(body) == b""


def test_a_header_is_unfolded_and_its_blanks_made_one() -> None:
    # RFC 6376, 3.4.5
    fields, body = split(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n")

    assert [relaxed_header(name, value) for name, value in fields] == [b"a:X", b"b:Y Z"]
    assert relaxed_body(body) == b" C\r\nD E\r\n"


def test_each_field_is_named_once_more_than_it_occurs_and_an_absent_one_once() -> None:
    fields, _ = split(b"From: a\r\nSubject: s\r\nReply-To: r\r\nX-Other: o\r\n\r\n")

    names = signed_names(fields)

    assert [names.count(name) for name in ("from", "subject", "reply-to", "list-id", "sender", "x-other")] == [
        2,
        2,
        2,
        1,
        0,
        0,
    ]
    assert signed_fields(fields) == b"from:a\r\nsubject:s\r\nreply-to:r\r\n"


def test_of_two_equal_fields_the_last_is_signed_first() -> None:
    assert signed_fields([("to", b" a"), ("to", b" b")]) == b"to:b\r\nto:a\r\n"


def test_a_signature_has_no_length_and_short_lines() -> None:
    names = signed_names([("from", b""), ("reply-to", b"")])
    field = signature_field(algorithm="rsa-sha256", domain="d.example", selector="s", names=names, body_hash="h=")

    tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s+", "", field.decode())))
    assert tags["h"].split(":") == names
    assert tags.keys() == {"v", "a", "c", "d", "s", "h", "bh", "b"}
    assert max(len(line) for line in field.split(b"\r\n")) <= 76


def test_a_key_is_a_path_or_the_key_itself_and_several_may_be_named() -> None:
    assert parse_keys("s1:Alpilles.example:/etc/dkim/s1.pem, s2:alpilles.example:MC4CAQ==") == [
        KeyPlace("s1", "alpilles.example", path="/etc/dkim/s1.pem"),
        KeyPlace("s2", "alpilles.example", base64="MC4CAQ=="),
    ]


@pytest.mark.parametrize("setting", ["s1", "s1:alpilles.example", "s1:alpilles.example:", "s 1:a.example:x", "s:d:x"])
def test_a_key_that_cannot_be_read_is_refused_without_telling_it(setting: str) -> None:
    with pytest.raises(BadDkimKey, match="selector:domain"):
        parse_keys(setting)


def test_a_private_key_never_reaches_a_log() -> None:
    assert "SECRET" not in repr(KeyPlace("s", "a.example", base64="SECRET"))
