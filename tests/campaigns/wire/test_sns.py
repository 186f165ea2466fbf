"""Amazon's signature: SHA1 and SHA256, one fetch, and nothing that only looks like Amazon."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from campaigns.core.sns import Forged, is_amazons
from campaigns.wire import sns
from tests.campaigns import amazon

HOST = "sns.eu-west-3.amazonaws.com"
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SAID = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "Subject": "Café",
    "Message": '{"eventType": "Bounce"}',
    "Timestamp": "2026-11-23T12:00:00.000Z",
}


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sns, "_kept", {})


def verify(said: dict[str, Any], pem: bytes | None = None) -> None:
    sns.verify(said, now=timezone.now(), fetch=lambda url: pem or amazon.certificate())


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("without", ["", "Subject"])
def test_what_amazon_signed_is_taken(version: str, without: str) -> None:
    verify(amazon.signed({name: value for name, value in SAID.items() if name != without}, version=version))


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"])
def test_whatever_was_changed_is_refused(name: str) -> None:
    with pytest.raises(Forged):
        verify({**amazon.signed(SAID), name: "x"})


@pytest.mark.parametrize(
    "change",
    [
        {"SignatureVersion": "3"},
        {"SignatureVersion": 2},
        {"SignatureVersion": "1"},
        {"Signature": ""},
        {"Signature": "%%%"},
        {"Signature": None},
        {"Signature": "AAAA"},
        {"SigningCertURL": None},
        {"Message": 7},
        {"Type": ["Notification"]},
    ],
)
def test_whatever_is_broken_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        verify({**amazon.signed(SAID), **change})


def test_another_key_is_refused() -> None:
    with pytest.raises(Forged):
        verify(amazon.signed(SAID, key=OTHER))


def test_a_certificate_that_is_over_is_refused() -> None:
    with pytest.raises(Forged):
        verify(amazon.signed(SAID), amazon.certificate(days=-1))


@pytest.mark.parametrize(
    ("url", "amazons"),
    [
        (amazon.URL, True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("https://sns.us-gov-west-1.amazonaws.com/x.pem", True),
        ("http://sns.eu-west-3.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-3.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-west-3.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-3.amazonaws.com@evil.example/x.pem", False),
        ("https://a@" + HOST + "/x.pem", False),
        ("https://sns.eu-west-3.amazonaws.com:8443/x.pem", False),
        ("https://bucket.s3.eu-west-3.amazonaws.com/x.pem", False),
        ("https://sns.evil.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-3.amazonaws.com\\@evil.example/x.pem", False),
        ("https://sns.eu-west-3.amazonaws.com\n.evil.example/x.pem", False),
        ("https://[sns/x.pem", False),
        ("", False),
    ],
)
def test_whose_address_it_is(url: str, amazons: bool) -> None:
    assert is_amazons(url) is amazons
    if not amazons:
        with pytest.raises(Forged):
            verify({**amazon.signed(SAID), "SigningCertURL": url})


def test_the_certificate_is_fetched_once() -> None:
    fetched = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return amazon.certificate()

    for _ in range(3):
        sns.verify(amazon.signed(SAID), now=timezone.now(), fetch=fetch)
    assert fetched == [amazon.URL]


def test_what_is_no_certificate_is_asked_for_again() -> None:
    with pytest.raises(sns.Unavailable):
        verify(amazon.signed(SAID), b"<html>busy</html>")
    verify(amazon.signed(SAID))


def test_where_nobody_answers_it_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sns, "TIMEOUT", 0.2)
    with pytest.raises(sns.Unavailable):
        sns.fetch("https://127.0.0.1:1/x.pem")


@given(
    some.dictionaries(
        some.sampled_from([*SAID, "Signature", "SigningCertURL"]), some.none() | some.text() | some.integers()
    )
)
def test_whatever_is_said_is_refused_and_nothing_else_happens(said: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        verify(said)
