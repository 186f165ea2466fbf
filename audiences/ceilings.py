"""How often the form may be sent: by one network in an hour, and by everybody together.

Counted in the database, where the demand itself is written: without it nothing is accepted at all (it fails closed). A
network is kept as a keyed hash of its hour, so no row says from where anybody came, and two hours cannot be joined. A
visitor whose network we cannot know (behind a proxy that does not say) counts with everybody only (it fails open).
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from audiences.models import Knock

# A tourist office with all its visitors on one line; a fair where a stand takes addresses on a tablet.
OF_A_NETWORK = 60
OF_ALL = 3_000
KEEP = timedelta(days=1)
EVERYBODY = bytes(16)
_KNOCK = """
INSERT INTO audiences_knock (hour, network, times) VALUES (%s, %s, 1)
ON CONFLICT (hour, network) DO UPDATE SET times = audiences_knock.times + 1 RETURNING times
"""


def let_in(visitor: str, *, now: datetime) -> bool:
    """Count one more sending of the form, and return whether it is still within both ceilings."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    network = network_of(visitor)
    with connection.cursor() as cursor:
        if network:
            cursor.execute(_KNOCK, [hour, _hashed(network, hour)])
            if cursor.fetchone()[0] > OF_A_NETWORK:
                return False
        cursor.execute(_KNOCK, [hour, EVERYBODY])
        return bool(cursor.fetchone()[0] <= OF_ALL)


def network_of(visitor: str) -> str:
    """Return the network of an address: a house or a street of them; nothing for our own machines and proxies."""
    try:
        address = ipaddress.ip_address(visitor.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if not address.is_global:
        return ""
    width = 24 if address.version == 4 else 56
    return str(ipaddress.ip_network(f"{address}/{width}", strict=False))


def forget(*, now: datetime) -> int:
    """Forget the counts of yesterday; return how many."""
    return Knock.objects.filter(hour__lt=now - KEEP).delete()[0]


def _hashed(network: str, hour: datetime) -> bytes:
    said = f"garrigue/knock/{hour.isoformat()}/{network}".encode()
    return hmac.digest(settings.ADDRESS_PEPPER.encode(), said, hashlib.sha256)[:16]
