"""Links that open something for one reader."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.urls import resolve

from audiences import links
from audiences.links import Ask, BadToken, Who
from newsletter.signing import Purpose

KEY = bytes(range(32))
ASKED = Ask(7, datetime(2026, 11, 23, 11, 0, 0, 123457, tzinfo=UTC))


def path(url: str) -> str:
    assert url.startswith(settings.SITE_URL)
    return url.removeprefix(settings.SITE_URL)


def test_the_paths_of_links_are_those_of_the_url_table() -> None:
    unsubscribe = resolve(path(links.unsubscribe_url(3, KEY)))
    preferences = resolve(path(links.preferences_url(3, KEY)))
    confirm = resolve(path(links.confirm_url(ASKED)))

    assert (unsubscribe.url_name, preferences.url_name, confirm.url_name) == ("unsubscribe", "preferences", "confirm")
    assert links.read(Purpose.UNSUBSCRIBE, unsubscribe.kwargs["token"]) == Who(3, KEY)
    assert links.read(Purpose.PREFERENCES, preferences.kwargs["token"]) == Who(3, KEY)
    assert links.read_ask(confirm.kwargs["token"]) == ASKED


def test_a_token_of_one_purpose_opens_nothing_else() -> None:
    token = resolve(path(links.unsubscribe_url(3, KEY))).kwargs["token"]
    with pytest.raises(BadToken):
        links.read(Purpose.PREFERENCES, token)
    with pytest.raises(BadToken):
        links.read_ask(token)


def test_a_link_works_for_life_after_the_keys_were_rotated(settings: object) -> None:
    settings.SIGNING_KEYS = (("old", "one"),)  # type: ignore[attr-defined]
    token = resolve(path(links.unsubscribe_url(3, KEY))).kwargs["token"]
    settings.SIGNING_KEYS = (("new", "two"), ("old", "one"))  # type: ignore[attr-defined]
    assert links.read(Purpose.UNSUBSCRIBE, token) == Who(3, KEY)
    settings.SIGNING_KEYS = (("new", "two"),)  # type: ignore[attr-defined]
    with pytest.raises(BadToken):
        links.read(Purpose.UNSUBSCRIBE, token)
