"""A mail as its reader has it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage


class Letter:
    """What came, taken apart by the standard library alone."""

    def __init__(self, mail: bytes) -> None:
        message = message_from_bytes(mail, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.message = message
        # whatever spaces the typesetter chose, and however the line was folded
        self.subject = " ".join(str(message["Subject"]).split())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Letter) and self.message["Message-ID"] == other.message["Message-ID"]

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def link(self, with_path: str) -> str:
        """Return the first link of the text whose path begins like this."""
        found = re.search(rf"https?://[^/\s]+{re.escape(with_path)}\S*", self.text)
        assert found, f"no link to {with_path} in:\n{self.text}"
        return found[0].rstrip(".,)>")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"no {kind} part"
        return str(part.get_content())
