"""A process with other keys than those that made the database refuses to start."""

import pytest

from newsletter import keys
from newsletter.models import KeyFingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known(settings: pytest.FixtureRequest) -> None:
    KeyFingerprint.objects.all().delete()
    settings.SIGNING_KEYS = (("a", "first"), ("b", "second"))  # type: ignore[attr-defined]
    keys.record()


def test_the_same_keys_start() -> None:
    keys.verify()


def test_a_new_signing_key_may_be_added_in_front(settings: pytest.FixtureRequest) -> None:
    settings.SIGNING_KEYS = (("c", "third"), ("a", "first"), ("b", "second"))  # type: ignore[attr-defined]
    keys.verify()
    keys.record()
    keys.verify()
    assert KeyFingerprint.objects.filter(name="SIGNING_KEYS c").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ADDRESS_PEPPER", "another", "ADDRESS_PEPPER is not the one"),
        ("SIGNING_KEYS", (("a", "other"), ("b", "second")), "SIGNING_KEYS a is not the one"),
        ("SIGNING_KEYS", (("a", "first"),), "SIGNING_KEYS b is missing"),
    ],
)
def test_other_keys_are_refused_in_a_sentence(
    settings: pytest.FixtureRequest, name: str, value: object, said: str
) -> None:
    setattr(settings, name, value)
    with pytest.raises(keys.OtherKeys, match=said):
        keys.verify()


def test_a_fingerprint_tells_nothing_of_its_key() -> None:
    assert not any("first" in row.digest for row in KeyFingerprint.objects.all())
