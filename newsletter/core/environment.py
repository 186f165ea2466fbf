"""What an environment says, read once and refused in a sentence; no sentence repeats a secret."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from newsletter.core.providers import Account, BadAccount, is_account, parse_account
from newsletter.core.relay import BadRelay, Relay, parse_relay

REQUIRED = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "SECRET_KEY", "SIGNING_KEYS", "ADDRESS_PEPPER")
# A key id stands between the dots of a token, in addresses that mail programs copy and break.
_KID = re.compile(r"[A-Za-z0-9_-]{1,16}")
LONG_ENOUGH = 16
_BOX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Of a bounce address: version, dots, a delivery in five bytes, and the signature.
TOKEN_WITHOUT_KID = len("1...") + 8 + 26
# Where campaigns leave the house.
Road = Relay | Account


class BadEnvironment(ValueError):
    """The environment cannot be worked with; the message says which variable, and what it must look like."""


def require(environ: Mapping[str, str]) -> None:
    """Raise BadEnvironment unless everything that people depend on is said, and no secret is a short one."""
    missing = [name for name in REQUIRED if not environ.get(name)]
    if missing:
        raise BadEnvironment(
            "With DEBUG=0 these must be set in the environment, and are not: " + ", ".join(missing) + "."
        )
    if len(environ["ADDRESS_PEPPER"]) < LONG_ENOUGH:
        raise BadEnvironment(f"ADDRESS_PEPPER must have at least {LONG_ENOUGH} characters, drawn at random.")
    if any(len(key) < LONG_ENOUGH for _, key in signing_keys(environ["SIGNING_KEYS"])):
        raise BadEnvironment(f"Each key in SIGNING_KEYS must have at least {LONG_ENOUGH} characters, drawn at random.")


def signing_keys(said: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `kid:key,kid:key` in their order."""
    pairs = [tuple(part.strip() for part in pair.partition(":")[::2]) for pair in said.split(",")]
    for number, (kid, key) in enumerate(pairs, start=1):
        if not _KID.fullmatch(kid) or not key:
            raise BadEnvironment(
                f"SIGNING_KEYS must look like kid:key,kid:key, each kid of letters and digits; pair {number} does not."
            )
    kids = [kid for kid, _ in pairs]
    if len(set(kids)) != len(kids):
        raise BadEnvironment("SIGNING_KEYS names one kid twice: links signed with one of the two would die.")
    return tuple((kid, key) for kid, key in pairs)


def site(said: str) -> str:
    """Return where readers' links lead, without a slash at its end."""
    try:
        parts = urlsplit(said)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        whole = False
    if not whole or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise BadEnvironment(f"SITE_URL must look like https://lettre.example.org, not “{said}”.")
    return f"{parts.scheme}://{parts.netloc}"


def server(name: str, said: str, schemes: Iterable[str]) -> str:
    """Return a server's URL as it is, if it is one of the kinds that we can talk to."""
    try:
        parts = urlsplit(said)
        fine = parts.scheme in schemes and (parts.port or True)
    except ValueError:
        fine = False
    if not fine:
        raise BadEnvironment(f"{name} must be a URL that begins with {' or '.join(f'{each}://' for each in schemes)}.")
    return said


def bounces(domain: str, inbox: str, keys: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return what stands before a bounce address's token and after it; None where nobody reads what comes back.

    BOUNCE_DOMAIN is a domain of its own, or one mailbox that takes box+anything@domain. What is not read is not asked
    for: a mailto that nobody reads would be a way out that leads nowhere.
    """
    if inbox and urlsplit(inbox).scheme not in ("imaps", "imap", "pipe"):
        raise BadEnvironment("BOUNCE_INBOX_URL looks like imaps://user:password@host, or is pipe: for take_bounce.")
    if not domain or not inbox:
        return None
    box, _, host = domain.rpartition("@")
    if not _BOX.fullmatch(domain):
        raise BadEnvironment("BOUNCE_DOMAIN must be a domain, or one mailbox: retours@example.org.")
    before = f"{box}+" if box else ""
    if any(len(before) + len(kid) + TOKEN_WITHOUT_KID > 64 for kid, _ in keys):
        raise BadEnvironment("BOUNCE_DOMAIN and the first kid of SIGNING_KEYS are too long for an address together.")
    return before, f"@{host.lower()}"


def webhook_secret(said: str) -> str:
    """Return the user:password of webhooks, if it is one that nobody guesses."""
    user, colon, password = said.partition(":")
    if said and not (user and colon and len(password) >= LONG_ENOUGH):
        raise BadEnvironment(f"WEBHOOK_SECRET must look like user:password, {LONG_ENOUGH} letters or more at random.")
    return said


def introduction(said: str, roads: Iterable[Road]) -> str:
    """Return the name for EHLO; mail exchangers turn away who has none that leads back to them."""
    if not said and any(road.direct for road in roads):
        raise BadEnvironment("With mx:// in EMAIL_URL, EHLO_NAME must be this machine's public name in the DNS.")
    return said


def relays(said: Iterable[str]) -> tuple[Road, ...]:
    """Return the relays and providers of EMAIL_URL, of which there is at least one."""
    try:
        read = tuple(parse_account(url) if is_account(url) else parse_relay(url) for url in said)
    except (BadRelay, BadAccount) as problem:
        raise BadEnvironment(f"{problem}.") from None
    except ValueError:
        # urllib repeats what it could not read, and that may be a piece of a password
        raise BadEnvironment("EMAIL_URL is not a URL that can be read.") from None
    if not read:
        raise BadEnvironment("EMAIL_URL names no relay.")
    names = [road.name for road in read]
    for name in names:
        if names.count(name) > 1:  # limits and pauses are kept under it
            raise BadEnvironment(f"EMAIL_URL names {name} twice.")
    return read
