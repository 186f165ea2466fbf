import pytest

from newsletter.servers.captured import READABLE, Box, Captured
from newsletter.servers.reading import page_of


def letter(number: int, *headers: bytes) -> bytes:
    return b"\r\n".join([b"Message-ID: <%d@x.example>" % number, *headers, b"", b"Bonjour"])


LIST = b"List-Id: <lettre.example>"


def test_pairs_of_message_and_reader_are_counted_once() -> None:
    captured = Captured()
    for number, reader in ((1, "a@x.example"), (1, "A@X.example"), (1, "b@x.example"), (2, "a@x.example")):
        captured.add(letter(number, LIST), [reader])

    assert (captured.mails, captured.distinct(), captured.distinct("a@x.example")) == (4, 3, 2)


@pytest.mark.parametrize(
    ("headers", "box"),
    [
        ([LIST], Box.NEWSLETTERS),
        ([b"list-id: <lettre.example>"], Box.NEWSLETTERS),
        ([], Box.SINGLES),
        ([LIST, b"X-Garrigue-Kind: test"], Box.SINGLES),
        ([b"Subject: List-Id: in a subject"], Box.SINGLES),
    ],
)
def test_log_in_and_test_mails_have_a_box_of_their_own(headers: list[bytes], box: Box) -> None:
    captured = Captured()

    assert captured.add(letter(1, *headers), ["a@x.example"]).box == box
    assert captured.distinct() == (box == Box.NEWSLETTERS)


def test_a_folded_message_id_is_the_same_message() -> None:
    captured = Captured()
    captured.add(letter(1, LIST), ["a@x.example"])
    captured.add(letter(1, LIST).replace(b"Message-ID: ", b"Message-ID:\r\n "), ["a@x.example"])

    assert captured.distinct() == 1


def test_mails_without_a_message_id_are_told_apart_by_their_bytes() -> None:
    captured = Captured()
    for text in (b"one", b"two", b"two"):
        captured.add(LIST + b"\r\n\r\n" + text, ["a@x.example"])

    assert captured.distinct() == 2


def test_only_the_last_are_kept_save_for_who_is_followed() -> None:
    captured = Captured()
    captured.follow("Jeanne@x.example")
    for number, reader in enumerate(["jeanne@x.example", "early@x.example", *["late@x.example"] * READABLE]):
        captured.add(letter(number, LIST), [reader])

    kept = {name: captured.last(f"{name}@x.example") is not None for name in ("jeanne", "early", "late")}
    assert kept == {"jeanne": True, "early": False, "late": True}


def test_the_last_mail_is_the_last_that_came_in_whatever_box() -> None:
    captured = Captured()
    captured.add(letter(1), ["a@x.example"])
    newest = captured.add(letter(2, LIST), ["a@x.example"])

    assert captured.last("a@x.example") == newest


def test_a_text_mail_is_read_with_its_links_and_without_its_tags() -> None:
    page = page_of(b"Subject: <b>Lien</b>\r\n\r\nVoici <script>: https://x.example/?a=1&b=2\r\n")

    assert "<title>&lt;b&gt;Lien&lt;/b&gt;</title>" in page
    assert "Voici &lt;script&gt;" in page
    assert '<a href="https://x.example/?a=1&amp;b=2">' in page
