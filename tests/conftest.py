"""What every test may ask for."""

import gc
from collections.abc import Iterator

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests import emptying

# a busy machine is no counterexample
hypothesis_settings.register_profile("garrigue", deadline=None)
hypothesis_settings.load_profile("garrigue")


JOURNEYS = "tests/journeys/"
# It begins early too: of two processes neither should be left alone with a long way at the end.
LONG = ("tests/test_every_page.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ways first."""
    items.sort(key=lambda item: 0 if item.nodeid.startswith(JOURNEYS) else 1 if item.nodeid.startswith(LONG) else 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Let several processes share the files, each whole; the journeys through one house stay together.

    xdist's own groups write themselves into a name that pytest 9 no longer reads: with them each test was alone.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByHouse(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "house" if file.startswith(JOURNEYS) and not file.endswith("test_demo.py") else file

    return ByHouse(config, log)


def pytest_collection_finish() -> None:
    """What all tests share stays to the end: nobody looks through it for rubbish again and again."""
    gc.collect()
    gc.freeze()


# Django's own server lets ten callers wait; the kernel resets the eleventh now and then, and a crowd is fifty.
ThreadedWSGIServer.request_queue_size = 128


@pytest.fixture(autouse=True, scope="session")
def _only_what_was_written_is_emptied() -> Iterator[None]:
    with emptying.quick():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A line that a thread or a process left open does not keep the tests' database from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: object, tmp_path: object) -> None:
    """Uploads of a test never reach the project's own."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined, operator]
    settings.PRIVATE_ROOT = tmp_path / "private"  # type: ignore[attr-defined, operator]


@pytest.fixture(autouse=True)
def _french_first() -> Iterator[None]:
    """A page in another language leaves it active in the thread; the next test begins in French."""
    with translation.override("fr"):
        yield
