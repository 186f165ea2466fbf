"""Signatures of what arrived: valid, broken, without a key, without an answer; whatever a mail says, they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaigns.core.arrival import WAYS_OUT, Verdict
from campaigns.wire.dkim import make_signer
from campaigns.wire.verifying import MOST, signatures
from newsletter.exchangers import Unanswered
from tests.campaigns.wire.test_dkim import ED_SETTING, RSA_SETTING, dns
from tests.newsletter.core.test_message import READER, TEMPLATE

V = Verdict
LEFT = make_signer(RSA_SETTING)(TEMPLATE.fill(READER))


def published(name: str) -> bytes | None:
    return dns(name.encode())


def nobody(name: str) -> bytes | None:
    raise Unanswered


def verdicts(raw: bytes, ask: object = published) -> list[Verdict]:
    return [one.verdict for one in signatures(raw, ask)]  # type: ignore[arg-type]


def test_ours_is_valid_and_covers_the_way_out() -> None:
    [one] = signatures(LEFT, published)
    assert (one.domain, one.verdict, one.covers >= WAYS_OUT) == ("alpilles.example", V.VALID, True)


@pytest.mark.parametrize(
    "arrived",
    [
        b"Received: from a by b\r\nX-Spam: no\r\n" + LEFT,
        LEFT.replace(b"\r\n", b"\n"),
        LEFT.replace(b"List-Id: ", b"List-Id:  "),
        LEFT + b"\r\n\r\n",
    ],
)
def test_what_relays_do_breaks_nothing(arrived: bytes) -> None:
    assert verdicts(arrived) == [V.VALID]


@pytest.mark.parametrize(
    "arrived",
    [
        LEFT + b"Publicite\r\n",
        LEFT.replace(b"\r\nSubject: ", b"\r\nSubject: [SPAM] "),
        b"List-Unsubscribe: <https://relais.example/>\r\n" + LEFT,
        LEFT.replace(b"bh=", b"bh=A"),
        LEFT.replace(b"d=alpilles.example", b"d="),
        LEFT.replace(b"v=1;", b"v=9;"),
        LEFT.replace(b"a=rsa-sha256", b"a=rsa-md5"),
    ],
)
def test_whatever_else_was_done_does(arrived: bytes) -> None:
    assert verdicts(arrived) == [V.BROKEN]


def test_a_key_that_nobody_published_and_a_dns_that_is_silent_are_not_the_same() -> None:
    assert verdicts(LEFT, lambda name: None) == [V.NO_KEY]
    assert verdicts(LEFT, nobody) == [V.UNANSWERED]


@pytest.mark.parametrize("said", [b"", b"v=DKIM1; p=", b"v=DKIM1; p=!!!", b"v=DKIM1; k=rsa; p=AAAA", b"hello"])
def test_a_key_that_cannot_be_read_proves_nothing(said: bytes) -> None:
    assert verdicts(LEFT, lambda name: said) == [V.BROKEN]


def test_each_of_several_has_its_own_verdict_and_nobody_makes_us_ask_for_ever() -> None:
    both = make_signer(f"{RSA_SETTING},{ED_SETTING}")(TEMPLATE.fill(READER))
    assert verdicts(both) == [V.VALID, V.VALID]
    many = b"DKIM-Signature: v=1; d=relais.example; s=x; h=from; bh=a; b=a\r\n" * 90 + LEFT
    assert len(verdicts(many)) == MOST


def test_without_any_there_is_none() -> None:
    assert signatures(TEMPLATE.fill(READER), nobody) == ()


@given(some.binary(max_size=200), some.binary(max_size=400))
def test_whatever_stands_there_is_answered(value: bytes, more: bytes) -> None:
    signatures(b"DKIM-Signature:" + value + b"\r\n" + LEFT, published)
    signatures(b"DKIM-Signature: d=a.example; h=" + value + b"\r\nFrom: x\r\n\r\n" + more, published)
    signatures(more, published)
