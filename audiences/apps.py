from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AudiencesConfig(AppConfig):
    """Who reads it."""

    name = "audiences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audiences import holdings
        from audiences.models import Consent, ConsentSeal
        from newsletter import rights

        holdings.register()
        rights.append_only(Consent, ConsentSeal)
        post_migrate.connect(_keep_wordings, sender=self)


def _keep_wordings(*, using: str, **kwargs: Any) -> None:
    from django.db import connections

    from audiences import wordings
    from audiences.models import Wording

    # Half-way through the migrations, or on the way back, the table is not there.
    if Wording._meta.db_table in connections[using].introspection.table_names():
        wordings.ensure()
