"""An offer typed on a telephone whose connection comes and goes: whatever happens, nothing typed is lost."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.house import House
from tests.journeys.test_browser import CHROMIUM, MARGUERITE, MARIUS, PICTURE, QUIET, TODAY, Witness, fits, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]

HELENE = "helene@mas.example"
# What a browser itself says of a line that is cut, and of an answer that asks to choose.
EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|status of 4(09|10)|net::ERR_FAILED")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def pocket(chromium: Browser, house: House) -> Iterator[BrowserContext]:
    """A telephone; at the end nobody else was called, and nothing went wrong but the line."""
    context = chromium.new_context(
        base_url=house.site,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    context.set_default_timeout(15_000)
    witness = Witness(context, house.site)
    yield context
    context.close()
    witness.complaints = [line for line in witness.complaints if not EXPECTED.search(line)]
    witness.swear()


def row(house: House, title: str) -> dict[str, Any]:
    """Return the offer of this title as the database has it; nothing if there is none."""
    with closing(psycopg.connect(house.database, row_factory=psycopg.rows.dict_row)) as line:
        return line.execute("SELECT * FROM newsletter_offer WHERE title = %s", [title]).fetchone() or {}


def begin(page: Page, title: str) -> None:
    page.goto("/espace/")
    page.get_by_role("link", name="Proposer une offre").click()
    page.get_by_label("Titre", exact=True).fill(title)
    expect(mark(page)).to_contain_text("Envoyé à")


def mark(page: Page) -> Any:
    return page.locator("#mark")


def test_a_line_that_breaks_while_one_types_loses_nothing(house: House, pocket: BrowserContext) -> None:
    page = pocket.new_page()
    sign_in(page, house, MARGUERITE)
    begin(page, "Le four à pain")
    assert re.search(r"/espace/offres/\d+/modifier/$", page.url), "the page is the draft's own from its first words"
    card = page.frame_locator("#apercu")
    expect(card.get_by_text("Le four à pain")).to_be_visible()

    pocket.set_offline(True)
    page.get_by_label("Texte", exact=True).fill("On pétrit à l’aube,")
    expect(mark(page)).to_have_text("Enregistré sur ce téléphone")
    expect(page.get_by_text("il partira dès qu’elle revient")).to_be_visible()
    page.get_by_label("Texte", exact=True).fill("On pétrit à l’aube, on goûte à midi un verre de vin.")
    page.get_by_label(re.compile("^Photo")).set_input_files(PICTURE)
    expect(page.get_by_text("La photo attend une connexion")).to_be_visible()
    page.get_by_role("button", name="Enregistrer le brouillon").tap()
    expect(page.get_by_label("Titre", exact=True)).to_have_value("Le four à pain")
    assert row(house, "Le four à pain")["text"] == ""
    assert fits(page)

    pocket.set_offline(False)
    expect(mark(page)).to_contain_text("Envoyé à", timeout=70_000)
    expect(page.locator(".whole img")).to_be_visible(timeout=70_000)
    expect(page.get_by_text("la lettre ajoute d’elle-même la mention")).to_be_visible()
    expect(card.get_by_text("L’abus d’alcool est dangereux")).to_be_visible()
    kept = row(house, "Le four à pain")
    assert kept["text"] == "On pétrit à l’aube, on goûte à midi un verre de vin."
    assert kept["image"]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('garrigue')).length") == 0
    assert fits(page)


def test_a_page_that_was_closed_without_a_line_offers_its_text_back(house: House, pocket: BrowserContext) -> None:
    page = pocket.new_page()
    sign_in(page, house, MARGUERITE)
    begin(page, "La taille des oliviers")
    draft = page.url
    pocket.set_offline(True)
    page.get_by_label("Texte", exact=True).fill("Sécateur en main.")
    expect(mark(page)).to_have_text("Enregistré sur ce téléphone")
    page.close()
    pocket.set_offline(False)

    again = pocket.new_page()
    again.goto(draft)
    expect(again.get_by_text("Ce téléphone garde un texte qui n’est pas parti.")).to_be_visible()
    expect(again.get_by_label("Texte", exact=True)).to_have_value("")
    again.get_by_role("button", name="Le reprendre").tap()
    expect(again.get_by_label("Texte", exact=True)).to_have_value("Sécateur en main.")
    expect(mark(again)).to_contain_text("Envoyé à")
    assert row(house, "La taille des oliviers")["text"] == "Sécateur en main."


def test_two_pages_of_one_draft_never_overwrite_each_other_unseen(house: House, pocket: BrowserContext) -> None:
    first = pocket.new_page()
    sign_in(first, house, MARGUERITE)
    begin(first, "Le marché du soir")
    second = pocket.new_page()
    second.goto(first.url)
    first.get_by_label("Texte", exact=True).fill("De la première page.")
    expect(mark(first)).to_contain_text("Envoyé à")
    expect(first.frame_locator("#apercu").get_by_text("De la première page.")).to_be_visible()

    second.get_by_label("Texte", exact=True).fill("De la seconde page.")
    expect(second.get_by_text("Cette offre a été modifiée ailleurs.")).to_be_visible()
    expect(second.locator(".differs")).to_contain_text("De la première page.")
    assert row(house, "Le marché du soir")["text"] == "De la première page."
    assert fits(second)
    second.get_by_role("button", name="Garder mon texte").tap()
    expect(mark(second)).to_contain_text("Envoyé à")
    assert row(house, "Le marché du soir")["text"] == "De la seconde page."

    first.get_by_label("Dernier jour").fill((TODAY + timedelta(days=20)).isoformat())
    expect(first.get_by_text("Cette offre a été modifiée ailleurs.")).to_be_visible()
    first.get_by_role("button", name="Prendre l’autre").tap()
    expect(first.get_by_label("Texte", exact=True)).to_have_value("De la seconde page.")


def test_what_must_stay_in_sight_is_tapped_and_the_card_follows(house: House, pocket: BrowserContext) -> None:
    page = pocket.new_page()
    sign_in(page, house, MARGUERITE)
    begin(page, "La meule tourne")
    page.get_by_label(re.compile("^Photo")).set_input_files(PICTURE)
    whole = page.locator(".whole")
    expect(whole.locator("img")).to_be_visible(timeout=30_000)
    expect(page.locator("#weight")).to_have_text(re.compile(r"\d+ ko dans la lettre, \d+ ko dans les archives\."))
    box = whole.bounding_box()
    assert box
    whole.click(position={"x": box["width"] * 0.1, "y": box["height"] * 0.9})
    expect(mark(page)).to_contain_text("Envoyé à")
    page.get_by_label("Ce qui compte, de gauche à droite").press("ArrowRight")
    expect(page.get_by_label("Ce qui compte, de gauche à droite")).to_have_value("11")
    page.get_by_label("J’ai le droit d’utiliser cette photo").check()

    def is_kept() -> bool:
        kept = row(house, "La meule tourne")
        return (kept["focus_x"], kept["focus_y"], kept["image_rights_at"] is not None) == (11, 90, True)

    house.wait(is_kept, "the focus and the right to the picture")
    expect(mark(page)).to_contain_text("Envoyé à")


def test_a_link_that_ends_while_one_types_leads_back_to_the_same_words(
    house: House, pocket: BrowserContext, chromium: Browser
) -> None:
    board = chromium.new_context(base_url=house.site, locale="fr-FR").new_page()
    sign_in(board, house, MARIUS)
    board.goto("/bureau/membres/")
    board.locator("tr, li", has_text="Mas des Oliviers").get_by_role("button").first.click()
    page = pocket.new_page()
    page.goto(house.letter(HELENE, "un lien pour l’écrire").link("/invitation/"))
    page.get_by_label("Titre", exact=True).fill("Trois nuits au mas")
    expect(mark(page)).to_contain_text("Envoyé à")
    expect(page.frame_locator("#apercu").get_by_text("Trois nuits au mas")).to_be_visible()
    offer = row(house, "Trois nuits au mas")["id"]
    board.goto(f"/bureau/offres/{offer}/")
    board.get_by_role("button", name="Retirer ce lien").click()
    board.context.close()

    page.get_by_label("Texte", exact=True).fill("Un feu, une soupe, le silence.")
    expect(page.get_by_text("Votre lien n’est plus valable.")).to_be_visible()
    expect(mark(page)).to_have_text("Enregistré sur ce téléphone")
    assert row(house, "Trois nuits au mas")["text"] == ""
    page.get_by_role("link", name="Recevoir un nouveau lien").tap()
    expect(page.get_by_role("heading", level=1, name="Cette invitation n’est plus valable")).to_be_visible()
    page.get_by_role("link", name="Recevoir un nouveau lien").tap()
    page.get_by_label("Votre adresse e-mail").fill(HELENE)
    ask = page.get_by_role("button", name="Recevoir le lien")
    page.goto(house.sign_in_link(HELENE, asked_by=ask.click))
    page.get_by_role("button", name="Me connecter").click()

    expect(page).to_have_url(re.compile(rf"/espace/offres/{offer}/modifier/$"))
    page.get_by_role("button", name="Le reprendre").tap()
    expect(page.get_by_label("Texte", exact=True)).to_have_value("Un feu, une soupe, le silence.")
    expect(mark(page)).to_contain_text("Envoyé à")
    assert row(house, "Trois nuits au mas")["text"] == "Un feu, une soupe, le silence."
