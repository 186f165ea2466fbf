"""The letter itself, read on the narrowest phone: nothing has to be pushed sideways; every page: test_every_page.py."""

import mimetypes
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route, sync_playwright

from newsletter import contents, rendering
from tests import make
from tests.journeys.test_browser import CHROMIUM, QUIET, fits

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]
SITE = "http://garrigue.example"


def too_wide(read: dict[str, str], *, width: int, pictures: bool = True) -> list[str]:
    """Return the addresses of what does not fit a screen of that many pixels. No network: what was read is shown."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in read:
            route.fulfill(body=read[path], content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (file := finders.find(path.removeprefix("/static/"))):
            route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])
        else:
            route.abort()

    wide = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(viewport={"width": width, "height": 640}, device_scale_factor=1, is_mobile=True)
        page: Page = context.new_page()
        page.route("**/*", answer)
        if not pictures:
            page.route("**/*.{jpg,png,svg}", lambda route: route.abort())
        for path in read:
            page.goto(SITE + path, wait_until="load")
            if not fits(page):
                wide.append(path)
        browser.close()
    return wide


@pytest.mark.parametrize("pictures", [True, False])
def test_the_letter_fits_it_too_with_pictures_and_without(pictures: bool) -> None:
    offers = [
        make.approved(title=title, text=text, price="142.00", price_kind="from", price_unit="night")
        for title, text in (
            ("Noël au milieu des oliviers", "Une nuit, un feu, du pain."),
            ("Anticonstitutionnellementincroyablementlong", "Chaque mot " * 40),
            ("Le gros souper", "https://un-lien.example/" + "tres-long/" * 6),
        )
    ]
    edition = make.edition(*offers, subject="Noël", preheader="En hiver")
    html = rendering.render(contents.content_of(edition)).html

    assert too_wide({"/lettre": html}, width=320, pictures=pictures) == []
