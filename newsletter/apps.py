from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class NewsletterConfig(AppConfig):
    """What we publish."""

    name = "newsletter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse a database that was made with other keys; after every migration, note which keys made it."""
        from newsletter import keys

        connection_created.connect(keys.guard)
        post_migrate.connect(_record_keys, sender=self)


def _record_keys(*, using: str, **_: Any) -> None:
    from django.db import connections

    from newsletter import keys
    from newsletter.models import KeyFingerprint

    # Half-way through the migrations, or on the way back, the table is not there.
    if KeyFingerprint._meta.db_table in connections[using].introspection.table_names():
        keys.record()
