"""A reader's pages through axe-core, as they are read on the narrowest phone: no finding that keeps anybody out."""

import hashlib
import mimetypes
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, sync_playwright

from audiences import ceilings, links
from audiences.keys import key_of
from audiences.models import Subscription
from tests import make
from tests.journeys.test_browser import CHROMIUM, QUIET, fits

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]
# axe-core 4.14.1 (MPL-2.0), as the npm package of that name has it.
AXE = Path(__file__).parents[2] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SITE, JEANNE = "http://garrigue.example", "jeanne@orange.example"
SERIOUS = ("serious", "critical")


def test_axe_is_the_one_that_was_taken_in() -> None:
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == DIGEST


def read(language: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every page that a reader may see, in every state that has words of its own."""
    letter = make.newsletter(slug="alpilles")
    other = make.newsletter(name="La lettre du Luberon")
    jeanne = make.consenting(JEANNE, of=letter, language=language, first_name="Jeanne")
    Subscription.objects.create(newsletter=other, subscriber=jeanne, state="confirmed", confirmed_at=timezone.now())
    make.place("Paradou", insee="13068")
    make.place("Maussane-les-Alpilles", insee="13058")
    asked = Subscription.objects.get(newsletter=letter)
    Subscription.objects.filter(pk=asked.pk).update(asked_at=timezone.now())
    asked.refresh_from_db()
    assert asked.asked_at is not None
    key, client, seen = key_of(JEANNE), Client(headers={"accept-language": language}), {}

    def path(url: str) -> str:
        return urlsplit(url).path

    def look(name: str, url: str, **said: str) -> None:
        answer = client.post(url, said) if said else client.get(url)
        seen[f"/{name}"] = answer.content.decode()

    form = path("/lettre/alpilles/")
    way_in, out = path(links.preferences_url(letter.pk, key)), path(links.unsubscribe_url(letter.pk, key))
    data = path(links.data_url(links.DataAsk(key, timezone.now())))
    look("form", form)
    look("form-faults", form, email="jeanne", where="13520", first_name="8", language="xx")
    look("form-slip", form, email=f"jeanne@{'gmial.com'}", newsletter="on", language=language)
    with monkeypatch.context() as patch:
        patch.setattr(ceilings, "OF_ALL", 0)
        stamp = re.search(r'name="stamp" value="([^"]+)"', seen["/form"])
        assert stamp
        patch.setattr("audiences.forms.FASTEST", timedelta(0))
        look("form-crowded", form, stamp=stamp[1], email=JEANNE, newsletter="on", language=language)
    look("thanks", f"{form}merci/")
    look("confirm", path(links.confirm_url(links.Ask(asked.pk, asked.asked_at))))
    look("preferences", way_in)
    look("preferences-kept", way_in, language=language, frequency="monthly", where="13520", commune="13068")
    look("preferences-faults", way_in, language="xx", frequency="often", paused_until="x")
    look("data-asked", f"{way_in}mes-donnees/", x="1")
    look("data", data)
    look("forget", f"{data}oublier/")
    look("unmeasure", path(links.unmeasure_url(letter.pk, key)))
    look("unmeasured", path(links.unmeasure_url(letter.pk, key)), x="1")
    look("stay", path(links.stay_url(letter.pk, key)))
    look("stays", path(links.stay_url(letter.pk, key)), x="1")
    look("leave", out)
    look("left", out, x="1")
    look("ended", way_in)
    look("back", f"{out}/revenir/", how="monthly")
    look("left-all", f"{way_in}tout-quitter/", x="1")
    look("forgotten", f"{data}oublier/", x="1")
    look("over", data)
    return seen


@pytest.mark.parametrize(("language", "dark"), [("fr", False), ("en", True)])
def test_no_page_of_a_reader_keeps_anybody_out(language: str, dark: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = read(language, monkeypatch)

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in seen:
            route.fulfill(body=seen[path], content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (file := finders.find(path.removeprefix("/static/"))):
            route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])
        else:
            route.abort()

    found: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(
            viewport={"width": 320, "height": 640}, is_mobile=True, color_scheme="dark" if dark else "light"
        )
        page: Page = context.new_page()
        page.route("**/*", answer)
        for path in seen:
            page.goto(SITE + path, wait_until="load")
            assert page.get_attribute("html", "lang") == language, path
            assert page.locator("h1").count() == 1, path
            assert fits(page), path
            page.evaluate(AXE.read_text())
            said = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            grave = [one for one in said["violations"] if one["impact"] in SERIOUS]
            if grave:
                found[path] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in grave]
        browser.close()

    assert len(seen) > 20
    assert re.search("Trop de demandes|Too many requests", seen["/form-crowded"])
    assert found == {}


def test_axe_sees_what_keeps_people_out() -> None:
    """Or the test above could not fail."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.set_content('<html lang="fr"><title>x</title><main><h1>x</h1><input><p style="color:#ccc">pâle</p></main>')
        page.evaluate(AXE.read_text())
        said = page.evaluate("axe.run(document)")
        browser.close()
    assert {one["id"] for one in said["violations"] if one["impact"] in SERIOUS} >= {"label", "color-contrast"}
