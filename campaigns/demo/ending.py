"""What the story came to: counted in our rows, and at the catcher, which does not believe us."""

from dataclasses import dataclass

from campaigns.core.tally import Tally


@dataclass(frozen=True)
class Ending:
    """The numbers of the last line. `written_again` is None where nothing was sent after the reader had left."""

    tally: Tally
    captured: int
    left: int
    written_again: int | None

    @property
    def line(self) -> str:
        """Return the last line of the story."""
        tally, again = self.tally, self.written_again
        kept = "no edition followed" if again is None else f"written to again {again} times"
        return (
            f"sent {tally.sent}, failed {tally.failed}, in doubt {tally.in_doubt}, captured {self.captured}; "
            f"left {self.left}, {'not written to again' if again == 0 else kept}"
        )

    def faults(self) -> list[str]:
        """Return in words what did not go as promised; nothing for a good end."""
        tally = self.tally
        wrong = {
            "not every letter was sent": tally.sent != tally.total,
            "the catcher counts other letters than we do": self.captured != tally.sent,
            "nobody could leave": not self.left,
            "who had left was written to again": bool(self.written_again),
        }
        return [words for words, true in wrong.items() if true]
