"""Machines that read mail for people, as far as they are known: a small table, each line with its source.

What stands here is a hint. Most scanners hide; `core.clicks` finds them by what they do.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Agent:
    """A word in what a program calls itself."""

    word: str
    source: str


@dataclass(frozen=True)
class Network:
    """Addresses of which no person browses."""

    network: str
    source: str


AGENTS = (
    Agent("barracuda", "Barracuda Email Gateway Defense, link protection"),
    Agent("proofpoint", "Proofpoint URL Defense"),
    Agent("mimecast", "Mimecast URL Protect"),
    Agent("ciscosecureemail", "Cisco Secure Email, outbreak filters"),
    Agent("forcepoint", "Forcepoint Email Security"),
    Agent("trendmicro", "Trend Micro Email Security"),
    Agent("symantec", "Symantec Email Security.cloud, Click-time"),
    Agent("bingpreview", "Microsoft: Which crawlers does Bing use"),
    Agent("skypeuripreview", "Microsoft Teams and Skype link previews"),
    Agent("slackbot", "api.slack.com/robots"),
    Agent("facebookexternalhit", "developers.facebook.com, crawlers"),
    Agent("twitterbot", "developer.x.com, cards"),
    Agent("linkedinbot", "linkedin.com/help, post inspector"),
    Agent("whatsapp/", "WhatsApp link previews: the program that shows the card, not the browser that follows it"),
    Agent("telegrambot", "Telegram link previews"),
    Agent("discordbot", "Discord link previews"),
    Agent("googlebot", "developers.google.com, overview of crawlers"),
    Agent("google-safety", "developers.google.com, overview of crawlers"),
    Agent("bingbot", "Microsoft: Which crawlers does Bing use"),
    Agent("applebot", "support.apple.com/119829"),
    Agent("python-requests/", "its own documentation"),
    Agent("python-urllib/", "its own documentation"),
    Agent("aiohttp/", "its own documentation"),
    Agent("go-http-client/", "its own documentation"),
    Agent("okhttp/", "its own documentation"),
    Agent("java/", "its own documentation"),
    Agent("curl/", "its own documentation"),
    Agent("wget/", "its own documentation"),
    Agent("headlesschrome/", "developer.chrome.com, headless mode"),
    Agent("phantomjs/", "its own documentation"),
)
_EXCHANGE = "Microsoft 365 URLs and IP address ranges, Exchange Online Protection"
_BARRACUDA = "Barracuda Campus, Email Gateway Defense IP ranges"
NETWORKS = (
    Network("40.92.0.0/15", _EXCHANGE),
    Network("40.107.0.0/16", _EXCHANGE),
    Network("52.100.0.0/14", _EXCHANGE),
    Network("104.47.0.0/17", _EXCHANGE),
    Network("2a01:111:f400::/48", _EXCHANGE),
    Network("2a01:111:f403::/48", _EXCHANGE),
    Network("40.94.0.0/16", "Safe Links as its operators' logs show it: stackoverflow.com/questions/67179134"),
    Network("64.235.144.0/20", _BARRACUDA),
    Network("209.222.80.0/21", _BARRACUDA),
)
_NETWORKS = tuple(ip_network(one.network) for one in NETWORKS)
# Apple's Mail Privacy Protection and many scanners call themselves this and nothing more; no browser does.
_BARE = frozenset({"", "mozilla/5.0", "mozilla/4.0"})


@lru_cache(maxsize=1024)
def is_known_agent(agent: str) -> bool:
    """Return whether a program says of itself that it is no browser, or nothing at all."""
    said = agent.strip().lower()
    return said in _BARE or any(one.word in said for one in AGENTS)


def is_known_network(address: str) -> bool:
    """Return whether an address belongs to a filter of mail; what is no address belongs to nobody."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in _NETWORKS)
