"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import settings as hypothesis_settings

# a busy machine is no counterexample
hypothesis_settings.register_profile("garrigue", deadline=None)
hypothesis_settings.load_profile("garrigue")


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: object, tmp_path: object) -> None:
    """Uploads of a test never reach the project's own."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined, operator]


@pytest.fixture(autouse=True)
def _french_first() -> Iterator[None]:
    """A page in another language leaves it active in the thread; the next test begins in French."""
    with translation.override("fr"):
        yield
