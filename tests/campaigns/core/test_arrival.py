"""What relays do to a letter: what is theirs to do says nothing, whatever else is found and named."""

import base64
import email.policy
import quopri
import random
import re
from collections.abc import Callable
from email import message_from_bytes
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaigns.core.arrival import Finding, Gravity, Kind, Signed, Verdict, compare, gravity, is_aligned
from newsletter.core.headers import Address
from newsletter.core.message import compile_message

K, V = Kind, Verdict
HTML = """<!doctype html><html lang="fr"><head><title>Noël au moulin</title><style>p{margin:0}</style></head><body>
<!--[if mso]><table><tr><td><![endif]--><h1>Noël au moulin</h1>
<p>L’huile nouvelle est là&nbsp;: <a href="https://moulin.example/huile?a=1&amp;b=2">goûtez-la</a> — 24 €.</p>
<img src="https://lettre.example/media/huile.jpg" width="600" height="300" alt="Une bouteille d’huile">
<p><a href="https://mas.example/">Le mas</a> · <a href="https://lettre.example/u/1.k.aaa.bbb">Se désinscrire</a></p>
</body></html>"""
TEXT = """Noël au moulin

L’huile nouvelle est là : goûtez-la — 24 €.
https://moulin.example/huile?a=1&b=2

Le mas : https://mas.example/
Se désinscrire : https://lettre.example/u/1.k.aaa.bbb
"""
ALL = frozenset({"from", "subject", "list-unsubscribe", "list-unsubscribe-post"})
OURS = (Signed("alpilles.example", V.VALID, ALL),)
MAC = "abcdefghijklmnopqrstuvwxyz"
PATH = "retours+1.k.abc@alpilles.example"


def letter(*, message_id: str = f"1.k.aaaa.{MAC}", subject: str = "Noël au moulin", text: str = TEXT) -> bytes:
    template = compile_message(
        html=HTML,
        text=text,
        subject=subject,
        from_=Address("lettre@alpilles.example", "Les Alpilles à table"),
        reply_to=Address("bonjour@alpilles.example"),
        leave_by_mail="retours+leave@alpilles.example",
        list_id="<lettre.alpilles.example>",
        holes={},
    )
    return template.fill(
        {
            "to_address": "jeanne@boite.example",
            "date": "Mon, 23 Nov 2026 12:00:00 +0100",
            "message_id": f"<{message_id}@alpilles.example>",
            "unsubscribe_url": "https://lettre.example/u/1.k.aaa.bbb",
            "leaver": "1.k.aaa.bbb",
        }
    )


LEFT = letter()


def found(arrived: bytes, signatures: tuple[Signed, ...] = OURS) -> list[Kind]:
    return [one.kind for one in compare(LEFT, arrived, signatures, return_path=PATH)]


def fields(raw: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """The mail with other fields; each comes whole, its folds with it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return b"\r\n".join(change(re.split(rb"\r\n(?![ \t])", head))) + b"\r\n\r\n" + body


def without(name: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: fields(
        raw, lambda all_: [one for one in all_ if not one.lower().startswith(name.lower() + b":")]
    )


def with_field(*lines: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: fields(raw, lambda all_: [*lines, *all_])


def instead(name: bytes, value: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: with_field(name + b": " + value)(without(name)(raw))


def in_page(was: str, becomes: str) -> Callable[[bytes], bytes]:
    """The mail whose HTML says something else, encoded as the relay likes."""

    def change(raw: bytes) -> bytes:
        head, *parts = raw.split(b"--=_garrigue_alternative")
        page = parts[1]
        above, _, body = page.partition(b"\r\n\r\n")
        html = quopri.decodestring(body).decode()
        assert was in html
        said = base64.encodebytes(html.replace(was, becomes).encode()).replace(b"\n", b"\r\n")
        above = above.replace(b"quoted-printable", b"base64")
        return b"--=_garrigue_alternative".join([head, parts[0], above + b"\r\n\r\n" + said, *parts[2:]])

    return change


def in_text(was: str, becomes: str) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        said = TEXT.replace(was, becomes)
        assert said != TEXT
        return letter(text=said)

    return change


def only(kind: str) -> Callable[[bytes], bytes]:
    """A relay that keeps one part of the two."""

    def change(raw: bytes) -> bytes:
        mail = message_from_bytes(raw)
        part = next(one for one in mail.walk() if one.get_content_type() == kind)
        del mail["Content-Type"], mail["MIME-Version"]
        for name, value in mail.items():
            part[name] = value
        return part.as_bytes(policy=email.policy.SMTP)

    return change


def test_what_left_is_what_arrived() -> None:
    assert compare(LEFT, LEFT, OURS) == ()


RELAYED = [
    with_field(
        b"Return-Path: <" + PATH.encode() + b">",
        b"Delivered-To: jeanne@boite.example",
        b"Received: from a by b; Mon, 23 Nov 2026 12:00:01 +0100",
        b"Authentication-Results: mx.boite.example;\r\n dkim=pass header.d=alpilles.example; spf=pass",
        b"ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=boite.example; s=x; b=aa",
        b"DKIM-Signature: v=1; d=relais.example; b=aa",
        b"X-Spam-Status: No, score=-1.0",
        b"Feedback-ID: 1:2:relais",
    ),
    lambda raw: raw.replace(b"\r\n", b"\n"),
    lambda raw: fields(raw, lambda all_: list(reversed(all_))),
    lambda raw: fields(raw, lambda all_: [one.replace(b": ", b":\r\n ", 1) for one in all_]),
    lambda raw: raw.replace(b"List-Unsubscribe-Post:", b"list-unsubscribe-post:"),
    lambda raw: raw.replace(b"=_garrigue_alternative", b"----another"),
    in_page("Noël", "Noe\u0308l"),
    in_page("<p>", '<p class="x">'),
    in_page("</head>", '<meta name="x" content="y"></head>'),
    in_page("\n", "\r\n\r\n"),
    instead(b"Subject", Header("Noël au moulin", "iso-8859-1").encode().encode()),
    lambda raw: b"\xef\xbb\xbf\n  \nMessage d'origine\n\nID du message\t<x>\n" + with_field(b"Delivered-To: x")(raw),
    lambda raw: b"From MAILER-DAEMON Mon Nov 23 12:00:00 2026\n" + raw,
]


@pytest.mark.parametrize("relay", RELAYED)
def test_what_relays_do_to_every_mail_says_nothing(relay: Callable[[bytes], bytes]) -> None:
    assert found(relay(LEFT)) == []


@given(some.lists(some.sampled_from(RELAYED[:6]), max_size=4), some.integers(0, 10**6))
def test_however_many_relays_it_passes_and_whatever_they_write(
    relays: list[Callable[[bytes], bytes]], seed: int
) -> None:
    arrived = LEFT
    for relay in relays:
        arrived = relay(arrived.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    mail = message_from_bytes(arrived)
    for part in mail.walk():
        if not part.is_multipart():  # encoded anew, by whichever way
            said = part.get_payload(decode=True).decode()
            charset = random.Random(seed).choice(["utf-8", "utf-16", "utf-8"])
            del part["Content-Transfer-Encoding"]
            part.set_payload(said, charset)
    assert found(mail.as_bytes(policy=email.policy.compat32)) == []


LINK = 'href="https://mas.example/"'
BODY = "</body>"
DONE = [
    (without(b"List-Unsubscribe"), [K.UNSUBSCRIBE_GONE]),
    (with_field(b"List-Unsubscribe: <https://relais.example/out>"), [K.UNSUBSCRIBE_ADDED]),
    (with_field(b"List-Unsubscribe: <https://lettre.example/u/1.k.aaa.bbb>"), [K.UNSUBSCRIBE_ADDED]),
    (instead(b"List-Unsubscribe", b"<https://relais.example/out>"), [K.UNSUBSCRIBE_REPLACED]),
    (instead(b"List-Unsubscribe", b"<https://lettre.example/u/1.k.aaa.bbb>"), [K.UNSUBSCRIBE_CUT]),
    (without(b"List-Unsubscribe-Post"), [K.ONE_CLICK_GONE]),
    (with_field(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"), [K.ONE_CLICK_GONE]),
    (instead(b"From", b"Les Alpilles <noreply@relais.example>"), [K.SENDER_CHANGED]),
    (with_field(b"From: x@relais.example"), [K.SENDER_CHANGED]),
    (instead(b"From", b"Autre nom <lettre@alpilles.example>"), [K.SENDER_CHANGED]),
    (without(b"Reply-To"), [K.REPLY_TO_CHANGED]),
    (instead(b"Subject", "[SPAM?] Noël au moulin".encode()), [K.SUBJECT_CHANGED]),
    (without(b"List-Id"), [K.LIST_ID_CHANGED]),
    (instead(b"Message-ID", b"<0100018@eu-west-1.relais.example>"), [K.MESSAGE_ID_CHANGED]),
    (with_field(b"Return-Path: <bounces@relais.example>"), [K.RETURN_PATH_CHANGED]),
    (in_page(LINK, 'href="https://clic.relais.example/x/1"'), [K.LINKS_REWRITTEN]),
    (in_page(LINK, 'href="https://mas.example/?utm_source=relais"'), [K.LINKS_REWRITTEN]),
    (in_text("https://mas.example/", "https://clic.relais.example/2"), [K.LINKS_REWRITTEN]),
    (in_page(LINK, 'href="https://eur01.safelinks.protection.outlook.com/?url=x"'), [K.LINKS_GUARDED]),
    (in_page(BODY, '<a href="https://relais.example/"></a></body>'), [K.LINKS_ADDED]),
    (in_page(LINK, ""), [K.LINKS_GONE]),
    (in_page(BODY, '<img src="https://o.relais.example/1.gif" width="1" height="1"></body>'), [K.PIXEL_ADDED]),
    (in_page(BODY, '<img src="https://o.relais.example/1.gif" style="height:1px;border:0"></body>'), [K.PIXEL_ADDED]),
    (in_page(BODY, '<IMG SRC="https://o.relais.example/1.gif" style="display:none"></body>'), [K.PIXEL_ADDED]),
    (in_page("https://lettre.example/media/", "https://cdn.relais.example/"), [K.PICTURES_CHANGED]),
    (in_page(BODY, '<img src="https://relais.example/logo.png" width="80"></body>'), [K.PICTURES_CHANGED]),
    (in_page(BODY, "<p>Envoyé par Relais, essayez-le</p></body>"), [K.WORDS_ADDED]),
    (in_page("24 €", "24 ?"), [K.WORDS_CHANGED]),
    (in_text("Noël au", "Noel au"), [K.WORDS_CHANGED]),
    (only("text/plain"), [K.PAGE_GONE]),
    (only("text/html"), [K.TEXT_GONE]),
]


@pytest.mark.parametrize(("done", "kinds"), DONE, ids=lambda one: one[0].value if isinstance(one, list) else "")
def test_whatever_else_was_done_is_found_and_nothing_but_that(
    done: Callable[[bytes], bytes], kinds: list[Kind]
) -> None:
    assert found(done(LEFT)) == kinds


UNSIGNED = frozenset({"from", "subject"})


@pytest.mark.parametrize(
    ("signatures", "kinds"),
    [
        ([], [K.DKIM_MISSING]),
        ([("alpilles.example", V.VALID, ALL)], []),
        ([("lettre.alpilles.example", V.VALID, ALL)], []),
        ([("alpilles.example", V.VALID, UNSIGNED)], [K.UNSUBSCRIBE_NOT_SIGNED]),
        ([("alpilles.example", V.VALID, UNSIGNED), ("relais.example", V.VALID, ALL)], []),
        ([("alpilles.example", V.BROKEN, ALL), ("alpilles.example", V.VALID, ALL)], []),
        ([("alpilles.example", V.BROKEN, ALL)], [K.DKIM_BROKEN]),
        ([("alpilles.example", V.NO_KEY, ALL)], [K.DKIM_NO_KEY]),
        ([("alpilles.example", V.UNANSWERED, ALL)], [K.DKIM_UNCHECKED]),
        ([("relais.example", V.VALID, ALL)], [K.DKIM_OTHER_DOMAIN]),
        ([("relais.example", V.VALID, ALL), ("alpilles.example", V.UNANSWERED, ALL)], [K.DKIM_UNCHECKED]),
        ([("relais.example", V.VALID, UNSIGNED)], [K.DKIM_OTHER_DOMAIN, K.UNSUBSCRIBE_NOT_SIGNED]),
        ([("relais.example", V.BROKEN, ALL)], [K.DKIM_BROKEN]),
        ([("example", V.VALID, ALL)], [K.DKIM_OTHER_DOMAIN]),
    ],
)
def test_what_signatures_are_worth(signatures: list[tuple[str, Verdict, frozenset[str]]], kinds: list[Kind]) -> None:
    assert sorted(found(LEFT, tuple(Signed(*one) for one in signatures))) == sorted(kinds)


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        ("alpilles.example", "ALPILLES.example", True),
        ("mail.alpilles.example", "alpilles.example", True),
        ("alpilles.example", "mail.alpilles.example", True),
        ("xalpilles.example", "alpilles.example", False),
        ("example", "alpilles.example", False),
        ("", "alpilles.example", False),
    ],
)
def test_whose_signature_stands_for_whom(one: str, other: str, aligned: bool) -> None:
    assert is_aligned(one, other) is aligned


def test_a_finding_says_how_often_and_shows_whose_work_it_is() -> None:
    arrived = in_page(LINK, 'href="https://clic.relais.example/x/1"')(LEFT)
    assert compare(LEFT, arrived, OURS) == (Finding(K.LINKS_REWRITTEN, 1, ("clic.relais.example",)),)


def test_no_finding_holds_an_address() -> None:
    arrived = instead(b"Subject", b"Pour jeanne@boite.example")(LEFT)
    arrived = with_field(b"List-Unsubscribe: <mailto:out@relais.example>")(arrived)
    arrived = in_page(BODY, "<p>Votre adresse : jeanne@boite.example</p></body>")(arrived)
    shown = [words for one in compare(LEFT, arrived, OURS) for words in one.shown]
    assert len(shown) == 3
    assert not [words for words in shown if "@" in words]


def test_the_gravest_comes_first() -> None:
    arrived = without(b"List-Unsubscribe")(instead(b"Message-ID", b"<1@relais.example>")(without(b"Reply-To")(LEFT)))
    weights = [gravity(kind) for kind in found(arrived)]
    assert weights == [Gravity.STOP, Gravity.SEE, Gravity.NOTE]


OTHERS = [
    letter(message_id=f"1.k.bbbb.{MAC}"),
    letter(message_id=f"1.k.bbbb.{MAC}", subject="Pâques"),
    b"From: a@b.example\r\nSubject: Bonjour\r\nMessage-ID: <1@b.example>\r\n\r\nBonjour",
    b"From: a@b.example\r\n\r\n",
]


@pytest.mark.parametrize("arrived", OTHERS)
def test_another_mail_is_not_compared_not_even_another_test_of_the_same_letter(arrived: bytes) -> None:
    assert found(arrived) == [K.OTHER_MAIL]


@pytest.mark.parametrize(
    "arrived", [b"", b"\0" * 9, TEXT.encode(), HTML.encode(), b"Bonjour,\n\nvoici la lettre", b"\xff\xfe: x\n\n"]
)
def test_what_is_no_mail_is_said_to_be_none(arrived: bytes) -> None:
    assert found(arrived) == [K.NOT_A_MAIL]


@given(some.binary(max_size=2_000))
def test_whatever_arrives_is_answered(said: bytes) -> None:
    assert found(said) in ([K.NOT_A_MAIL], [K.OTHER_MAIL])


@given(some.integers(0, len(LEFT)), some.binary(max_size=40))
def test_a_letter_broken_anywhere_is_answered(at: int, junk: bytes) -> None:
    found(LEFT[:at] + junk)
    found(LEFT[:at] + junk + LEFT[at:])


def test_heads_of_300_kb_and_parts_without_end_are_read_in_a_moment() -> None:
    long = b"\r\n".join(b"X-Filter-%d: %b" % (n, b"a" * 900) for n in range(340))
    assert found(with_field(long)(LEFT)) == []
    nested = b"".join(b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" for _ in range(2_000))
    head = b"From: lettre@alpilles.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
    assert found(head + nested) == [K.OTHER_MAIL]
