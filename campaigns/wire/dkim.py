"""Sign finished messages, where the relay does not: RSA or Ed25519, by the keys that DKIM_KEY names."""

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from django.conf import settings

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
    with_signature,
)

Sign = Callable[[bytes], bytes]
Key = RSAPrivateKey | Ed25519PrivateKey
# RFC 8301: verifiers must refuse shorter ones.
SHORTEST_RSA = 1024


class Signature:
    """One key, and how its signature is made over the hashed fields."""

    def __init__(self, place: KeyPlace) -> None:
        """Read the key; raise BadDkimKey."""
        self.domain, self.selector = place.domain, place.selector
        self._key = _read(place)
        self.algorithm = "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"

    def field(self, names: list[str], fields: bytes, body_hash: str) -> bytes:
        """Return the DKIM-Signature over these canonical fields, ready to be put before the message."""
        unsigned = signature_field(
            algorithm=self.algorithm, domain=self.domain, selector=self.selector, names=names, body_hash=body_hash
        )
        return with_signature(unsigned, self._sign(fields + relaxed_header("dkim-signature", unsigned)))

    def _sign(self, data: bytes) -> str:
        if isinstance(self._key, RSAPrivateKey):
            raw = self._key.sign(data, PKCS1v15(), hashes.SHA256())
        else:  # RFC 8463, 3: Ed25519 signs the SHA-256, not the fields themselves
            raw = self._key.sign(sha256(data).digest())
        return base64.b64encode(raw).decode("ascii")


def signer() -> Sign | None:
    """Return what puts a DKIM-Signature before a finished message (CRLF lines), or None: then the relay signs.

    The keys are read once a process; raises BadDkimKey when they cannot be.
    """
    return make_signer(settings.DKIM_KEY) if settings.DKIM_KEY else None


@lru_cache(maxsize=4)
def make_signer(setting: str) -> Sign:
    """Return the signer for a DKIM_KEY; with several keys each signs, and the body is hashed once."""
    signatures = [Signature(place) for place in parse_keys(setting)]

    def sign(message: bytes) -> bytes:
        fields, body = split(message)
        names, canonical = signed_names(fields), signed_fields(fields)
        body_hash = base64.b64encode(sha256(relaxed_body(body)).digest()).decode("ascii")
        return b"".join([signature.field(names, canonical, body_hash) for signature in signatures] + [message])

    return sign


def _read(place: KeyPlace) -> Key:
    try:
        raw = Path(place.path).read_bytes() if place.path else base64.b64decode(place.base64, validate=True)
        key = load_pem_private_key(raw, None) if b"-----BEGIN" in raw else load_der_private_key(raw, None)
    except OSError as problem:
        raise BadDkimKey(f"the DKIM key {place.path} cannot be read: {problem.strerror}") from None
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        # "from None": what could not be parsed may be half a key
        raise BadDkimKey(f"{place}: this is not a private key without a password") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadDkimKey(f"{place}: DKIM knows RSA and Ed25519 keys only")
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA:
        raise BadDkimKey(f"{place}: an RSA key needs {SHORTEST_RSA} bits at least, better 2048")
    return key
