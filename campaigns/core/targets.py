"""Where a link may lead: the web and nowhere else, with the same marks of its origin for everyone."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

LONGEST = 2000
# Spaces, control characters and a backslash (which browsers read as a slash) can bend an address or end a header.
_NOT_IN_AN_ADDRESS = re.compile('[\x00-\x20\x7f-\xa0\\\\<>"\u2028\u2029\ufeff\ud800-\udfff]')
_HOST = re.compile(r"[^\s.:/?#@\[\]]+(?:\.[^\s.:/?#@\[\]]+)*\.?|\[[0-9A-Fa-f:.]+\]")


class BadTarget(ValueError):
    """No link of a letter may lead there; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(url: str) -> str:
    """Return the address if a redirect may lead to it; raise BadTarget for whatever is not plainly the web."""
    url = url.strip(" ")
    if not url:
        raise BadTarget("empty")
    if len(url) > LONGEST:
        raise BadTarget("too_long")
    if _NOT_IN_AN_ADDRESS.search(url):
        raise BadTarget("characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadTarget("not_web") from None
    if parts.scheme not in ("http", "https"):
        raise BadTarget("not_web")
    if "@" in parts.netloc:  # https://our-bank.example@evil.example
        raise BadTarget("disguised")
    host = parts.netloc.removesuffix(f":{port}") if port else parts.netloc
    if not parts.hostname or not _HOST.fullmatch(host):
        raise BadTarget("not_web")
    return url if host.isascii() else urlunsplit(parts._replace(netloc=_in_ascii(host) + (f":{port}" if port else "")))


def _in_ascii(host: str) -> str:
    """Return a host as the network knows it: a Location header carries no accents."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadTarget("not_web") from None


def may_lead(url: str) -> bool:
    """Return whether a redirect may lead to this address."""
    try:
        checked(url)
    except BadTarget:
        return False
    return True


def marked(url: str, marks: Mapping[str, str]) -> str:
    """Return the address with these marks added to its query.

    What it asks and where in the page it leads stay as they were, to the letter; marks that its owner put there win.
    """
    parts = urlsplit(url)
    own = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    new = urlencode({name: value for name, value in marks.items() if value and name not in own}, quote_via=quote)
    query = "&".join(part for part in (parts.query.rstrip("&"), new) if part)
    # `urlunsplit` would drop an empty fragment and an empty query, which mean nothing to a server.
    return urlunsplit(parts._replace(query=query)) if new else url


def origin(newsletter: str, edition: str) -> dict[str, str]:
    """Return the marks of a letter: the same for all its readers."""
    return {"utm_source": newsletter, "utm_medium": "email", "utm_campaign": edition}
