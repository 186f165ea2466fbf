"""What a mail that came back says: read as servers write it, and as nobody should have written it."""

import base64
import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaigns.core.feedback import Heard
from campaigns.core.mime import MOST_BYTES
from campaigns.core.returned import Returned, read
from tests.campaigns import mails

PATH, ID, READER = "retours+1.k.aaa.bbb@alpilles.example", "<1.k.c.d@alpilles.example>", "jeanne@boite.example"


def filled(mail: str) -> bytes:
    return mail.replace("{path}", PATH).replace("{id}", ID).replace("{reader}", READER).encode()


def heard(mail: Returned) -> list[tuple[str, str | None]]:
    return [(one.kind.value, one.fault.value if one.fault else None) for one in mail.said]


@pytest.mark.parametrize("name", mails.REPORTS)
def test_a_report_is_read_as_its_server_means_it(name: str) -> None:
    mail, wanted = mails.REPORTS[name]
    found = read(filled(mail))
    assert heard(found) == wanted
    assert found.said[0].recipient == READER
    assert PATH in found.delivered_to


@pytest.mark.parametrize("name", mails.REPORTS)
def test_a_report_says_the_same_with_the_line_ends_of_the_wire(name: str) -> None:
    mail, wanted = mails.REPORTS[name]
    assert heard(read(filled(mail).replace(b"\n", b"\r\n"))) == wanted


@pytest.mark.parametrize("name", mails.COMPLAINTS)
def test_a_complaint_is_known_and_names_our_letter(name: str) -> None:
    found = read(filled(mails.COMPLAINTS[name]))
    assert heard(found) == [("complained", None)]
    assert {PATH, ID.strip("<>")} <= set(found.quoted)


@pytest.mark.parametrize(
    ("kind", "wanted"), [("not-spam", "unknown"), ("auth-failure", "unknown"), ("opt-out", "unsubscribed")]
)
def test_not_every_feedback_is_a_complaint(kind: str, wanted: str) -> None:
    assert heard(read(filled(mails.complaint(kind)))) == [(wanted, None)]


@pytest.mark.parametrize("name", mails.ANSWERS)
def test_a_machine_that_answers_for_a_person_is_no_bounce_whatever_it_says(name: str) -> None:
    assert heard(read(filled(mails.ANSWERS[name]))) == [("autoresponded", None)]


@pytest.mark.parametrize("head", ["", "Precedence: bulk\n", "Precedence: list\n", "Auto-Submitted: no\n"])
def test_a_person_who_answers_says_nothing_of_delivery(head: str) -> None:
    assert read(filled(mails.answer("Re: Noel en Alpilles", head))).said == ()


def test_a_report_whose_parts_are_broken_is_still_read() -> None:
    mail, wanted = mails.REPORTS["postfix: unknown"]
    for broken in (
        mail.replace('boundary="B"', 'boundary="C"'),
        mail.replace('; boundary="B"', ""),
        mail.replace("--B--", ""),
        mail.replace("message/delivery-status", "text/plain"),
        mail.replace("MIME-Version: 1.0\n", ""),
    ):
        assert heard(read(filled(broken))) == wanted


def test_a_charset_that_does_not_exist_is_no_obstacle() -> None:
    mail, wanted = mails.REPORTS["qmail"]
    odd = mail.replace("Subject:", "Content-Type: text/plain; charset=klingon-8\nSubject:")
    assert heard(read(filled(odd))) == wanted
    assert heard(read(filled(mails.answer("=?klingon-8?q?Noel?=", "Auto-Submitted: auto-replied\n")))) == [
        ("autoresponded", None)
    ]


@pytest.mark.parametrize(
    "big",
    [
        "X-Big: " + "a" * 300_000,
        "X-Big: " + "a b " * 75_000,
        "Subject: " + "=?utf-8?q?=41?= " * 20_000,
        "To: " + "a@b.example, " * 23_000,
        "\n".join(f"X-{n}: {n}" for n in range(20_000)),
        "Diagnostic-Code: smtp; " + "550 5.1.1 " * 30_000,
    ],
)
def test_headers_of_three_hundred_kilobytes_are_read_in_a_moment(big: str) -> None:
    mail, wanted = mails.REPORTS["postfix: unknown"]
    since = time.process_time()
    assert heard(read(filled(mail).replace(b"Message-ID: <bounce", big.encode() + b"\nMessage-ID: <bounce"))) == wanted
    assert time.process_time() - since < 3


def test_a_bomb_in_a_report_is_not_unpacked() -> None:
    bomb = base64.encodebytes(gzip.compress(b"\0" * 50_000_000)).decode()
    mail, wanted = mails.REPORTS["postfix: unknown"]
    part = f"--B\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n{bomb}\n--B--"
    assert heard(read(filled(mail.replace("--B--", part)))) == wanted


def test_a_well_without_a_floor_is_not_dived_into() -> None:
    well = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3_000))
    since = time.process_time()
    assert read(filled(f"From: x@boite.example\nTo: {{path}}\n{well}")).said == ()
    nested = "Content-Type: message/rfc822\n\n" * 3_000
    assert read(filled(f"From: x@boite.example\nTo: {{path}}\n{nested}")).said == ()
    assert time.process_time() - since < 10


def test_what_is_longer_than_any_report_is_read_up_to_there() -> None:
    mail, wanted = mails.REPORTS["postfix: unknown"]
    assert heard(read(filled(mail) + b"x" * (3 * MOST_BYTES))) == wanted


@given(some.binary(max_size=2_000))
def test_no_bytes_whatever_make_it_fail(raw: bytes) -> None:
    read(raw)


@given(some.sampled_from(sorted(mails.REPORTS)), some.data())
def test_a_report_cut_short_or_damaged_never_says_worse_than_the_whole(name: str, data: some.DataObject) -> None:
    mail, wanted = mails.REPORTS[name]
    raw = bytearray(filled(mail))
    raw = raw[: data.draw(some.integers(0, len(raw)))]
    found = read(bytes(raw))
    if ("bounced", "unknown_user") not in wanted and ("bounced", "unknown_host") not in wanted:
        assert all(one.fault not in ("unknown_user", "unknown_host") for one in found.said)
    assert all(one.kind is not Heard.COMPLAINED for one in found.said)
