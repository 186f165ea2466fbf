"""Amazon SNS as it signs, with a certificate of our own."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from campaigns.core.sns import signed_text

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
URL = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"


def certificate(key: rsa.RSAPrivateKey = KEY, *, days: int = 3_650) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=3_650)).not_valid_after(now + timedelta(days=days))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(said: dict[str, Any], *, version: str = "2", key: rsa.RSAPrivateKey = KEY) -> dict[str, Any]:
    """What SNS sends: what is said, with its signature."""
    said = {"TopicArn": "arn:aws:sns:eu-west-3:1:retours", **said}
    by = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
    signature = base64.b64encode(key.sign(signed_text(said), PKCS1v15(), by)).decode()
    return {**said, "SignatureVersion": version, "Signature": signature, "SigningCertURL": URL}
