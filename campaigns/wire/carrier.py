"""What a drain needs of a road, whatever runs on it: SMTP lines (`line.Wire`) or a provider's calls (`calls.Calls`)."""

from typing import Any, Protocol

from campaigns.wire.letters import Reply


class Carrier(Protocol):
    """Messages in; each comes back exactly once, as a Reply of `poll` or `close` or as a delivery of `recall`."""

    def room(self) -> int:
        """Return how many more messages it wants now; none before the other side has been reached."""

    def put(self, message: Any) -> None:
        """Take a message, in the form that is this carrier's own."""

    def poll(self, timeout: float) -> list[Reply]:
        """Wait at most so many seconds, and return what was said; raise WireProblem, or what a hook raised."""

    def recall(self) -> list[int]:
        """Take back every message whose body has not begun."""

    def idle(self) -> bool:
        """Is there nothing under way, and nothing to be told?"""

    def close(self) -> list[Reply]:
        """Hang up; return the last word on bodies begun."""
