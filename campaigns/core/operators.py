"""Who runs a domain's mail, and how politely they are to be approached.

Limits belong to the operator of the mail exchanger, not to the domain: orange.fr and wanadoo.fr share one.
Connections and messages per connection are the operators' own words where they publish them (Orange and La Poste:
2 and 100; Yahoo: 20 messages per connection; Apple: few) and a cautious guess elsewhere. The rate is our choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Lane:
    """How one operator is approached from one address of ours; `block` is how long they shut the door at most."""

    connections: int = 2
    per_connection: int = 100
    per_minute: int = 60
    block: timedelta = timedelta(minutes=30)


DEFAULT = Lane()
# Where no mail is taken: nobody is to be approached politely there.
NOWHERE = "nowhere"
LANES: dict[str, Lane] = {
    NOWHERE: Lane(per_minute=100_000),
    "orange": Lane(per_minute=120),
    "laposte": Lane(per_minute=120),
    "sfr": Lane(block=timedelta(hours=2)),  # "every block lasts two hours"
    "free": Lane(block=timedelta(hours=24)),  # "la durée maximale du blocage est de 24h"
    "google": Lane(connections=5, per_connection=50, per_minute=300),
    "microsoft": Lane(connections=5, per_connection=50, per_minute=300),
    "yahoo": Lane(connections=3, per_connection=20, per_minute=120, block=timedelta(hours=4)),
    "apple": Lane(connections=4, per_connection=5, per_minute=120),
    "ovh": Lane(connections=4, per_minute=120),
    "ionos": Lane(connections=4, per_minute=120),
}

# Endings of mail exchangers' names.
SUFFIXES: dict[str, str] = {
    "orange.fr": "orange",
    "wanadoo.fr": "orange",
    "laposte.net": "laposte",
    "sfr.fr": "sfr",
    "sfr.net": "sfr",
    "neuf.fr": "sfr",
    "numericable.fr": "sfr",
    "free.fr": "free",
    "proxad.net": "free",
    "bbox.fr": "bouygues",
    "bouyguestelecom.fr": "bouygues",
    "google.com": "google",
    "googlemail.com": "google",
    "outlook.com": "microsoft",
    "mx.microsoft": "microsoft",
    "hotmail.com": "microsoft",
    "yahoodns.net": "yahoo",
    "icloud.com": "apple",
    "ovh.net": "ovh",
    "ovh.com": "ovh",
    "ovh.ca": "ovh",
    "kundenserver.de": "ionos",
    "ionos.com": "ionos",
    "ionos.fr": "ionos",
    "1and1.com": "ionos",
    "1and1.fr": "ionos",
    "gmx.net": "gmx",
    "web.de": "gmx",
    "gandi.net": "gandi",
    "infomaniak.ch": "infomaniak",
    "infomaniak.com": "infomaniak",
    "protonmail.ch": "proton",
    "mailinblack.com": "mailinblack",
    "pphosted.com": "proofpoint",
    "ppe-hosted.com": "proofpoint",
    "mimecast.com": "mimecast",
    "barracudanetworks.com": "barracuda",
    "messagelabs.com": "messagelabs",
}
# Names are registered below these, as a.gouv.fr and b.co.uk.
SHARED = {"co", "com", "org", "net", "gouv", "asso", "ac", "gov", "edu"}


def operator_of(mx_hosts: Sequence[str]) -> str:
    """Return the name of who runs these mail exchangers, best first; "" where there are none.

    A stranger is called by the registrable ending of the best one's name, so that all domains of one hoster share
    a lane. A domain without MX is asked for by its own name (RFC 5321 5.1).
    """
    if not mx_hosts:
        return ""
    labels = mx_hosts[0].strip().rstrip(".").lower().split(".")
    if labels[-1].isdigit():
        return ".".join(labels)
    for start in range(len(labels)):
        known = SUFFIXES.get(".".join(labels[start:]))
        if known:
            return known
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SHARED else 2
    return ".".join(labels[-keep:])


def lane_of(operator: str) -> Lane:
    """Return how an operator is to be approached."""
    return LANES.get(operator, DEFAULT)
