"""The statements that every window asks: read and planned once a session, not once a window."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper


class Statement:
    """SQL with `%(name)s` for its values, as the database wants it: numbered, and never looked through again."""

    def __init__(self, sql: str) -> None:
        self._names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
        numbers = {name: f"${number}" for number, name in enumerate(self._names, start=1)}
        self._sql = re.sub(r"%\((\w+)\)s", lambda found: numbers[found[1]], sql).encode()

    def ask(self, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return its rows, in the transaction of Django's own connection.

        It is prepared there, but for behind a pooler, where a session is another's the next moment.
        """
        with _line() as line:
            return self._asked(line, params).fetchall()

    def _asked(self, line: "psycopg.Connection[Any]", params: Mapping[str, Any]) -> "psycopg.RawCursor[Any]":
        return psycopg.RawCursor(line).execute(self._sql, [params[name] for name in self._names], binary=True)


def ask_in_a_row(*asked: tuple[Statement, Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Ask one statement after the other in one journey, and return the last one's rows; each sees what was before."""
    with _line() as line, line.pipeline():
        cursors = [statement._asked(line, params) for statement, params in asked]
        return cursors[-1].fetchall()


@contextmanager
def _line() -> Iterator["psycopg.Connection[Any]"]:
    """Yield the connection under Django's."""
    django = cast(DatabaseWrapper, connection)
    django.ensure_connection()
    with django.wrap_database_errors:
        raw: psycopg.Connection[Any] = django.connection
        raw.prepare_threshold = 0 if settings.DATABASE_DIRECT_URL == settings.DATABASE_URL else None
        yield raw
