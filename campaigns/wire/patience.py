"""How long a server may take for each of its words (RFC 5321 4.5.3.2)."""

from dataclasses import astuple, dataclass

from campaigns.wire.session import DATA, END, LONE_DOT, Ask

BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `block` is for the server taking each 64 kB of a body."""

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600

    def scaled(self, factor: float) -> "Patience":
        """Return the same patience at another pace."""
        return Patience(*(seconds * factor for seconds in astuple(self)))

    def answer(self, ask: Ask) -> float:
        """Return how long the answer to a question is waited for, however many bytes of it trickle in."""
        if ask is END or ask is LONE_DOT:
            return self.dot
        return self.data if ask is DATA else self.command

    def body(self, size: int) -> float:
        """Return how long the server may take to take so many bytes."""
        return self.block * (1 + size // BLOCK)
