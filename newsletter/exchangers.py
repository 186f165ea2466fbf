"""What the DNS says of a domain's mail: its mail exchangers, and the keys that it signs with."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings

# Seconds for all of a domain's questions; a clock's tick waits no longer than a little more.
PATIENCE = 2.0
MOST = 10


class Problem(StrEnum):
    NOWHERE = "nowhere"  # it certainly takes no mail: no such domain, no host, or a null MX (RFC 7505)
    UNANSWERED = "unanswered"  # nobody could say; that is nobody's fault whose address stands there


@dataclass(frozen=True)
class Exchangers:
    """The names of a domain's mail exchangers, the best first; or why there are none."""

    hosts: tuple[str, ...] = ()
    problem: Problem | None = None


def find(domain: str) -> Exchangers:
    """Ask who takes this domain's mail; never raises. Not to be called while a transaction is open."""
    resolver = _resolver(settings.DNS_SERVERS)
    try:
        name = dns.name.from_text(domain, idna_codec=dns.name.IDNA_2008_UTS_46)
        return _find(resolver, name)
    except dns.resolver.NXDOMAIN:
        return Exchangers(problem=Problem.NOWHERE)
    except dns.exception.DNSException:
        return Exchangers(problem=Problem.UNANSWERED)


class Unanswered(Exception):
    """Nobody could say."""


def text(name: str) -> bytes | None:
    """Return the text published under a name, None where there is none; raise Unanswered. Never in a transaction."""
    try:
        asked = dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_UTS_46)
        answer = _resolver(settings.DNS_SERVERS).resolve(asked, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.NameTooLong):
        return None
    except (dns.exception.DNSException, UnicodeError) as problem:
        raise Unanswered from problem
    return next((b"".join(record.strings) for record in answer), None)


def _find(resolver: dns.resolver.Resolver, name: dns.name.Name) -> Exchangers:
    try:
        answer = resolver.resolve(name, "MX", search=False)
    except dns.resolver.NoAnswer:
        return _itself(resolver, name)
    ranked = sorted((record.preference, _text(record.exchange)) for record in answer)
    hosts = tuple(dict.fromkeys(host for _, host in ranked if host))
    return Exchangers(hosts[:MOST]) if hosts else Exchangers(problem=Problem.NOWHERE)


def _itself(resolver: dns.resolver.Resolver, name: dns.name.Name) -> Exchangers:
    """Without MX a domain's own host takes its mail, if there is one (RFC 5321 5.1)."""
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(name, kind, search=False)
        except dns.resolver.NoAnswer:
            continue
        return Exchangers((_text(name),))
    return Exchangers(problem=Problem.NOWHERE)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower().removeprefix(".")


@lru_cache(maxsize=4)
def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        pairs = [server.partition(":")[::2] for server in servers]
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, int(port or 53)) for host, port in pairs]
    resolver.lifetime = PATIENCE
    return resolver
