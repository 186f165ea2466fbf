"""`make test-faults`: start the servers, run the faults, write into docs/faults.md what was seen of each.

python -m tests.faults [--small] [-k WORD …]
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

from newsletter.servers import laptop
from newsletter.servers.accounts import elsewhere
from newsletter.servers.process import ServerProblem


def main(arguments: list[str]) -> int:
    if laptop.is_production():
        print("The faults never run with DEBUG=0: unset it and try again.", file=sys.stderr)
        return 2
    laptop.forget_real()
    var = laptop.var() / "faults"
    forget(var)
    from tests.faults import ground, house

    try:
        ground.house = house.House(var)
    except ServerProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    os.environ |= {
        "DEMO_DATABASE_URL": ground.house.database_url,
        "DATABASE_URL": ground.house.database_url,
        "REDIS_URL": ground.house.redis_url,
        "EMAIL_URL": ground.house.peer.url,
        "JOURNAL_DIR": str(var / "journal"),
        "STUCK_AFTER": "5",
    }
    try:
        return pytest.main(["tests/faults", "-v", "-p", "no:cacheprovider", *arguments])
    finally:
        ground.house.end()


def forget(var: Path) -> None:
    """Begin on a clean ground."""
    for folder in (elsewhere(var / "postgres"), var):
        if folder and folder.exists():
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
