"""Header values as they stand on the wire: RFC 5322 addresses, RFC 2047 words."""

import re
from dataclasses import dataclass

from newsletter.core.holes import BadValue, require_line

# An encoded word has 75 octets at most, and its line 76 with the longest field name before it.
_WORD = 75 - len("Reply-To: ") - len("=?utf-8?q??=")
_LITERAL = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = ["_" if byte == 0x20 else chr(byte) if byte in _LITERAL else f"={byte:02X}" for byte in range(256)]
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_PRINTABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_ADDR_SPEC = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,300}@[A-Za-z0-9.-]{1,255}>")


@dataclass(frozen=True)
class Address:
    """A mailbox and the name written before it; the domain is already in its ASCII spelling."""

    email: str
    name: str = ""


def text_value(name: str, text: str) -> str:
    """Return free text for a header such as Subject, as encoded words where plain ASCII will not do."""
    require_line(name, text)
    if not text:
        return ""
    if _PRINTABLE.fullmatch(text) and "=?" not in text and len(text) <= _WORD and "  " not in text:
        return text
    return _words(text)


def address_value(name: str, address: Address) -> str:
    """Return a mailbox for From, To or Reply-To, its name as it was given."""
    require_line(name, address.name)
    if not _ADDR_SPEC.fullmatch(address.email) or len(address.email) > 320:
        raise BadValue(name, "not an e-mail address")
    if not address.name:
        return address.email
    if _ATOMS.fullmatch(address.name) and len(address.name) <= _WORD:
        phrase = address.name
    else:
        phrase = _words(address.name)
    return f"{phrase}\r\n <{address.email}>"


def message_id_value(name: str, value: str) -> str:
    """Return a Message-ID, angle brackets included."""
    if not _MESSAGE_ID.fullmatch(value):
        raise BadValue(name, "not a Message-ID")
    return value


def plain_value(name: str, value: str) -> str:
    """Return a value that must be plain ASCII already, such as Date or List-Id."""
    if not _PRINTABLE.fullmatch(value) or len(value) > 900:
        raise BadValue(name, "not plain ASCII on one line")
    return value


def _words(text: str) -> str:
    words: list[str] = []
    word = ""
    for character in text:
        if character.isascii():
            encoded = _Q[ord(character)]
        else:
            encoded = "".join([f"={byte:02X}" for byte in character.encode("utf-8")])
        if len(word) + len(encoded) > _WORD:  # a character is never split between two words
            words.append(word)
            word = ""
        word += encoded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?q?{word}?=" for word in words)
