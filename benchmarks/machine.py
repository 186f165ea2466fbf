"""What a figure was measured with, and on what."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from newsletter.servers.process import CODE


def versions() -> dict[str, str]:
    """Return the moment, the commit, the machine and what the measured is made of; the database is asked."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync')"
        )
        postgres, synchronous, fsync = cursor.fetchone()
    told = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in told if line.startswith("model name"))
    described = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=CODE, capture_output=True, text=True)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": described.stdout.strip(),
        "machine": f"{os.cpu_count()} cores, {next(names, platform.processor())}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{postgres}, synchronous_commit={synchronous}, fsync={fsync}",
        **{name: version(name) for name in ("Django", "celery", "psycopg", "gunicorn")},
    }
