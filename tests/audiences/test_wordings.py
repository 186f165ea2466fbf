"""The words beside the boxes."""

import pytest

from audiences import wordings
from audiences.core.consent import Purpose
from audiences.models import Wording

# A text that people agreed to is never edited: a change is a new version, added here beside the old one.
AGREED_TO = {
    ("newsletter", "fr", 1): "067e841053088788",
    ("newsletter", "en", 1): "79d92a5ad478dad6",
    ("tracking", "fr", 1): "24344efda389d2b5",
    ("tracking", "en", 1): "6d158bf47d56c6f2",
}


def test_no_agreed_text_was_edited() -> None:
    assert {(v.purpose.value, v.locale, v.version): v.digest[:16] for v in wordings.VERSIONS} == AGREED_TO


@pytest.mark.django_db
def test_every_version_stands_as_a_row_after_the_migrations() -> None:
    wordings.ensure()
    rows = {(row.purpose, row.locale, row.version): row.digest[:16] for row in Wording.objects.all()}
    assert rows == AGREED_TO


def test_a_language_without_words_of_its_own_reads_the_french_ones() -> None:
    assert wordings.current(Purpose.TRACKING, "de") == wordings.current(Purpose.TRACKING, "fr")
