"""The database's lines. Django finds this room by its name: `ENGINE = "newsletter.postgresql"`."""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """A line that a restart of PostgreSQL has cut is noticed before it is used, without a question each time.

    Django's own `CONN_HEALTH_CHECKS` asks `SELECT 1` whenever a line is taken from the pool: half of what a redirect
    costs. A server that went has said so to the kernel, and the kernel says it at once.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        while True:
            line = super().get_new_connection(conn_params)
            if self.pool is None or lives(line):
                return line
            line.close()
            self.pool.putconn(line)


def lives(line: psycopg.Connection[Any]) -> bool:
    """Return whether the server is still there; only one that has spoken unasked is asked."""
    try:
        told = select.poll()
        told.register(line.pgconn.socket, select.POLLIN)
        if told.poll(0):
            ConnectionPool.check_connection(line)
    except psycopg.OperationalError:
        return False
    return True
