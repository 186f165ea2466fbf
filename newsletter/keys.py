"""Which keys made what stands in the database: a process with others must not write, nor send.

With another pepper a suppressed address would look new; without an old signing key, links in mails that
readers hold would die.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

from newsletter.models import KeyFingerprint

_verified = False


class OtherKeys(ImproperlyConfigured):
    """This process was given other keys than those that made the database; the message says which."""


def fingerprints() -> dict[str, str]:
    """Return the fingerprint of each key of this process; nothing of a key can be read from it."""
    keys = {"ADDRESS_PEPPER": settings.ADDRESS_PEPPER} | {
        f"SIGNING_KEYS {kid}": key for kid, key in settings.SIGNING_KEYS
    }
    return {
        name: hmac.new(key.encode(), f"garrigue fingerprint of {name}".encode(), hashlib.sha256).hexdigest()
        for name, key in keys.items()
    }


def record() -> None:
    """Write down the keys that are new: at each migration, and when a key is added."""
    for name, digest in fingerprints().items():
        KeyFingerprint.objects.get_or_create(name=name, defaults={"digest": digest})


def verify() -> None:
    """Raise OtherKeys unless every key that the database knows is here and the same."""
    ours = fingerprints()
    for row in KeyFingerprint.objects.order_by("name"):
        if row.name not in ours:
            raise OtherKeys(f"{row.name} is missing: links signed with it stand in readers' mails. Put it back.")
        if not hmac.compare_digest(ours[row.name], row.digest):
            raise OtherKeys(f"{row.name} is not the one that this database was made with. Put the old one back.")


def guard(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Verify at this process's first connection, whichever command opened it; raise OtherKeys.

    Before the first migration there is nothing to compare with.
    """
    global _verified
    if _verified or connection.alias != "default":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [KeyFingerprint._meta.db_table])
        known = cursor.fetchone() != (None,)
    if known:
        try:
            verify()
        except OtherKeys:
            connection.close()  # whoever catches this must not go on with it
            raise
        _verified = True
