"""After a test that committed, the database is as it was; only the tables that it wrote to are emptied.

Django's `flush` truncates all seventy of them and then makes its own rows anew: longer than most of these tests.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection, transaction
from django.test import TransactionTestCase

# What `migrate` leaves of itself; a test may have touched it.
STANDING = ("newsletter_keyfingerprint", "audiences_wording", "auth_permission", "django_content_type")


class Found(NamedTuple):
    written: list[str]  # the tables that have rows
    standing: str  # what the others hold, in a few letters
    may: bool  # whether we may leave triggers and foreign keys aside
    busy: int  # who else is still at something


@contextmanager
def quick() -> Iterator[None]:
    """Have every test case that commits end like this, and the first of them by a whole flush."""
    flush, standing = TransactionTestCase._fixture_teardown, [""]

    def empty(case: TransactionTestCase) -> None:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        found = _look(tables := sorted(set(names) - set(STANDING)))
        if found.may and found.standing == standing[0]:
            _empty(found.written)
        else:
            flush(case)
            standing[0] = _look(tables).standing

    TransactionTestCase._fixture_teardown = empty
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = flush


def _look(tables: list[str], patience: float = 30) -> Found:
    """Return what is there once everyone else is done: TRUNCATE would wait for them too."""
    has = ", ".join(f'EXISTS (SELECT FROM "{name}")' for name in tables)
    standing = " || '/' || ".join(
        f"coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t), '')" for name in STANDING
    )
    others = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    deadline = time.monotonic() + patience
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT ARRAY[{has}], {standing}, current_setting('is_superuser') = 'on',"
                f" (SELECT count(*) FROM pg_stat_activity WHERE {others} AND xact_start IS NOT NULL)"
            )
            rows, *rest = cursor.fetchone()
        found = Found([name for name, some in zip(tables, rows, strict=True) if some], *rest)
        if not found.busy:
            return found
        assert time.monotonic() < deadline, "a transaction of this test never ended"
        time.sleep(0.02)


def _empty(tables: list[str]) -> None:
    """Empty them all at once, without a word of triggers and foreign keys."""
    if tables:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f'DELETE FROM "{name}"' for name in tables))
