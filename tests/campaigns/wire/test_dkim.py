"""Signed by us, sent over a real SMTP socket, verified by dkimpy from the bytes that arrived."""

import base64
import smtplib
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import LazySettings
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from campaigns.core.dkim import BadDkimKey
from campaigns.wire.dkim import make_signer, signer
from tests.campaigns.peer import Peer
from tests.newsletter.core.test_message import EVIL, READER, TEMPLATE, VALUES

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def der(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    raw = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return base64.b64encode(raw).decode()


def dns(name: bytes, timeout: int = 5) -> bytes:
    """What the two selectors' TXT records say."""
    if name.startswith(b"r1."):
        public = RSA_KEY.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    raw = ED_KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


RSA_SETTING = f"r1:alpilles.example:{der(RSA_KEY)}"
ED_SETTING = f"e1:alpilles.example:{der(ED_KEY)}"


def valid(message: bytes, index: int = 0) -> bool:
    try:
        return bool(dkim.DKIM(message).verify(index, dnsfunc=dns))
    except dkim.ValidationError:  # "body hash mismatch" is raised, a wrong signature is returned
        return False


def through_a_socket(message: bytes) -> bytes:
    with Peer() as peer:
        with smtplib.SMTP("127.0.0.1", peer.port) as smtp:
            smtp.mail("lettre@alpilles.example")
            smtp.rcpt("jeanne@alpilles.example")
            smtp.data(message)
        ((_, captured),) = peer.accepted
    return captured


@pytest.mark.parametrize("setting", [RSA_SETTING, ED_SETTING], ids=["rsa", "ed25519"])
def test_what_a_server_received_verifies(setting: str) -> None:
    message = TEMPLATE.fill(READER)
    captured = through_a_socket(make_signer(setting)(message))

    assert captured.endswith(message)
    assert captured.startswith(b"DKIM-Signature:")
    assert valid(captured)
    assert all(len(line) <= 78 for line in captured.partition(b"\r\nFrom:")[0].split(b"\r\n"))


def test_two_keys_make_two_signatures_that_both_verify() -> None:
    captured = through_a_socket(make_signer(f"{RSA_SETTING},{ED_SETTING}")(TEMPLATE.fill(READER)))

    assert captured.count(b"DKIM-Signature:") == 2
    assert valid(captured, 0)
    assert valid(captured, 1)


@hypothesis_settings(max_examples=30, deadline=None)
@given(name=VALUES | EVIL, to_name=VALUES | EVIL)
def test_whatever_a_reader_is_called_the_signature_verifies(name: str, to_name: str) -> None:
    assert valid(make_signer(ED_SETTING)(TEMPLATE.fill(READER | {"first_name": name, "to_name": to_name})))


@pytest.mark.parametrize(
    "added",
    [
        "From: x@y.example",
        "To: x@y.example",
        "Subject: x",
        "Date: x",
        "Message-ID: <x@y.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain",
        "List-Id: <x>",
        "List-Unsubscribe: <https://y.example>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Reply-To: x@y.example",
    ],
)
def test_no_second_header_can_be_slipped_in(added: str) -> None:
    signed = make_signer(ED_SETTING)(TEMPLATE.fill(READER))
    head, _, body = signed.partition(b"\r\n\r\n")

    assert valid(signed)
    assert not valid(added.encode() + b"\r\n" + signed)
    assert not valid(head + b"\r\n" + added.encode() + b"\r\n\r\n" + body)


def test_a_changed_or_longer_body_is_noticed() -> None:
    signed = make_signer(ED_SETTING)(TEMPLATE.fill(READER))

    assert not valid(signed.replace(b"une ligne", b"une autre"))
    assert not valid(signed + b"and more\r\n")


def test_blanks_and_folds_changed_on_the_way_do_not_matter() -> None:
    signed = make_signer(ED_SETTING)(TEMPLATE.fill(READER))

    assert valid(signed.replace(b"To: ", b"to:   ").replace(b"\r\n <", b"\r\n\t  <") + b"\r\n\r\n")


def test_the_signer_comes_from_the_settings_and_the_key_is_read_once(settings: LazySettings, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        RSA_KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    settings.DKIM_KEY = f"r1:alpilles.example:{path}"

    sign = signer()
    path.unlink()

    assert sign is not None
    assert signer() is sign
    assert valid(sign(TEMPLATE.fill(READER)))


def test_without_a_key_the_relay_signs(settings: LazySettings) -> None:
    settings.DKIM_KEY = ""

    assert signer() is None


@pytest.mark.parametrize(
    "key",
    [
        "/nowhere/key.pem",
        "bm90IGEga2V5",
        "not base64",
        der(rsa.generate_private_key(public_exponent=65537, key_size=1024))[:-40],
        der(ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_a_key_that_cannot_sign_is_refused_in_words_without_the_key(key: str) -> None:
    with pytest.raises(BadDkimKey) as problem:
        make_signer(f"s1:alpilles.example:{key}")

    assert key.startswith("/") or key not in str(problem.value)
    assert problem.value.__suppress_context__ or problem.value.__context__ is None
