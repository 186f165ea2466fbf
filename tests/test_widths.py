"""The letter itself, read on the narrowest phone: nothing has to be pushed sideways; every page: test_every_page.py."""

import mimetypes
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, sync_playwright

from newsletter import contents, rendering
from newsletter.core.interests import Category
from tests import make
from tests.journeys.test_browser import CHROMIUM, QUIET, fits

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]
SITE = "http://garrigue.example"


def too_wide(read: dict[str, str], *, width: int, pictures: bool = True, dark: bool = False) -> list[str]:
    """Return the addresses of what does not fit a screen of that many pixels, folded or with everything unfolded.

    No network: what was read is shown.
    """

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
        context = browser.new_context(
            viewport={"width": width, "height": 640},
            device_scale_factor=1,
            is_mobile=True,
            color_scheme="dark" if dark else "light",
        )
        page: Page = context.new_page()
        page.route("**/*", answer)
        if not pictures:
            page.route("**/*.{jpg,png,svg}", lambda route: route.abort())
        for path in read:
            page.goto(SITE + path, wait_until="load")
            if not fits(page):
                wide.append(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            if not fits(page):
                wide.append(f"{path}, unfolded")
        browser.close()
    return wide


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True)])
def test_a_call_of_many_with_long_names_fits_a_phone(width: int, dark: bool) -> None:
    """Its tables scroll in their own box, whatever they count."""
    long = "Saint-Remèze-du-Grand-Val-et-de-la-Basse-Montagne"
    places = [make.place(f"{long} {n}"[:60], insee=f"1300{n}") for n in range(4)]
    called = [
        make.member(f"Hostellerie-du-Vallon-et-de-la-Combe-Murmurante {n}", category=category, commune=places[n % 4])
        for n, category in enumerate([*Category, *Category])
    ]
    wanted = dict.fromkeys([*Category, *places], (2, 12))
    row = make.calling(*called, wanted=wanted, closes_at=timezone.now() + timedelta(days=5))
    for call in list(row.calls.all())[:5]:
        make.answered(call, title="Anticonstitutionnellementincroyablementlong")
    client = Client()
    client.force_login(make.board_member())
    names = ("operation", "operation-call", "operation-selection", "operation-consultation", "operation-targets")
    urls = [reverse(f"board:{name}" if name != "operation-targets" else name, args=[row.pk]) for name in names]

    assert too_wide({url: client.get(url).content.decode() for url in urls}, width=width, dark=dark) == []


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
