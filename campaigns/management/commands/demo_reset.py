"""`manage.py demo_reset`: forget everything that the demo made."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from newsletter.servers.local import forget


class Command(BaseCommand):
    help = "Forget everything that the demo made: its servers, its rows, its pictures, its mails."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        """Stop the laptop's servers and delete what they knew."""
        forget(settings.VAR_DIR)
        for name in ("media", "journal", "once"):
            shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
        for file in (*settings.VAR_DIR.glob("clock*"), *settings.VAR_DIR.glob("readers-*.csv")):
            file.unlink()
        self.stdout.write("Forgotten. `make demo` begins anew.")
