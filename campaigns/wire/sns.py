"""Amazon's signature of what SNS tells, by a certificate that is fetched from Amazon once a process."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime

import urllib3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_pem_x509_certificate

from campaigns.core.sns import Forged, certificate_url, signed_text

MOST_BYTES = 20_000
TIMEOUT = urllib3.Timeout(connect=4, read=4)
# One a region, and the new one beside the old.
MOST_KEPT = 16
HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}  # SHA1 is what topics sign with unless they are told otherwise
Fetch = Callable[[str], bytes]
_kept: dict[str, Certificate] = {}


class Unavailable(Exception):
    """Amazon's certificate could not be had just now: whoever told must tell again."""


def verify(said: Mapping[str, object], *, now: datetime, fetch: Fetch) -> None:
    """Raise Forged unless Amazon has signed this, Unavailable where that cannot be known. Never in a transaction."""
    text, url = signed_text(said), certificate_url(said)
    version, signature = said.get("SignatureVersion"), said.get("Signature")
    if version not in HASHES or not isinstance(version, str) or not isinstance(signature, str):
        raise Forged("SignatureVersion")
    key = _certificate(url, now=now, fetch=fetch).public_key()
    if not isinstance(key, RSAPublicKey):
        raise Forged("certificate")
    try:
        key.verify(b64decode(signature, validate=True), text, PKCS1v15(), HASHES[version]())
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forged("signature") from None


def fetch(url: str) -> bytes:
    """Return what stands there, following nowhere; raise Unavailable."""
    try:
        with urllib3.PoolManager(num_pools=1) as pool:
            answer = pool.request("GET", url, redirect=False, retries=False, timeout=TIMEOUT, preload_content=False)
            try:
                if answer.status != 200:
                    raise Unavailable(f"status {answer.status}")
                return answer.read(MOST_BYTES)
            finally:
                answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        raise Unavailable(type(problem).__name__) from None


def _certificate(url: str, *, now: datetime, fetch: Fetch) -> Certificate:
    found = _kept.get(url)
    if found is None:
        try:
            found = load_pem_x509_certificate(fetch(url))
        except ValueError:
            raise Unavailable("no certificate") from None
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        _kept.pop(url, None)
        raise Forged("certificate")
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[url] = found
    return found
