from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class NewsletterConfig(AppConfig):
    """What we publish."""

    name = "newsletter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse a database that was made with other keys; after every migration, note which keys made it."""
        from newsletter import keys, rights
        from newsletter.models import OperationMove, Override, Remark, RemarkAnswer, RoleChange

        rights.append_only(Override, Remark, RemarkAnswer, OperationMove, RoleChange)
        connection_created.connect(keys.guard)
        post_migrate.connect(_record_keys, sender=self)
        post_migrate.connect(_grant_rights, sender=self)


def _record_keys(*, using: str, **_: Any) -> None:
    from django.db import connections

    from newsletter import keys
    from newsletter.models import KeyFingerprint

    # Half-way through the migrations, or on the way back, the table is not there.
    if KeyFingerprint._meta.db_table in connections[using].introspection.table_names():
        keys.record()


def _grant_rights(*, using: str, **_: Any) -> None:
    from newsletter import rights

    if using == "default" and (role := rights.role()):
        try:
            rights.grant(role)
        except rights.NotNarrow:
            raise ImproperlyConfigured(
                f"The role {role} of DATABASE_URL must exist and must not own the tables, nor be a superuser: "
                "it could rewrite the ledger of consent."
            ) from None
