"""What the catcher caught: everything is counted, little is kept."""

import hashlib
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

READABLE = 50
MESSAGE_ID = re.compile(rb"^message-id:\s*([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
LIST_ID = re.compile(rb"^list-id:", re.IGNORECASE | re.MULTILINE)
KIND = re.compile(rb"^x-garrigue-kind:", re.IGNORECASE | re.MULTILINE)


class Box(StrEnum):
    """The mailboxes a person can open: the newsletters, the readers of the tour, log-in and test mails."""

    NEWSLETTERS = "INBOX"
    FOLLOWED = "Suivis"
    SINGLES = "Liens-et-essais"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came, and whom the envelope names."""

    number: int
    box: Box
    recipients: tuple[str, ...]
    content: bytes


class Captured:
    """The count of a campaign's mails, and the last of each kind for reading."""

    def __init__(self) -> None:
        self._followed: set[str] = set()
        self.reset()

    def reset(self) -> None:
        """Forget every mail and every count; whom to follow stays."""
        self.mails = self.singles = 0
        self._pairs: set[tuple[bytes, str]] = set()
        self._kept: dict[Box, deque[Mail]] = {box: deque(maxlen=READABLE) for box in Box}

    def follow(self, address: str) -> None:
        """Keep this reader's newsletters from now on, however many others come after."""
        self._followed.add(address.lower())

    def add(self, content: bytes, recipients: Iterable[str]) -> Mail:
        """Count a mail and keep it among the last of its box."""
        head = content.partition(b"\r\n\r\n")[0]
        people = tuple(recipient.lower() for recipient in recipients)
        if LIST_ID.search(head) and not KIND.search(head):
            found = MESSAGE_ID.search(head)
            # without one, mails are told apart by their bytes
            name = b"".join(found[1].split()) if found else hashlib.sha256(content).digest()
            self.mails += 1
            self._pairs.update((name, person) for person in people)
            box = Box.FOLLOWED if self._followed.intersection(people) else Box.NEWSLETTERS
        else:
            self.singles += 1
            box = Box.SINGLES
        mail = Mail(self.mails + self.singles, box, people, content)
        self._kept[box].append(mail)
        return mail

    def distinct(self, to: str | None = None) -> int:
        """Return how many distinct pairs of Message-ID and recipient came, of one recipient or of all."""
        if to is None:
            return len(self._pairs)
        return sum(person == to.lower() for _, person in self._pairs)

    def last(self, to: str, boxes: Iterable[Box] = Box) -> Mail | None:
        """Return the last mail still kept for an address, in any of the boxes."""
        return max(self._to(to, boxes), key=lambda mail: mail.number, default=None)

    def all(self, to: str, boxes: Iterable[Box] = Box) -> list[Mail]:
        """Return the mails still kept for an address, the last first."""
        return sorted(self._to(to, boxes), key=lambda mail: mail.number, reverse=True)

    def first(self, to: str, boxes: Iterable[Box] = Box) -> Mail | None:
        """Return the first mail still kept for an address, in any of the boxes."""
        return min(self._to(to, boxes), key=lambda mail: mail.number, default=None)

    def _to(self, address: str, boxes: Iterable[Box]) -> list[Mail]:
        return [mail for box in boxes for mail in self._kept[box] if address.lower() in mail.recipients]
