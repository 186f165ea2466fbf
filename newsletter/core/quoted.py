"""Quoted-printable whose pieces can be laid end to end.

Every piece starts and ends at a line end, soft or hard, so literal text encoded once and values encoded
for one reader are joined as bytes. No line is longer than 76, and none begins with a dot, so a message
goes out over SMTP as it stands.
"""

_ROOM = 75  # and one for the "=" of a soft line end
_TABLE = {byte: f"={byte:02X}" for byte in range(256) if not 0x20 <= byte <= 0x7E or byte == ord("=")}


def encode(text: str) -> bytes:
    """Return the text encoded: each `\\n` is a hard line end, an open last line gets a soft one."""
    lines = text.replace("\r\n", "\n").split("\n")
    rest = lines.pop()
    whole = "".join(_fold(_keep_last_space(_escape(line))) + "\r\n" for line in lines)
    return (whole + (_fold(_escape(rest)) + "=\r\n" if rest else "")).encode("ascii")


def encode_value(text: str) -> bytes:
    """Return one line of text as one piece; nothing at all for nothing."""
    if text.isascii() and text.isprintable() and "=" not in text and "." not in text[::_ROOM]:
        # Plain, and no line of it begins with a dot: names and links mostly are, and this is run for every reader.
        raw = text.encode()
        return b"".join([raw[start : start + _ROOM] + b"=\r\n" for start in range(0, len(raw), _ROOM)])
    return (_fold(_escape(text)) + "=\r\n").encode("ascii") if text else b""


def _escape(text: str) -> str:
    if text.isascii():
        return text if text.isprintable() and "=" not in text else text.translate(_TABLE)
    return text.encode("utf-8").decode("latin-1").translate(_TABLE)


def _keep_last_space(line: str) -> str:
    """A space before a hard line end may be lost on the way, so it is encoded."""
    return line[:-1] + "=20" if line.endswith(" ") else line


def _fold(escaped: str) -> str:
    if len(escaped) <= _ROOM and not escaped.startswith("."):
        return escaped
    lines = []
    while escaped:
        if escaped.startswith("."):
            escaped = "=2E" + escaped[1:]
        cut = _ROOM
        if len(escaped) > _ROOM:  # "=E2" stays in one piece
            if escaped[cut - 1] == "=":
                cut -= 1
            elif escaped[cut - 2] == "=":
                cut -= 2
        lines.append(escaped[:cut])
        escaped = escaped[cut:]
    return "=\r\n".join(lines)
