"""From bytes to replies: strict, and bounded whatever a server says (RFC 5321 4.2)."""

MAX_LINE = 2_048  # kept of one line; 512 is the RFC's
MAX_LINES = 100
MAX_REPLY = 65_536

CODES = {str(code).encode("ascii"): code for code in range(200, 600)}

Answer = tuple[int, bytes]


def _plain(data: bytes) -> list[Answer] | None:
    """Return the answers where there is nothing but whole replies of one line each, as nearly always; else None."""
    lines = data.split(b"\r\n")
    if lines.pop():
        return None
    answers = []
    for line in lines:
        code = CODES.get(line[:3])
        if code is None or line[3:4] != b" " or b"\n" in line:
            return None
        answers.append((code, line[4:]))
    return answers


class ReplyReader:
    """Feed it bytes in any pieces; the answers are the same. Once `garbage` is said, nothing more is read."""

    __slots__ = ("_code", "_dropped", "_lines", "_rest", "_size", "garbage")

    def __init__(self) -> None:
        self.garbage = ""
        self._rest = b""  # the beginning of a line
        self._dropped = 0  # bytes of that line that were not kept
        self._code = b""  # of the reply being read
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def midway(self) -> bool:
        """Has something been said that is no whole reply yet?"""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> list[Answer]:
        """Return the replies that are whole now: each a code and its lines, joined by LF."""
        answers: list[Answer] = []
        if self.garbage:
            return answers
        if self._rest:
            data = self._rest + data
        elif not self._lines and len(data) < MAX_LINE and (plain := _plain(data)):
            return plain
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            line = data[start:end]
            self._size += end - start + 1 + self._dropped
            start, self._dropped = end + 1, 0
            answer = self._line(line)
            if answer:
                answers.append(answer)
            elif self.garbage:
                self._rest = b""
                return answers
        self._keep(data[start:] if start else data)
        return answers

    def _line(self, line: bytes) -> Answer | None:
        if line[-1:] == b"\r":
            line = line[:-1]
        code, mark = line[:3], line[3:4]
        if self._size > MAX_REPLY or len(self._lines) >= MAX_LINES:
            self.garbage = "a reply without end"
        elif code not in CODES or mark not in (b" ", b"-", b"") or (self._lines and code != self._code):
            self.garbage = f"no reply of SMTP: {line[:40]!r}"
        elif mark == b"-":
            self._code = code
            self._lines.append(line[4:MAX_LINE])
        else:
            text = line[4:MAX_LINE]
            if self._lines:
                text = b"\n".join((*self._lines, text))
                self._lines = []
            self._size = 0
            return CODES[code], text
        return None

    def _keep(self, rest: bytes) -> None:
        if len(rest) > MAX_LINE + 1:  # one more than is kept, for the CR
            self._dropped += len(rest) - MAX_LINE - 1
            rest = rest[: MAX_LINE + 1]
        self._rest = rest
        if self._size + len(rest) + self._dropped > MAX_REPLY:
            self.garbage, self._rest = "a reply without end", b""


def words(raw: bytes) -> str:
    """Return a reply's text in one printable line; what is no UTF-8 or no letter becomes "�"."""
    text = raw.decode("utf-8", "replace").replace("\n", " ")
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)
