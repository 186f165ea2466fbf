"""Every page that a visitor can open, read once: it speaks their language and fits the narrowest phone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests.everything import Story, pages
from tests.journeys.test_browser import CHROMIUM
from tests.test_languages import CARD, ENGLISH, french_in
from tests.test_widths import too_wide

pytestmark = pytest.mark.django_db
OWN_TO_A_PAGE = re.compile(r" (?:value|href|action)=\"[^\"]*\"| hx-headers='[^']*'")
LEAST = {"admin": 1, "board": 85, "member": 35, "": 15}
# What an administrator reads beyond the board, whose pages are theirs.
PART = {"admin": "/personnes/"}


def kind_of(url: str) -> str:
    """Return the address without what is an object's own: its number, its token."""
    return re.sub(r"\d+|(?<=/)\S{40,}(?=/)", "#", urlsplit(url).path)


@dataclass(frozen=True)
class Visitor:
    who: str
    client: Client
    read: dict[str, str]  # what they were shown, by address


@pytest.fixture(scope="module")
def story(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Told once, and never committed: what a test does to it is taken back to where it began."""
    own = {"DEMO": True, "MEDIA_ROOT": tmp_path_factory.mktemp("media")}
    with django_db_blocker.unblock(), override_settings(**own), translation.override("fr"), transaction.atomic():
        yield Story()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def visitor(story: Story, request: pytest.FixtureRequest) -> Visitor:
    """Somebody of the story, or a stranger whose browser asks for English, who has opened every page."""
    client = Client()
    if request.param:
        client.force_login(getattr(story, request.param))
    asked = {} if request.param else ENGLISH
    with translation.override(settings.LANGUAGE_CODE):
        return Visitor(request.param, client, pages(client, story, of=PART.get(request.param, ""), **asked))


every_visitor = pytest.mark.parametrize("visitor", LEAST, indirect=True, scope="module")


@every_visitor
def test_every_page_speaks_english_to_whoever_asked_for_it(visitor: Visitor) -> None:
    assert len(visitor.read) >= LEAST[visitor.who]
    assert {url: found for url, html in visitor.read.items() if (found := french_in(html))} == {}
    said_by_us = {url: html for url, html in visitor.read.items() if "<html" in html and not CARD.search(url)}
    assert {url for url, html in said_by_us.items() if '<html lang="en"' not in html} == set()


@pytest.fixture(scope="module")
def tried() -> set[tuple[str, ...]]:
    """The forms that somebody has filled in: of one kind of page and with the same fields, one is enough."""
    return set()


@every_visitor
def test_every_form_names_its_mistakes_in_english(visitor: Visitor, tried: set[tuple[str, ...]]) -> None:
    for url, html in visitor.read.items():
        fields = re.findall(r"<(?:input|select|textarea)[^>]* name=\"(\w+)\"", html)
        form = (kind_of(url), *sorted(set(fields)))
        if form in tried or not set(fields) - {"next", "csrfmiddlewaretoken"}:
            continue
        tried.add(form)
        for typed in ("", "%", "9" * 999):
            answer = visitor.client.post(url, {**dict.fromkeys(fields, typed), "act": "submit"}, **ENGLISH)
            assert french_in(answer.content.decode()) == set(), url


@pytest.mark.journey
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)")
@pytest.mark.parametrize("visitor", ["board", "member", ""], indirect=True, scope="module")
def test_every_page_fits_the_narrowest_phone(visitor: Visitor) -> None:
    # of the pages of one kind, the last: its row has most to tell; and of those that look the same (“not found”), one
    kinds = {kind_of(url): url for url in visitor.read}
    looks = {OWN_TO_A_PAGE.sub("", visitor.read[url]): url for url in kinds.values()}
    assert len(looks) > 8
    assert too_wide({urlsplit(url).path: visitor.read[url] for url in looks.values()}, width=320) == []
