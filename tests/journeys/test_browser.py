"""What only a browser shows: a phone's screen, dragging, progress by itself, no scripts, and no stranger called."""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FloatRect,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from newsletter.servers.process import CODE
from tests.journeys.house import House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]

PICTURE = CODE / "data" / "demo" / "pictures" / "huile-nouvelle.jpg"
MARIUS, MARGUERITE = "marius.pelissier@alpilles.example", "marguerite@moulin.example"
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
PUBLIC = ("/", "/lettre/alpilles/", "/lettre/alpilles/merci/", "/editions/")
BOARD = (
    *("/bureau/", "/bureau/offres/", "/bureau/membres/", "/bureau/membres/nouveau/", "/bureau/editions/"),
    *("/bureau/editions/nouvelle/", "/bureau/lecteurs/", "/bureau/segments/", "/bureau/segments/nouveau/"),
    *("/bureau/envois/", "/bureau/envois/relais/"),
)
OIL, BREAD, NIGHT = "L’huile nouvelle", "Le pain frotté d’ail", "Une nuit de pressée"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Witness:
    """Hears everything that a context asks for and everything that its pages complain about."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.asked: list[str] = []
        self.complaints: list[str] = []
        context.on("request", self._hear)
        context.on("console", lambda line: self._complain(line.type, line.text))
        context.on("weberror", lambda wrong: self.complaints.append(str(wrong.error)))

    def _hear(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def swear(self) -> None:
        """No console error, no violation of the security policy, no request to any other host."""
        assert [url for url in self.asked if not url.startswith(f"{self.site}/")] == []
        assert self.complaints == []


@pytest.fixture
def witness(house: House) -> Iterator[list[Witness]]:
    """The witnesses of a test; all are heard at its end."""
    heard: list[Witness] = []
    yield heard
    for each in heard:
        each.swear()


@pytest.fixture
def phone(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


@pytest.fixture
def desktop(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, viewport={"width": 1280, "height": 900})


@pytest.fixture
def without_scripts(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, viewport={"width": 320, "height": 640}, java_script_enabled=False)


def _page(browser: Browser, house: House, witness: list[Witness], **options: object) -> Iterator[Page]:
    context = browser.new_context(base_url=house.site, locale="fr-FR", timezone_id="Europe/Paris", **options)
    context.set_default_timeout(15_000)
    witness.append(Witness(context, house.site))
    yield context.new_page()
    context.close()


def sign_in(page: Page, house: House, address: str) -> None:
    page.goto("/connexion/")
    page.get_by_label("Votre adresse e-mail").fill(address)
    ask = page.get_by_role("button", name="Recevoir le lien")
    page.goto(house.sign_in_link(address, asked_by=ask.click))
    page.get_by_role("button", name="Me connecter").click()


def fits(page: Page) -> bool:
    """Return whether nothing has to be pushed sideways to be read."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_member_proposes_an_offer_on_a_phone(house: House, phone: Page) -> None:
    sign_in(phone, house, MARGUERITE)
    assert fits(phone)
    phone.get_by_role("link", name="Proposer une offre").click()
    phone.get_by_label("Titre", exact=True).fill("La veillée des olives")
    text = "On trie, on chante, on soupe."
    phone.get_by_label("Texte", exact=True).fill(text)
    expect(phone.get_by_text(f"{600 - len(text)} caractères restants")).to_be_visible()
    phone.get_by_label("Prix", exact=True).select_option("free")
    expect(phone.get_by_label("Montant TTC (€)")).to_be_hidden()
    phone.get_by_label("Premier jour").fill(TODAY.isoformat())
    phone.get_by_label("Dernier jour").fill((TODAY + timedelta(days=30)).isoformat())
    phone.get_by_label("Lien pour réserver").fill("www.moulin.example/veillee")
    phone.get_by_label(re.compile("^Photo")).set_input_files(PICTURE)
    expect(phone.locator(".whole img")).to_be_visible(timeout=30_000)
    phone.get_by_label("Ce qu’on voit sur la photo").fill("L’huile coule")
    phone.get_by_label("J’ai le droit d’utiliser cette photo").check()
    phone.get_by_text("Thèmes et public").tap()
    phone.get_by_label("Huile et olives").check()
    assert fits(phone)

    phone.get_by_role("button", name="Envoyer au bureau").tap()

    expect(phone.get_by_text("L’offre est chez le bureau")).to_be_visible()
    expect(phone.get_by_role("heading", level=1, name="La veillée des olives")).to_be_visible()
    assert phone.get_by_role("img", name="L’huile coule").evaluate(LOADED) > 0
    assert fits(phone)


def test_the_board_composes_by_pressing_and_dragging_and_the_preview_follows(house: House, desktop: Page) -> None:
    sign_in(desktop, house, MARIUS)
    open_edition(desktop, "Les soirs du moulin")
    letter = desktop.frame_locator("#apercu")
    for offer in (OIL, BREAD, NIGHT):
        desktop.get_by_role("button", name=f"Placer « {offer} »").click()
        expect(letter.get_by_text(offer).first).to_be_visible()
    assert order(desktop) == [OIL, BREAD, NIGHT]

    with desktop.expect_response("**/deplacer/**"):
        desktop.get_by_role("button", name=f"Descendre « {OIL} »").press("Enter")
    expect(desktop.locator(".seats .name")).to_have_text([BREAD, OIL, NIGHT])

    with desktop.expect_response("**/ordre/"):
        drag(desktop, "Une nuit", above="Le pain")
    expect(desktop.locator(".seats .name")).to_have_text([NIGHT, BREAD, OIL])
    desktop.reload()
    assert order(desktop) == [NIGHT, BREAD, OIL]
    assert order_in(letter.locator("body").inner_text()) == [NIGHT, BREAD, OIL]

    desktop.get_by_label("Objet du message").fill("Le moulin veille")
    desktop.get_by_label("Éditorial").fill("Pour vous, {prénom}, la meule tourne.")
    expect(letter.get_by_text("Pour vous, Marius, la meule tourne.")).to_be_visible()
    desktop.get_by_label("Téléphone").check()
    assert letter.locator("body").evaluate("() => innerWidth") == 390
    desktop.get_by_role("link", name="Texte seul").click()
    expect(letter.get_by_text("la meule tourne.")).to_be_visible()


def test_a_sending_is_watched_without_touching_the_page_and_a_reader_leaves_without_scripts(
    house: House, desktop: Page, without_scripts: Page
) -> None:
    sign_in(desktop, house, MARIUS)
    open_edition(desktop, "La nuit du moulin")
    desktop.get_by_role("button", name=f"Placer « {NIGHT} »").click()
    with desktop.expect_response("**/texte/**"):  # placing says that it is kept, too
        desktop.get_by_label("Objet du message").fill("La nuit du moulin")
    expect(desktop.get_by_text("Enregistré à")).to_be_visible()
    desktop.get_by_role("button", name="Verrouiller l’édition").click()
    desktop.get_by_role("link", name="Préparer l’envoi").click()
    desktop.get_by_role("button", name="Continuer").click()
    desktop.get_by_role("button", name="Envoyer à").click()
    expect(desktop.get_by_text("Rien n’est encore parti.")).to_be_visible()
    desktop.evaluate("window.neverLeft = true")
    house.let_the_minute_pass(int(desktop.url.split("/")[-2]))
    expect(desktop.locator("#standing .tag")).to_have_text("Terminé", timeout=30_000)
    expect(desktop.get_by_role("button", name="Reprendre la main")).to_have_count(0)
    expect(desktop.locator("#progress .figure")).to_contain_text(re.compile(r"^(\d+)\s+sur \1 message"))
    assert desktop.evaluate("window.neverLeft") is True

    reader = without_scripts
    way_out = house.letter("rosalie@lecteurs.example", "La nuit du moulin").link("/u/")
    reader.goto(way_out)
    reader.get_by_role("button", name="Me désinscrire").click()
    expect(reader.get_by_role("heading", level=1, name="C’est fait.")).to_be_visible()
    reader.get_by_role("button", name="Moins souvent").click()
    expect(reader.get_by_text("une lettre par mois au plus")).to_be_visible()
    reader.goto(way_out)
    reader.get_by_role("button", name="Me désinscrire").click()
    expect(reader.get_by_text("Un message déjà parti peut encore arriver")).to_be_visible()


def test_every_page_of_the_board_fits_a_phone(house: House, phone: Page) -> None:
    sign_in(phone, house, MARIUS)
    too_wide = []
    for path in (*PUBLIC, *BOARD):
        answer = phone.goto(path)
        assert answer
        assert answer.ok, path
        too_wide += [] if fits(phone) else [path]

    assert too_wide == []


def open_edition(page: Page, title: str) -> None:
    page.goto("/bureau/editions/nouvelle/")
    page.get_by_label("Titre").fill(title)
    page.get_by_label("Jour d’envoi prévu").fill((TODAY + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Ouvrir l’édition").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def order(page: Page) -> list[str]:
    return page.locator(".seats .name").all_inner_texts()


def order_in(text: str) -> list[str]:
    return sorted((OIL, BREAD, NIGHT), key=text.index)


# a picture is looked at once it is there
LOADED = "image => image.decode().then(() => image.naturalWidth)"


def resting(seat: Locator) -> FloatRect:
    """Return where it stands once it has stood there for a moment: the list was just drawn anew."""
    before: FloatRect | None = None
    for _ in range(100):
        here = seat.bounding_box()
        if here and here == before:
            return here
        before = here
        seat.page.wait_for_timeout(100)
    raise AssertionError("it never came to rest")


def drag(page: Page, seat: str, *, above: str) -> None:
    """Take a seat by its handle with the pointer, and let it go at the upper edge of another."""
    start = resting(page.locator(".seats li", has_text=seat).locator(".handle"))
    end = resting(page.locator(".seats li", has_text=above))
    x = start["x"] + start["width"] / 2
    page.mouse.move(x, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, end["y"] + end["height"], steps=15)
    for step in range(40):
        # as a hand does that waits for the others to make room: while they move, nothing is taken from it
        page.mouse.move(x, end["y"] + 4 + step % 2 * 4, steps=3)
        if seat in order(page)[0]:
            break
        page.wait_for_timeout(50)
    page.mouse.up()
