"""Lines to the database that were cut while they lay in the pool."""

import select
from contextlib import closing

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from newsletter.postgresql.base import lives

# As many as the pool may hold.
LINES = 8
pytestmark = pytest.mark.django_db(transaction=True)


def who() -> int:
    """Return the server's process behind the line that is used now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def next_one() -> int:
    """Give the line back, and return who is behind the one that is taken then."""
    connection.close()
    return who()


def cut(pid: int) -> None:
    """End the server's side, as a restart does."""
    with closing(psycopg.connect(settings.DATABASE_URL, autocommit=True)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
            pass


def test_a_line_lies_in_the_pool_and_is_taken_again() -> None:
    first = who()
    assert first in {next_one() for _ in range(LINES)}


def test_a_line_that_was_cut_while_it_lay_there_is_thrown_away() -> None:
    first = who()
    connection.close()
    cut(first)
    assert first not in {next_one() for _ in range(LINES)}


def test_a_line_that_is_cut_in_use_says_so_once() -> None:
    first = who()
    cut(first)
    with pytest.raises(OperationalError):
        who()
    connection.close()
    assert who() != first


def test_a_server_that_said_something_unasked_is_asked_and_kept() -> None:
    ours, other = (psycopg.connect(settings.DATABASE_URL, autocommit=True) for _ in range(2))
    with closing(ours), closing(other):
        ours.execute("LISTEN elsewhere")
        other.execute("NOTIFY elsewhere")
        assert lives(ours)
        other.execute("SELECT pg_terminate_backend(%s)", [ours.info.backend_pid])
        select.select([ours.pgconn.socket], [], [], 10)
        assert not lives(ours)
