"""What a mail provider's event means, in anymail's words. Precision first: what it calls soft stays soft."""

from datetime import datetime, timedelta

from campaigns.core.dsn import fault_of
from campaigns.core.fault import Fault
from campaigns.core.feedback import HARD, Heard
from campaigns.core.receipt import Phase

# Opens are no events of ours. Neither are a provider's clicks: whoever did not consent to be measured would be by them,
# and whoever did is measured by our own links. Queued and sent say no more than the provider's answer did.
KINDS = {
    "delivered": Heard.DELIVERED,
    "deferred": Heard.DEFERRED,
    "bounced": Heard.BOUNCED,
    "rejected": Heard.REJECTED,
    "failed": Heard.REJECTED,
    "complained": Heard.COMPLAINED,
    "unsubscribed": Heard.UNSUBSCRIBED,
    "autoresponded": Heard.AUTORESPONDED,
}
# Providers try again for some days. What comes much later, or from tomorrow, was kept by somebody and played again.
REPLAY_WINDOW = timedelta(days=7)
CLOCKS_DIFFER = timedelta(hours=1)


def is_timely(at: datetime, now: datetime) -> bool:
    """Return whether an event is of an age at which a provider may still tell it."""
    return now - REPLAY_WINDOW <= at <= now + CLOCKS_DIFFER


def fault(kind: Heard, words: str, *, soft: bool) -> Fault | None:
    """Return why it did not arrive, by the server's words that the provider hands on."""
    if kind not in (Heard.BOUNCED, Heard.REJECTED):
        return None
    found = fault_of(words, "", Phase.REPLIED) if words else Fault.UNKNOWN
    return Fault.TRANSIENT if soft and found in HARD else found


def is_soft(provider: str, said: dict[str, object]) -> bool:
    """Return whether the provider itself does not hold a bounce for final."""
    match provider:
        case "brevo":
            return said.get("event") != "hard_bounce"
        case "mailjet":
            return said.get("hard_bounce") is not True
        case "postmark":
            return said.get("Type") != "HardBounce"
        case "ses":
            bounce = said.get("bounce")
            return not (isinstance(bounce, dict) and bounce.get("bounceType") == "Permanent")
    return False  # Mailgun: what is not final is called deferred
