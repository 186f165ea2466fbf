"""What a worker wrote to the wire, line by line: the witness that narrows doubt to the dots without an answer.

One file for each worker session, delivery ids only, never an address. An *arm* line stands before anything of
its messages is written, a *dot* line before the bytes of a final dot may leave, a *reply* line after its answer,
an *end* line when no more will leave.
A crash of the process loses nothing that was appended; a crash of the machine may, so the running boot is named
in the head and another boot's journal proves nothing.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

from campaigns.core.witness import Witness

HEAD = "garrigue-journal-1"


class JournalFailed(Exception):
    """A line could not be appended: what it would have witnessed must not happen."""


class Journal:
    """The journal of one worker session, appended to."""

    def __init__(self, path: Path, *, session: int, boot: str) -> None:
        """Begin the file; raise JournalFailed when the disk will not have it."""
        self.path = path
        self._heard = ""  # answers on their way to the file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
        except OSError as problem:
            raise JournalFailed(str(problem)) from problem
        try:
            # Held as long as the process lives, whatever it is called and whoever shares its folder.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._append(f"{HEAD} {session} {boot}\n")
        except (OSError, JournalFailed) as problem:
            os.close(self._file)  # the disk may stay full for a night, and this is tried each second
            raise JournalFailed(str(problem)) from problem

    def armed(self, deliveries: Iterable[int]) -> None:
        """Note that these may leave from now on."""
        self._append("a " + " ".join(map(str, deliveries)) + "\n")

    def dot(self, delivery: int) -> None:
        """Note that the next bytes may end this message."""
        self._append(f"d {delivery}\n")

    def heard(self, delivery: int, code: int) -> None:
        """Remember the answer to a final dot; it goes to the file with the next line, so no later than another dot."""
        self._heard += f"r {delivery} {code}\n"

    def flush(self) -> None:
        """Note what was heard."""
        if self._heard:
            self._append("")

    def replied(self, delivery: int, code: int) -> None:
        """Note the answer to the final dot."""
        self.heard(delivery, code)
        self.flush()

    def ended(self) -> None:
        """Note that nothing more leaves, for whoever settles what this session could not write down."""
        self._append("e\n")

    def close(self, *, remove: bool) -> None:
        """Close the file; delete it when nothing is under way that it could witness."""
        os.close(self._file)
        if remove:
            self.path.unlink(missing_ok=True)

    def _append(self, line: str) -> None:
        raw = (self._heard + line).encode()
        try:
            if os.write(self._file, raw) != len(raw):
                raise JournalFailed("the disk took only part of a line")
        except OSError as problem:
            raise JournalFailed(str(problem)) from problem
        self._heard = ""


def is_held(path: Path) -> bool:
    """Return whether the process that writes this journal lives; a journal that is gone is held by nobody."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def read(path: Path, *, session: int, boot: str) -> Witness | None:
    """Return what the journal witnesses; None unless it is whole, of this session and of the running boot.

    None means that nothing is known: the whole window is in doubt.
    """
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    head, *lines = text.split("\n")
    if head != f"{HEAD} {session} {boot}" or not lines or lines.pop() != "":
        return None
    armed: set[int] = set()
    dots: set[int] = set()
    replies: dict[int, int] = {}
    ended = False
    try:
        for line in lines:
            kind, *numbers = line.split(" ")
            match kind, list(map(int, numbers)):
                case "a", [*ids]:
                    armed.update(ids)
                    # armed anew: what was said of an earlier attempt is past
                    dots.difference_update(ids)
                    for one in ids:
                        replies.pop(one, None)
                case "d", [one]:
                    dots.add(one)
                case "r", [one, code]:
                    replies[one] = code
                case "e", []:
                    ended = True
                case _:
                    return None
    except ValueError:
        return None
    return Witness(frozenset(armed), frozenset(dots), replies, ended)
