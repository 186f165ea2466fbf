"""Replies are read strictly, and within bounds whatever a server says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.wire.reading import MAX_LINE, MAX_LINES, MAX_REPLY, ReplyReader, words


def read(data: bytes) -> tuple[list[tuple[int, bytes]], bool]:
    reader = ReplyReader()
    return reader.feed(data), bool(reader.garbage)


def test_one_line_and_many_are_one_reply_each() -> None:
    assert read(b"250 ok\r\n250-a\r\n250-b\r\n250 c\r\n354\r\n") == (
        [(250, b"ok"), (250, b"a\nb\nc"), (354, b"")],
        False,
    )


def test_a_bare_line_feed_ends_a_line_too() -> None:
    assert read(b"250 ok\n") == ([(250, b"ok")], False)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"999 what\r\n",
        b"199 too low\r\n",
        b"hello\r\n",
        b"\r\n",
        b"25\r\n",
        b"2500\r\n",
        b"\xff\xfe\x00\r\n",
        b"250-one\r\n550 two\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
    ],
)
def test_nonsense_ends_the_reading_after_what_was_whole(nonsense: bytes) -> None:
    assert read(b"250 ok\r\n" + nonsense + b"250 never heard\r\n") == ([(250, b"ok")], True)


def test_a_long_line_is_cut_and_still_heard() -> None:
    [[(code, text)], garbage] = read(b"550 " + b"x" * 5_000 + b"\r\n")
    assert (code, len(text), garbage) == (550, MAX_LINE - 4, False)


def test_a_hundred_lines_are_read_and_no_more() -> None:
    assert read(b"250-x\r\n" * (MAX_LINES - 1) + b"250 end\r\n")[1] is False
    assert read(b"250-x\r\n" * (MAX_LINES + 1) + b"250 end\r\n") == ([], True)


@pytest.mark.parametrize("piece", [b"250-" + b"x" * 1_020, b"x" * 1_024])
def test_ten_megabytes_are_never_kept(piece: bytes) -> None:
    reader = ReplyReader()
    kept = 0
    for _ in range(10_000):
        assert reader.feed(piece) == []
        kept = max(kept, len(reader._rest) + sum(map(len, reader._lines)))
    assert reader.garbage
    assert kept < MAX_REPLY + MAX_LINE


def test_text_is_one_printable_line() -> None:
    assert words("2.0.0 Accepté\nmerci\x00\x1b".encode()) == "2.0.0 Accepté merci��"
    assert words(b"caf\xe9") == "caf�"


LINES = st.sampled_from(
    [b"250 ok\r\n", b"250-more\r\n", b"354 go\r\n", b"550 no\n", b"421\r\n", b"9", b"25", b"\r", b"\n", b"250 "]
)
LONG = st.integers(MAX_LINE - 8, MAX_LINE + 8).map(lambda size: b"250 " + b"y" * size + b"\r\n")
HUGE = st.integers(MAX_REPLY - 4, MAX_REPLY + 4).map(lambda size: b"z" * size)


@settings(deadline=None)
@given(st.lists(LINES | LONG | HUGE, max_size=12), st.data())
def test_the_pieces_in_which_bytes_come_change_nothing(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    reader, answers = ReplyReader(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        answers += reader.feed(whole[start:end])
    assert (answers, bool(reader.garbage)) == read(whole)
