"""A mail provider over HTTP for the judge: what it took is noted before it says a word, or none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.campaigns import provider
from tests.campaigns.provider import Act, Call, FakeProvider

MOST = 50


@dataclass(frozen=True)
class Deed:
    """What becomes of a call: whether its messages are taken, and what is said of it; None is the usual answer."""

    say: Act | None = None
    takes: bool = True


def usual(number: int) -> Deed:
    return Deed()


class Provider(FakeProvider):
    """Mailjet's interface on a real socket; `deed(number)` says what becomes of the so-manyth call."""

    def __init__(self, deed: Callable[[int], Deed] = usual) -> None:
        super().__init__(self._act)
        self.deed = deed
        self._taken: list[str] = []
        self._faults: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"mailjet://PUBLIC:SECRET@?api={self.api}"

    def accepted(self, domain: str | tuple[str, ...]) -> list[str]:
        """Return the address of every message that was taken, as often as it was."""
        return [address for address in self._taken if address.endswith(domain)]

    def events(self, event: str, domain: str | tuple[str, ...] = "") -> list[dict[str, Any]]:
        """Return what no client may do: that is all it keeps of a call but for its readers."""
        return self._faults if event == "fault" else []

    def _act(self, call: Call, number: int) -> Act:
        readers = [message["To"][0]["Email"] for message in call.json["Messages"]]
        if len(readers) > MOST or len(set(readers)) < len(readers):
            self._faults.append({"what": f"a call with {len(readers)} messages to {len(set(readers))} readers"})
        deed = self.deed(number)
        if deed.takes:
            self._taken += readers
        return provider.mailjet(call, number) if deed.say is None else deed.say
