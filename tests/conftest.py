"""What every test may ask for."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import emptying

# a busy machine is no counterexample
hypothesis_settings.register_profile("garrigue", deadline=None)
hypothesis_settings.load_profile("garrigue")


# Of two processes neither should be left alone with one of these at the end.
TESTS = Path(__file__).parent
JOURNEYS = TESTS / "journeys"
LONG = [TESTS / name for name in ("test_every_page.py", "test_bench_send.py", "campaigns/test_watchdog.py")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let several processes share the files, each whole; the long ways first, those through one house together."""
    items.sort(key=lambda item: 0 if item.path.parent == JOURNEYS else 1 if item.path in LONG else 2)
    for item in items:
        through_it = item.path.parent == JOURNEYS and "house" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("house" if through_it else str(item.path)))


def pytest_collection_finish() -> None:
    """What all tests share stays to the end: nobody looks through it for rubbish again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _only_what_was_written_is_emptied() -> Iterator[None]:
    with emptying.quick():
        yield


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: object, tmp_path: object) -> None:
    """Uploads of a test never reach the project's own."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined, operator]


@pytest.fixture(autouse=True)
def _french_first() -> Iterator[None]:
    """A page in another language leaves it active in the thread; the next test begins in French."""
    with translation.override("fr"):
        yield
