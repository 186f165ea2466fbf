"""Slips in the domains where people here have their mail: a suggestion, which a person takes or leaves."""

# The most used first: of two that are equally near, it is the likelier.
DOMAINS = (
    *("gmail.com", "orange.fr", "hotmail.fr", "hotmail.com", "wanadoo.fr", "free.fr", "yahoo.fr", "laposte.net"),
    *("outlook.fr", "outlook.com", "live.fr", "sfr.fr", "icloud.com", "yahoo.com", "neuf.fr", "live.com", "msn.com"),
    *("bbox.fr", "aol.com", "gmx.fr", "gmx.com", "me.com", "mac.com", "protonmail.com", "proton.me", "ymail.com"),
    *("numericable.fr", "club-internet.fr", "cegetel.net", "aliceadsl.fr", "nordnet.fr", "googlemail.com", "mail.com"),
)
# A right name with the ending of another; nobody's mailbox is there.
ENDINGS = {
    "gmail.fr": "gmail.com",
    "gmail.net": "gmail.com",
    "laposte.fr": "laposte.net",
    "laposte.com": "laposte.net",
    "wanadoo.com": "wanadoo.fr",
    "icloud.fr": "icloud.com",
    "aliceadsl.com": "aliceadsl.fr",
}
# A shorter domain is near too many others.
LONG_ENOUGH = 7


def suggest(domain: str) -> str:
    """Return the domain that was probably meant; nothing where this one may well be right."""
    domain = domain.lower()
    if domain in DOMAINS:
        return ""
    if domain in ENDINGS:
        return ENDINGS[domain]
    cut_short = len(domain.rpartition(".")[2]) < 2  # no ending has one letter
    near = (one for one in DOMAINS if (cut_short or len(one) >= LONG_ENOUGH) and _is_one_slip(domain, one))
    return next(near, "")


def _is_one_slip(typed: str, meant: str) -> bool:
    """Return whether one letter is too much, missing, another's, or two have changed places."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next((at for at, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), None)
    if start is None:
        return len(typed) != len(meant)
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:] or swapped == wanted
