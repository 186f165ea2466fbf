"""What can be wrong with one delivery, whose matter that is, and how sure we are of it."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    UNKNOWN_USER = "unknown_user"
    UNKNOWN_HOST = "unknown_host"
    MAILBOX_FULL = "mailbox_full"
    POLICY = "policy"  # our address, our server or our name is not wanted
    AUTHENTICATION = "authentication"  # we are not believed: log-in, SPF, DKIM, DMARC
    THROTTLE = "throttle"
    QUOTA = "quota"  # what the relay grants our account is used up
    CONTENT = "content"
    SIZE = "size"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"


class Whose(StrEnum):
    """Who has to do something about it."""

    READER = "reader"  # this address; nothing to mend on our side
    OURS = "ours"  # our name, our server, our content
    RELAY = "relay"  # our account at the relay
    OPERATOR = "operator"  # the mailbox operator; waiting helps


@dataclass(frozen=True)
class Verdict:
    """What a refusal means.

    `certain` and ours or the relay's: stop at once. Not certain and ours: one reader's server may merely be fussy,
    so the breaker counts (campaigns/core/breaker.py).
    """

    fault: Fault
    whose: Whose
    certain: bool = False

    @property
    def stops(self) -> bool:
        """Whether the campaign must pause now: whatever else is sent meets the same word."""
        ours = self.whose in (Whose.OURS, Whose.RELAY)
        return ours and self.certain and self.fault in (Fault.POLICY, Fault.AUTHENTICATION, Fault.QUOTA)

    @property
    def suspect(self) -> bool:
        """Whether this refusal may well be our doing, so that the row deserves a second try."""
        return self.whose is Whose.OURS and not self.certain

    @property
    def dead(self) -> bool:
        """Whether the address does not exist: the only faults that suppress at once."""
        return self.fault in (Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST)

    @property
    def waits(self) -> bool:
        """Whether trying again later may help, whatever the first digit of the reply."""
        return self.fault in (Fault.THROTTLE, Fault.TRANSIENT)
