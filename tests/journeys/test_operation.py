"""An operation from its first word to an edition that waits: board at a desk, a partner, members on a phone."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.house import House
from tests.journeys.test_browser import CHROMIUM, MARGUERITE, MARIUS, QUIET, TODAY, Witness, _page, fits, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]
THEME, OFFER = "L’hiver au coin du feu", "La soupe du moulin"
HELENE, OFFICE = "helene@mas.example", "office@tourisme.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def witness() -> Iterator[list[Witness]]:
    """The witnesses of a test; all are heard at its end."""
    heard: list[Witness] = []
    yield heard
    for each in heard:
        each.swear()


@pytest.fixture
def desk(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, viewport={"width": 1280, "height": 900})


@pytest.fixture
def partner(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, viewport={"width": 320, "height": 640}, java_script_enabled=False)


@pytest.fixture
def phone(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, **PHONE)


@pytest.fixture
def other_phone(chromium: Browser, house: House, witness: list[Witness]) -> Iterator[Page]:
    yield from _page(chromium, house, witness, **PHONE)


def prepare(desk: Page) -> None:
    """The board writes the operation."""
    desk.goto("/bureau/operations/")
    desk.get_by_role("link", name="Préparer une opération").click()
    desk.get_by_label("Thème").fill(THEME)
    desk.get_by_label("Intention").fill("Tout ce qui se fait au chaud.\nDes prix d’hiver.")
    desk.get_by_label("Les offres valent du").fill((TODAY + timedelta(days=8)).isoformat())
    desk.get_by_label("au", exact=True).fill((TODAY + timedelta(days=60)).isoformat())
    closes = datetime.combine(TODAY, datetime.min.time()) + timedelta(days=5, hours=20)
    desk.get_by_label("Les membres répondent jusqu’au").fill(f"{closes:%Y-%m-%dT%H:%M}")
    desk.locator("[name=send_on_1]").fill((TODAY + timedelta(days=10)).isoformat())
    desk.locator("[name=places_1]").fill("4")
    desk.get_by_role("button", name="Enregistrer").click()
    expect(desk.get_by_role("heading", level=1, name=THEME)).to_be_visible()


def consult(house: House, desk: Page, partner: Page) -> None:
    """A partner is asked, remarks on a line without scripts on a small screen, and is answered."""
    desk.get_by_role("link", name="Consulter les partenaires").click()
    desk.get_by_label("Nom du partenaire").fill("Office des Alpilles")
    desk.get_by_label("Son adresse e-mail").fill(OFFICE)
    desk.get_by_role("button", name="L’ajouter et lui écrire").click()
    expect(desk.get_by_text("1 partenaire est consulté.")).to_be_visible()
    partner.goto(house.letter(OFFICE, "Votre avis").link("/consultation/"))
    assert partner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    line = partner.locator(".spoken > li").filter(has_text="Des prix d’hiver.")
    line.locator("summary").click()
    line.get_by_label("Avec une réserve").check()
    line.get_by_label("Vos mots").fill("Et les fermetures de janvier ?")
    line.get_by_role("button", name="Envoyer cette remarque").click()
    expect(partner.get_by_text("Merci, c’est noté.")).to_be_visible()
    desk.reload()
    remark = desk.locator(".remarks > li").filter(has_text="Et les fermetures")
    remark.locator("summary").click()
    remark.get_by_label("La réponse du bureau").fill("Nous demandons à chacun.")
    remark.get_by_role("button", name="Envoyer la réponse").click()
    assert house.letter(OFFICE, "a répondu").link("/consultation/")


def answer(house: House, phone: Page) -> None:
    """A member answers from the letter's link, on a phone, without logging in."""
    phone.goto(house.letter(MARGUERITE, "Appel à offres").link("/invitation/"))
    expect(phone.get_by_role("heading", level=1, name=THEME)).to_be_visible()
    assert fits(phone)
    phone.get_by_role("link", name="Écrire mon offre").tap()
    phone.get_by_label("Titre", exact=True).fill(OFFER)
    phone.get_by_label("Texte", exact=True).fill("Une soupe d’épeautre, près de la meule.")
    phone.get_by_label("Prix", exact=True).select_option("free")
    phone.get_by_label("Premier jour").fill((TODAY + timedelta(days=8)).isoformat())
    phone.get_by_label("Dernier jour").fill((TODAY + timedelta(days=50)).isoformat())
    phone.get_by_label("Lien pour réserver").fill("www.moulin.example/soupe")
    phone.get_by_text("Thèmes et public").tap()
    phone.get_by_label("Huile et olives").check()
    assert fits(phone)
    phone.get_by_role("button", name="Envoyer au bureau").tap()
    expect(phone.get_by_text("L’offre est chez le bureau")).to_be_visible()


def decline(house: House, phone: Page) -> None:
    """Another member says « not this time » with one press."""
    phone.goto(house.letter(HELENE, "Appel à offres").link("/invitation/"))
    phone.get_by_role("button", name="Pas cette fois").tap()
    expect(phone.get_by_text("Vous ne recevrez pas de rappel.")).to_be_visible()
    assert fits(phone)


def test_from_the_first_word_to_an_edition_that_waits(
    house: House, desk: Page, partner: Page, phone: Page, other_phone: Page
) -> None:
    sign_in(desk, house, MARIUS)
    prepare(desk)
    hub = desk.url
    consult(house, desk, partner)
    desk.goto(hub)
    desk.locator("summary").filter(has_text="Ouvrir l’appel").click()
    desk.get_by_role("button", name="Appeler les membres maintenant").click()
    expect(desk.get_by_text("2 membres sont appelés.")).to_be_visible()
    answer(house, phone)
    decline(house, other_phone)
    desk.reload()
    expect(desk.get_by_text("réponses sur 2")).to_be_visible()

    desk.get_by_role("link", name="Moulin de la Pierre Lente").click()
    desk.get_by_role("button", name="Accepter l’offre").click()
    desk.goto(f"{hub}appel/")
    desk.locator("summary").filter(has_text="Clore l’appel").click()
    desk.get_by_role("button", name="Clore l’appel").click()
    expect(desk.get_by_text("L’appel est clos.").first).to_be_visible()

    # from here on the clock alone: the edition is drafted, and waits
    house.wait(lambda: drafted(desk, hub), "the edition that the clock drafts", seconds=60)
    desk.goto(f"{hub}selection/")
    expect(desk.locator(".choice").filter(has_text=OFFER)).to_be_visible()
    desk.locator("summary").filter(has_text="Annoncer la sélection").click()
    desk.get_by_role("button", name="Annoncer", exact=True).click()
    expect(desk.get_by_text("1 membre en est averti.")).to_be_visible()
    desk.get_by_role("link", name="Ouvrir l’édition").click()
    expect(desk.get_by_role("button", name="Verrouiller l’édition")).to_be_visible()
    expect(desk.locator(".seats .name")).to_have_text([OFFER])

    told = house.letter(MARGUERITE, "ce que le bureau a décidé")
    sign_in(phone, house, MARGUERITE)
    phone.goto(told.link("/espace/operations/"))
    expect(phone.get_by_text(re.compile("Place 1"))).to_be_visible()
    assert fits(phone)


def drafted(desk: Page, hub: str) -> bool:
    desk.goto(hub)
    return desk.get_by_text("Édition composée").first.is_visible()
