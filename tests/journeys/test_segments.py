"""A segment is built in a browser: by keyboard, by mouse, and without a script on a narrow phone."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.house import House
from tests.journeys.test_browser import CHROMIUM, MARIUS, QUIET, Witness, fits, sign_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt install chromium)"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page whose console stays silent and that calls nobody else."""
    context = chromium.new_context(base_url=house.site, locale="fr-FR", **request.param)
    context.set_default_timeout(15_000)
    witness = Witness(context, house.site)
    yield context.new_page()
    context.close()
    witness.swear()


DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}


def trees(house: House) -> dict[str, object]:
    with closing(psycopg.connect(house.database)) as line:
        return dict(line.execute("SELECT name, tree FROM audiences_segment").fetchall())


def open_builder(page: Page, house: House) -> None:
    sign_in(page, house, MARIUS)
    page.goto("/bureau/segments/composer/")


@pytest.mark.parametrize("page", [DESK], indirect=True)
def test_by_keyboard_alone(house: House, page: Page) -> None:
    open_builder(page, house)
    page.get_by_label("Nom du groupe").focus()
    page.keyboard.type("Au clavier")
    page.get_by_label("Ajouter un critère").focus()
    page.keyboard.type("Lisent")  # a list is chosen from by its first letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#c1-value")).to_be_focused()
    page.keyboard.type("français")
    expect(page.locator("#meaning")).to_contain_text("qui lisent en français")
    expect(page.locator("#meaning")).to_contain_text("•••@")

    page.get_by_label("Ajouter un critère").focus()
    page.keyboard.type("Un groupe")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#c2-value")).to_be_visible()
    page.get_by_role("button", name="Mettre dans le groupe voisin : Lisent en").focus()
    page.keyboard.press("Enter")
    expect(page.locator('input[name="c2"]')).to_have_value("2:speaks")
    expect(page.locator("#c2-value")).to_be_focused()
    page.keyboard.press("Shift+Tab")  # back over the row's own buttons
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Au clavier")).to_be_visible()
    assert trees(house)["Au clavier"] == {"all": [{"any": [{"speaks": "fr"}]}]}


@pytest.mark.parametrize("page", [DESK], indirect=True)
def test_by_mouse_with_a_row_dragged_into_a_group(house: House, page: Page) -> None:
    open_builder(page, house)
    page.get_by_label("Nom du groupe").fill("À la souris")
    page.get_by_label("Ajouter un critère").select_option("likes")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.locator("#c1-value").select_option("wine")
    page.get_by_label("Ajouter un critère").select_option("group")
    page.get_by_role("button", name="Ajouter", exact=True).last.click()
    expect(page.locator("#c2-value")).to_be_visible()

    grip = page.locator('[data-row="1"] .handle').bounding_box()
    assert grip
    page.mouse.move(grip["x"] + 5, grip["y"] + 10)
    page.mouse.down()
    # the group makes room while the row passes over it: a hand follows it, and so does this one
    for turn in range(20):
        goal = page.locator('[data-rules="2"]').bounding_box()
        assert goal
        page.mouse.move(goal["x"] + 24 + turn, goal["y"] + goal["height"] / 2, steps=6)
        page.wait_for_timeout(150)
        if page.locator('[data-rules="2"] [data-row="1"]').count():
            break
    page.mouse.up()
    expect(page.locator('input[name="c2"]')).to_have_value("2:likes")
    expect(page.locator("#c2-value")).to_have_value("wine")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="À la souris")).to_be_visible()
    assert trees(house)["À la souris"] == {"all": [{"any": [{"likes": "wine"}]}]}


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_without_a_script_on_a_narrow_phone(house: House, page: Page) -> None:
    open_builder(page, house)
    page.get_by_label("Nom du groupe").fill("Sans script")
    page.get_by_label("Ajouter un critère").select_option("near")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.get_by_label("Habitent autour d’une commune", exact=True).fill("Maussane-les-Alpilles")
    page.get_by_label("à moins de").fill("20")
    page.get_by_role("button", name="Compter").click()
    expect(page.locator("#meaning")).to_contain_text("à moins de 20\u00a0km de Maussane-les-Alpilles")
    expect(page.locator("#meaning")).to_contain_text("Compte exact.")
    page.get_by_role("button", name="Entourer d’un groupe : Habitent autour").click()
    expect(page.locator('input[name="c2"]')).to_have_value("2:near")
    assert fits(page)
    page.get_by_role("button", name="Sortir du groupe : Habitent autour").click()
    page.get_by_role("button", name="Retirer : ce groupe").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Sans script")).to_be_visible()
    assert trees(house)["Sans script"] == {"all": [{"near": {"commune": "13058", "km": 20}}]}

    page.get_by_role("link", name="Sans script").click()
    page.get_by_role("link", name="Supprimer ce groupe").click()
    page.get_by_role("button", name="Supprimer ce groupe").click()
    assert "Sans script" not in trees(house)
