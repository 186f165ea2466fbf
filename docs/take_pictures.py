"""Take the pictures of this folder anew, from a demo that is serving: its people sign in and do their work.

    make demo
    .venv/bin/python docs/take_pictures.py http://127.0.0.1:8000

Those of an operation whose call runs are taken from `make demo ARGS="--stage call"`, with `--call`.

One edition more is composed and sent on the way, to the readers around Maussane, at 200 messages an hour: so the
picture of a sending shows one that is under way. It takes about two minutes.
"""

import argparse
import io
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).parent
BOARD = "jeanne.aubert@professionnels-alpilles.example"
HOST = "helene@mas-des-oliviers.example"
CALLED = "anais@chez-tante-nanoun.example"
READER = "jeanne.martin@boite-aux-lettres.example"
FETES = "Fêtes de fin d’année"
DESKTOP, PHONE = (1280, 860), (390, 844)
LARGEST = 150_000


def main() -> None:
    """Take them all, one after the other."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("site", help="where the demo serves, as its last lines say")
    arguments.add_argument("--call", action="store_true", help="the pictures of an operation whose call runs")
    arguments.add_argument("--chromium", default="/usr/bin/chromium")
    said = arguments.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=said.chromium, args=["--no-sandbox"])
        album = Album(browser, said.site.rstrip("/"))
        if said.call:
            album.call()
        else:
            album.public()
            album.member()
            album.board()
            album.letter()
        browser.close()


class Album:
    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        page = self._page(DESKTOP)
        page.goto(site)
        self.catcher = page.locator(".demo a").get_attribute("href") or ""

    def public(self) -> None:
        """What a stranger sees."""
        self._shot(DESKTOP, "/", "home-desktop")
        page = self._page(PHONE)
        page.goto(f"{self.site}/lettre/alpilles/")
        # what a reader may say of their tastes is folded until they like to
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        self._keep(page, "subscribe-phone", whole=1900)

    def member(self) -> None:
        """What a hotelier sees on a phone."""
        page = self._page(PHONE)
        self._sign_in(page, HOST, "/espace/")
        self._keep(page, "member-phone")
        page.get_by_role("link", name="Noël au milieu des oliviers").click()
        page.get_by_role("link", name="Où l’offre a paru").click()
        self._keep(page, "report-phone")

    def board(self) -> None:
        """The board composes a letter, launches it and watches."""
        page = self._page(DESKTOP)
        self._sign_in(page, BOARD, "/bureau/")
        self._keep(page, "board-desktop")
        page.goto(f"{self.site}/bureau/envois/relais/")
        page.get_by_label("Votre relais").select_option("ovh_mx_plan")
        page.get_by_role("button", name="Enregistrer").click()
        page.goto(f"{self.site}/bureau/editions/nouvelle/")
        page.get_by_label("Titre").fill("Les veillées de l’hiver")
        page.locator("[name=planned_on]").fill((datetime.now(UTC) + timedelta(days=12)).date().isoformat())
        page.get_by_role("button", name="Ouvrir l’édition").click()
        composer = page.url
        for _ in range(4):
            page.get_by_role("button", name=re.compile("^Placer «")).first.click()
            page.wait_for_timeout(700)
        page.get_by_label("Objet du message").fill("Quatre veillées au coin du feu")
        page.get_by_label("Accroche").fill("Contes, vin cuit et ciel d’hiver, à deux pas de chez vous")
        page.get_by_label("Éditorial").fill(
            "Les soirées sont longues et la cheminée tire bien.\n\n"
            "Voici **quatre adresses** où passer l’hiver en bonne compagnie."
        )
        page.get_by_role("button", name="Enregistrer").first.click()
        page.wait_for_timeout(1500)
        page.goto(composer)
        page.wait_for_timeout(1500)
        self._keep(page, "composer-desktop")
        page.get_by_role("button", name="Verrouiller l’édition").click()
        page.get_by_role("link", name="Préparer l’envoi").first.click()
        page.get_by_label("À certains groupes de lecteurs").check()
        page.get_by_label(re.compile("60 km de Maussane")).check()
        page.get_by_role("button", name="Continuer").click()
        self._keep(page, "launch-desktop", whole=1300)
        page.get_by_role("button", name=re.compile("^Envoyer à")).click()
        # the minute of grace, and a little for the first two hundred
        page.get_by_text("200\u00a0partis").wait_for(timeout=120_000)
        self._keep(page, "campaign-desktop")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self._keep(page, "campaign-phone", whole=1300)

    def call(self) -> None:
        """The board runs an operation; a member who is called reads it on a phone."""
        page = self._page(DESKTOP)
        self._sign_in(page, BOARD, "/bureau/operations/")
        page.get_by_role("link", name="L’hiver au coin du feu", exact=True).click()
        self._keep(page, "operation-desktop", whole=1300)
        page.get_by_role("link", name="Appel", exact=True).click()
        self._keep(page, "call-desktop", whole=1300)
        page.get_by_role("link", name="Sélection", exact=True).click()
        self._keep(page, "selection-desktop", whole=1300)
        page.get_by_role("link", name="Consultation", exact=True).click()
        self._keep(page, "consultation-desktop", whole=1300)
        page.goto(f"{self.site}/bureau/calendrier/{datetime.now(UTC).year + 1}/")
        self._keep(page, "year-desktop", whole=2600)
        page.goto(f"{self.site}/bureau/offres/?state=submitted")
        page.get_by_role("link", name="Orion au-dessus d’Aureille").click()
        self._keep(page, "review-desktop", whole=1300)
        phone = self._page(PHONE)
        self._sign_in(phone, CALLED, "/espace/")
        self._keep(phone, "desk-phone")
        phone.get_by_role("link", name="L’hiver au coin du feu", exact=True).click()
        self._keep(phone, "called-phone", whole=1300)

    def letter(self) -> None:
        """The edition of the story, and one of its mails as it was caught."""
        page = self._page(DESKTOP)
        page.goto(f"{self.site}/editions/")
        path = page.get_by_role("link", name=re.compile(FETES)).first.get_attribute("href") or ""
        self._shot((720, 900), path, "edition-desktop", whole=1700)
        self._shot(PHONE, path, "edition-phone", whole=1700)
        mail = self._mail(READER, "&first")
        (DOCS / "examples" / "fetes-de-fin-d-annee.eml").write_bytes(mail)

    def _sign_in(self, page: Page, address: str, to: str) -> None:
        page.goto(f"{self.site}/connexion/?next={to}")
        page.get_by_label("Votre adresse e-mail").fill(address)
        page.get_by_role("button", name="Recevoir le lien").click()
        link = _until(lambda: re.search(rb"https?://\S+/connexion/lien/[\w./?=%&-]+", _unfolded(self._mail(address))))
        page.goto(link[0].decode())
        page.get_by_role("button", name="Me connecter").click()

    def _mail(self, address: str, more: str = "") -> bytes:
        url = f"{self.catcher}/raw?to={urllib.parse.quote(address)}{more}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=10) as answer:
                return bytes(answer.read())
        except HTTPError:
            return b""

    def _page(self, size: tuple[int, int]) -> Page:
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="fr-FR", color_scheme="light"
        )
        return context.new_page()

    def _shot(self, size: tuple[int, int], path: str, name: str, *, whole: int = 0) -> None:
        page = self._page(size)
        page.goto(self.site + path)
        self._keep(page, name, whole=whole)

    def _keep(self, page: Page, name: str, *, whole: int = 0) -> None:
        """Keep what the window shows, or the page down to so many pixels, as a small PNG."""
        page.wait_for_timeout(500)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=bool(whole)))).convert("RGB")
        if whole:
            picture = picture.crop((0, 0, picture.width, min(whole, picture.height)))
        colours = 256
        while True:
            out = io.BytesIO()
            picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
            if out.tell() <= LARGEST:
                break
            if colours > 64:
                colours //= 2
            else:
                picture = picture.resize((picture.width * 9 // 10, picture.height * 9 // 10), Image.Resampling.LANCZOS)
        (DOCS / "pictures" / f"{name}.png").write_bytes(out.getvalue())
        sys.stdout.write(f"{name}.png  {out.tell() // 1000} kB\n")


def _unfolded(mail: bytes) -> bytes:
    """Undo quoted-printable's line ends, as far as a link needs it."""
    return mail.replace(b"=\r\n", b"").replace(b"=3D", b"=")


def _until(ask: Callable[[], re.Match[bytes] | None], seconds: float = 20) -> re.Match[bytes]:
    """Ask until there is an answer; mails take a moment."""
    deadline = time.monotonic() + seconds
    while (found := ask()) is None:
        if time.monotonic() > deadline:
            raise SystemExit("No log-in mail came: is the demo still serving?")
        time.sleep(0.3)
    return found


if __name__ == "__main__":
    main()
