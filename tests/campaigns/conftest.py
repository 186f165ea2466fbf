"""Whatever a test of the sending did, the ledger keeps its promises at its end."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from campaigns import invariants
from newsletter.models import User
from tests import make

# A test's clock may stand at noon of another day: what only time can break is left to its own tests.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_ledger_stands(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    yield
    if request.node.get_closest_marker("broken_ledger") or connection.needs_rollback:
        return
    assert invariants.check(now=LONG_AGO) == []


@pytest.fixture
def board(client: Client) -> User:
    """The board at its desk."""
    person = make.board_member("jeanne@alpilles.example", name="Jeanne Aubert")
    client.force_login(person)
    return person
