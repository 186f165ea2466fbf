"""The laptop's own servers: attach to those of this project, or start them.

    with attach_or_start(var) as servers:
        psycopg.connect(servers.database_url)

A server starts when its address is first asked for and stops when the last process that asked has ended.
"""

import shutil
from functools import cached_property
from pathlib import Path
from types import TracebackType

from newsletter.servers import catcher, postgres, valkey
from newsletter.servers.accounts import elsewhere
from newsletter.servers.keeper import NAMES, Desk
from newsletter.servers.lease import Lease
from newsletter.servers.process import CODE, ServerProblem

__all__ = ["ServerProblem", "Servers", "attach_or_start", "forget"]

VAR = CODE / "var"


class Servers:
    """Addresses of this project's own servers; asking for one attaches to its server or starts it."""

    def __init__(self, var: Path = VAR, *, durable: bool = True) -> None:
        self.var, self.durable = var.absolute(), durable
        self._leases: dict[str, Lease] = {}

    @cached_property
    def database_url(self) -> str:
        """PostgreSQL, with a database of our own in it."""
        return postgres.url(self._lease("postgres").facts)

    @cached_property
    def redis_url(self) -> str:
        """The broker."""
        return valkey.url(self._lease("valkey").facts)

    @cached_property
    def email_url(self) -> str:
        """The mail catcher's SMTP."""
        return catcher.smtp(self._lease("catcher").facts)

    @cached_property
    def catcher_web(self) -> str:
        """The mail catcher's page, also the address for `Catcher`."""
        return catcher.web(self._lease("catcher").facts)

    def close(self) -> None:
        """Leave every server; those that nobody else uses are gone when this returns."""
        for lease in reversed(self._leases.values()):
            lease.end()
        self._leases.clear()
        for name in ("database_url", "redis_url", "email_url", "catcher_web"):
            self.__dict__.pop(name, None)

    def _lease(self, name: str) -> Lease:
        if name not in self._leases:
            self._leases[name] = Lease(self.var, name, durable=self.durable)
        return self._leases[name]

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def attach_or_start(var: Path = VAR, *, durable: bool = True) -> Servers:
    """Return the servers whose state lives under `var`; none runs until its address is asked for."""
    return Servers(var, durable=durable)


def forget(var: Path = VAR) -> None:
    """Stop the servers, whoever uses them, and delete all that they know."""
    for name in NAMES:
        Desk(var.absolute(), name).end()
    moved = elsewhere(var / "postgres")
    for folder in (moved, *(var / name for name in ("postgres", "valkey", "run", "log"))):
        if folder and folder.exists():
            shutil.rmtree(folder)
