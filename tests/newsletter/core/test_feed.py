"""Hostile files: each gets a clear answer, and costs no more than it may."""

import io
import json
import struct
import time
import zipfile

import pytest

from newsletter.core import catalogue, feed
from newsletter.core.feed import BadFeed, Trouble
from newsletter.core.listing import Flaw, Listing, Refused
from tests import feeds


def trouble(file: io.BytesIO) -> Trouble:
    with pytest.raises(BadFeed) as wrong:
        list(catalogue.read(file).objects)
    return wrong.value.trouble


def flaws(file: io.BytesIO) -> list[Flaw]:
    return [found.flaw for found in catalogue.read(file).objects if isinstance(found, Refused)]


def with_paper(paper: bytes) -> io.BytesIO:
    """A feed of two objects, of which the first is this."""
    second = feeds.poi(2)
    index = json.dumps([{"file": "13-bad.json"}, {"file": feeds.file_of(second)}])
    return feeds.packed({"index.json": index, "objects/13-bad.json": paper, feeds.file_of(second): json.dumps(second)})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", Trouble.EMPTY),
        (b"PK\x03\x04 not an archive", Trouble.BROKEN),
        (b"<html>", Trouble.NEITHER),
        (b"nom;commune\nMas;Arles\n", Trouble.NEITHER),
        (b"[1, 2", Trouble.NEITHER),
        (b'"text"', Trouble.BAD_SHAPE),
        (b"[]", Trouble.NEITHER),
        (b"[{}]", Trouble.NEITHER),
        ('[{"id": 1, "nom": "é"}]'.encode("latin-1"), Trouble.BAD_ENCODING),
        ('[{"id": 1}]'.encode("utf-16"), Trouble.BAD_ENCODING),
        ('[{"id": 1}]'.encode("utf-16-le"), Trouble.BAD_ENCODING),
        (b"[" * 100_000, Trouble.TOO_DEEP),
        (b'{"a":' * 100_000, Trouble.TOO_DEEP),
        (b"[NaN]", Trouble.NEITHER),
        (b"[" + b"9" * 5000 + b"]", Trouble.NEITHER),
    ],
)
def test_a_file_that_is_no_feed_says_why(raw: bytes, expected: Trouble) -> None:
    assert trouble(io.BytesIO(raw)) is expected


def test_an_archive_of_something_else_is_no_feed() -> None:
    assert trouble(feeds.packed({"photo.jpg": b"x"})) is Trouble.NEITHER
    assert trouble(feeds.packed({})) is Trouble.NEITHER


def test_objects_without_their_index_are_no_feed() -> None:
    assert trouble(feeds.packed({"objects/0/00/a.json": "{}"})) is Trouble.NO_INDEX


@pytest.mark.parametrize("index", ["{}", "7", '"x"'])
def test_an_index_that_is_no_list_is_refused(index: str) -> None:
    assert trouble(feeds.packed({"index.json": index})) is Trouble.BAD_SHAPE


@pytest.mark.parametrize("name", ["../etc/cron.d/x", "/etc/passwd", "a/../../b.json", "C:/x.json", "a\\..\\b.json"])
def test_an_archive_with_a_name_that_leads_out_is_refused_whole(name: str) -> None:
    file = feeds.flux(feeds.poi())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "{}")
    file.seek(0)

    assert trouble(file) is Trouble.ESCAPES


@pytest.mark.parametrize("name", ["../../index.json", "/etc/passwd", "..\\x", "objects/../index.json"])
def test_an_index_that_leads_out_is_refused_at_that_line(name: str) -> None:
    told = feeds.poi()
    index = json.dumps([{"file": name}, {"file": feeds.file_of(told)}, {"label": "?"}, 7])
    file = feeds.packed({"index.json": index, "objects/" + feeds.file_of(told): json.dumps(told)})

    assert flaws(file) == [Flaw.BAD_PATH, Flaw.BAD_SHAPE, Flaw.BAD_SHAPE]


def test_a_paper_that_the_index_names_and_the_archive_lacks_is_said_and_the_rest_is_read() -> None:
    assert flaws(feeds.flux(feeds.poi(1), feeds.poi(2), only_listed=True)) == [Flaw.NOT_THERE] * 2


@pytest.mark.parametrize(
    ("paper", "flaw"),
    [
        ('{"rdfs:label": "été"}'.encode("latin-1"), Flaw.BAD_ENCODING),
        (b"{", Flaw.NOT_JSON),
        (b"[" * 5000, Flaw.TOO_DEEP),
        (b'{"a":[' * 200 + b"]}" * 200, Flaw.TOO_DEEP),
        (b"[]", Flaw.BAD_SHAPE),
        (b'"' + b"x" * 9_000_000 + b'"', Flaw.TOO_LARGE),
    ],
)
def test_one_bad_paper_spoils_only_itself(paper: bytes, flaw: Flaw) -> None:
    found = list(catalogue.read(with_paper(paper)).objects)

    assert [type(one) for one in found] == [Refused, Listing]
    assert found[0] == Refused(
        "13-bad.json", flaw, "https://data.datatourisme.fr/13/bad" if flaw is not Flaw.BAD_SHAPE else ""
    )


def test_a_paper_whose_bytes_are_broken_is_said() -> None:
    file = with_paper(b'{"a": "' + b"b" * 400 + b'"}')
    raw = bytearray(file.getvalue())
    with zipfile.ZipFile(file) as archive:
        start = archive.getinfo("objects/13-bad.json").header_offset
    raw[start + 49 : start + 55] = b"\xff" * 6

    assert flaws(io.BytesIO(bytes(raw))) == [Flaw.NOT_JSON]


def test_a_bomb_that_says_its_size_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "TOGETHER", 1_000_000)
    file = feeds.packed({"index.json": "[]", "objects/a.json": b"0" * 2_000_000})

    assert file.getbuffer().nbytes < 5000
    assert trouble(file) is Trouble.BOMB


def test_a_bomb_that_lies_about_its_size_costs_no_more_than_one_paper() -> None:
    file = with_paper(b" " * 20_000_000)
    raw = bytearray(file.getvalue())
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("objects/13-bad.json")
    for where in (info.header_offset + 22, raw.index(b"objects/13-bad.json", info.header_offset + 60) - 22):
        assert struct.unpack_from("<I", raw, where)[0] == 20_000_000
        struct.pack_into("<I", raw, where, 100)

    assert flaws(io.BytesIO(bytes(raw))) == [Flaw.NOT_JSON]


def test_what_is_read_is_counted_whatever_the_archive_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = feed.Archive(feeds.flux(*(feeds.poi(number) for number in range(20))))
    monkeypatch.setattr(feed, "TOGETHER", 10_000)

    with pytest.raises(BadFeed) as wrong:
        [archive.bytes_of(name) for name in archive.names]
    assert wrong.value.trouble is Trouble.BOMB


def test_too_many_papers_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAPERS", 3)

    assert trouble(feeds.packed({f"{n}.json": "{}" for n in range(4)})) is Trouble.TOO_MANY


def test_a_locked_archive_is_named_so() -> None:
    raw = bytearray(feeds.flux(feeds.poi()).getvalue())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(sign)
        while start >= 0:
            raw[start + at] |= 1
            start = raw.find(sign, start + 4)

    assert trouble(io.BytesIO(bytes(raw))) is Trouble.LOCKED


def test_brackets_within_a_text_are_no_depth() -> None:
    told = feeds.poi(hasDescription=[{"dc:description": {"fr": "[" * 500 + '\\"{' * 300}}])
    [found] = catalogue.read(feeds.flux(told)).objects

    assert isinstance(found, Listing)
    assert found.text.startswith("[[[")


def test_reading_grows_with_the_feed_and_not_with_its_square() -> None:
    started = time.perf_counter()
    found = list(catalogue.read(feeds.flux(*(feeds.poi(number) for number in range(3000)))).objects)

    assert len(found) == 3000
    assert time.perf_counter() - started < 15
