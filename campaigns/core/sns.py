"""What Amazon SNS signs of a message, and which addresses may be Amazon's own."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

# Their order is Amazon's (SNS developer guide, "Verifying the signatures").
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_OPTIONAL = "Subject"
_HOST = re.compile(r"sns\.[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?")


class Forged(ValueError):
    """Not what Amazon SNS would have sent."""


def signed_text(said: Mapping[str, object]) -> bytes:
    """Return the bytes that the signature is over; raise Forged where a field of them is missing."""
    kind = said.get("Type")
    names = SIGNED.get(kind) if isinstance(kind, str) else None
    if names is None:
        raise Forged("type")
    lines = []
    for name in names:
        value = said.get(name)
        if value is None and name == _OPTIONAL:
            continue
        if not isinstance(value, str):
            raise Forged(name)
        lines.append(f"{name}\n{value}\n")
    return "".join(lines).encode("utf-8", "surrogatepass")


def certificate_url(said: Mapping[str, object]) -> str:
    """Return where the certificate stands; raise Forged for any place that is not Amazon's."""
    url = said.get("SigningCertURL")
    if not isinstance(url, str) or not is_amazons(url) or not urlsplit(url).path.endswith(".pem"):
        raise Forged("SigningCertURL")
    return url


def is_amazons(url: str) -> bool:
    """Return whether this is an https address of SNS itself, in some region, and nothing that looks like one."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None
    except ValueError:
        return False
    return whole and url.isascii() and url.isprintable() and " " not in url and "\\" not in url
