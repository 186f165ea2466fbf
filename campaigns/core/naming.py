"""Whether the bytes of a mail name somebody, however the mail is packed."""

import email
from email import policy

import idna


def names(raw: bytes, address: str) -> bool:
    """Return whether an address stands in a mail: in its headers, its parts, or a mail that it carries."""
    wanted = [one.encode() for one in _spellings(address)]
    return any(one in text.lower() for text in _texts(raw) for one in wanted)


def _spellings(address: str) -> set[str]:
    """The address as people read it and as the wire writes it."""
    local, _, domain = address.lower().rpartition("@")
    try:
        wire = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        wire = domain
    # `local=40domain` is how a Return-Path of others carries it
    return {f"{local}{at}{one}" for one in (domain, wire) for at in ("@", "=40", "%40", "=")}


def _texts(raw: bytes) -> list[bytes]:
    found = [raw]
    try:
        for part in email.message_from_bytes(raw, policy=policy.compat32).walk():
            if not part.is_multipart():
                body = part.get_payload(decode=True)
                if isinstance(body, bytes):
                    found.append(body)
    except Exception:  # a hostile mail says no more than its bytes
        return found
    return found
