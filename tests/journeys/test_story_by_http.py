"""The whole story by HTTP and mail alone: proposed, approved, composed, subscribed, sent, left, sent again, told."""

import html
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.demo import reader as one_click
from newsletter.servers.process import CODE
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = [pytest.mark.journey]

SignIn = Callable[[str], Person]
PICTURE = CODE / "data" / "demo" / "pictures" / "mas-des-oliviers.jpg"
HELENE, JEANNE = "helene@mas.example", "jeanne.aubert@alpilles.example"
PAUL, AGATHE, LUCE = "paul@lecteurs.example", "agathe@lecteurs.example", "luce@lecteurs.example"
# what hoteliers type is kept as it is typed
TITLE = "Noël & flambée <au coin du feu>"
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()


def test_the_whole_story(house: House, somebody: Person, signed_in: SignIn) -> None:
    helene, jeanne = signed_in(HELENE), signed_in(JEANNE)
    offer = propose(helene)
    approve(house, jeanne)
    subscribe(house, somebody, LUCE, "Luce")
    before = came(house)

    subject = compose(house, jeanne, "Fêtes en Alpilles", TITLE, "L’huile nouvelle")
    everyone = everybody(jeanne)
    take_back(house, jeanne)
    assert came(house) == before
    assert finished(house, jeanne, launch(house, jeanne)) == {"sur": everyone, "partis": everyone}
    assert came(house) == {address: count + 1 for address, count in before.items()}
    check_letters(house, subject)

    leave(house, somebody, PAUL)
    compose(house, jeanne, "Premiers feux de janvier", "L’huile nouvelle")
    assert everybody(jeanne) == everyone - 1
    assert finished(house, jeanne, launch(house, jeanne)) == {"sur": everyone - 1, "partis": everyone - 1}
    assert came(house) == {address: count + 2 - (address == PAUL) for address, count in before.items()}

    helene.open(f"/espace/offres/{offer}/portee/")
    assert f"{everyone} lecteurs différents l’ont reçue" in helene.sees
    assert "Fêtes en Alpilles En tête des 2 offres" in helene.sees
    assert "Premiers feux" not in helene.sees


def propose(member: Person) -> int:
    """Propose an offer with its picture; a mistake loses nothing that was typed, the picture neither."""
    member.follow("Proposer une offre")
    member.fill_in(
        title=TITLE,
        text="Huit chambres ouvertes pendant les fêtes, et le soir une flambée dans la grande salle.",
        price="cent quarante",
        price_unit="night",
        valid_from=TODAY.isoformat(),
        valid_until=(TODAY + timedelta(days=40)).isoformat(),
        link="www.mas.example/noel",
        image=PICTURE,
        image_alt="Un mas aux fenêtres éclairées",
        image_rights=True,
    )
    member.choose("Séjours")
    member.press("Envoyer au bureau")
    assert "Écrivez le montant en chiffres" in member.sees

    member.fill_in(price="140")
    member.press("Envoyer au bureau")
    assert "L’offre est chez le bureau" in member.sees
    assert TITLE in member.sees
    shown = member.page.xpath("//img[@alt='Un mas aux fenêtres éclairées']")[0]
    assert member.session.get(member.site + shown.get("src")).headers["Content-Type"] == "image/jpeg"
    return member.number_in_address()


def approve(house: House, board: Person) -> None:
    board.open("/bureau/offres/")
    board.follow(TITLE)
    assert "En relecture" in board.sees
    board.press("Accepter l’offre")
    assert "est acceptée" in board.sees
    assert TITLE in house.letter(HELENE, "Votre offre est acceptée").text


def subscribe(house: House, reader: Person, address: str, name: str) -> None:
    """Ask on the public page, then confirm by the mailed link: its opening alone subscribes nobody."""
    reader.open("/")
    reader.follow("Recevoir la lettre")
    reader.fill_in(email=address, first_name=name, where="13520")
    reader.choose("recevoir")
    time.sleep(2)  # as fast as nobody reads
    reader.press("Recevoir la lettre")
    if "Laquelle de ces communes" in reader.sees:
        reader.fill_in(commune="13058")
        time.sleep(2)
        reader.press("Recevoir la lettre")
    assert "Regardez votre messagerie" in reader.sees

    reader.open(house.letter(address).link("/confirmer/"))
    assert "Encore un geste" in reader.sees
    reader.press("Confirmer mon inscription")
    assert "Bienvenue" in reader.sees


def compose(house: House, board: Person, title: str, *offers: str) -> str:
    """Open, write, place, look, have a test sent, lock; return the subject."""
    board.open("/bureau/editions/")
    board.follow("Ouvrir une édition")
    board.fill_in(title=title, planned_on=(TODAY + timedelta(days=1)).isoformat())
    board.press("Ouvrir l’édition")
    subject = f"{title} : l’huile est nouvelle"
    board.fill_in(subject=subject, preheader="Nos adresses", editorial="Voici **l’hiver**, {prénom|cher voisin} !")
    board.press("Enregistrer")
    assert "À corriger" in board.sees, "an edition without offers cannot be locked"
    for offer in offers:
        board.press(f"Placer « {offer} »")
    at = board.where
    board.open(board.page.xpath("//iframe")[0].get("src"))
    assert "Voici l’hiver, Jeanne !" in board.sees
    assert all(offer in board.sees for offer in offers)
    board.open(at)
    board.press("M’envoyer un test")
    test = house.letter(JEANNE, f"[Test] {subject}")
    assert test.message["X-Garrigue-Kind"] == "test"
    assert "Bonjour Jeanne," in test.text
    assert ", Jeanne" in test.text
    board.press("Verrouiller l’édition")
    assert "Prête à partir" in board.sees
    return subject


def came(house: House) -> dict[str, int]:
    """Return how many letters each of the three has, counted where they arrived."""
    return {address: house.catcher.captured(address) for address in (PAUL, AGATHE, LUCE)}


def everybody(board: Person) -> int:
    """Go on from the locked edition to the one question, and return how many readers it names."""
    board.follow("Préparer l’envoi")
    if "À tous les inscrits" in board.sees:  # there are groups to choose from
        board.choose("À tous les inscrits")
    board.press("Continuer")
    assert "Une minute après votre confirmation" in board.sees
    return int(board.page.xpath("string(//p[@class='figure'])"))


def take_back(house: House, board: Person) -> None:
    """Launch, and within the minute think better of it: the same campaign is a draft again."""
    campaign = launch(house, board, wait=True)
    assert "Rien n’est encore parti" in board.sees
    board.press("Reprendre la main")
    assert "cet envoi n’est pas lancé" in board.sees
    assert board.number_in_address() == campaign
    board.follow("Vérifier et lancer")
    assert "Une minute après votre confirmation" in board.sees


def launch(house: House, board: Person, *, wait: bool = False) -> int:
    """Confirm, let the minute of grace pass, and return the campaign's number."""
    board.press("Envoyer à ")
    campaign = board.number_in_address()
    if not wait:
        house.let_the_minute_pass(campaign)
    return campaign


def finished(house: House, board: Person, campaign: int) -> dict[str, int]:
    """Wait until the page says « Terminé », and return its numbers."""

    def is_over() -> bool:
        board.open(f"/bureau/envois/{campaign}/")
        return "Terminé" in board.sees

    house.wait(is_over, "the end of the sending", seconds=60)
    total = int(board.page.xpath("string(//p[@class='figure']/span)").split()[1])
    parts = [item.text_content().split(maxsplit=1) for item in board.page.xpath("//ul[@class='parts']/li/span")]
    told = {words: int(number) for number, words in parts}
    assert sum(told.values()) == total
    return {"sur": total, **told}


def check_letters(house: House, subject: str) -> None:
    """Every reader has one letter, with their own name and their own way out."""
    ways_out = set()
    for address, greeting, named in (
        (PAUL, "Bonjour Paul,", ", Paul"),
        (LUCE, "Bonjour Luce,", ", Luce"),
        (AGATHE, "Bonjour,", ", cher voisin"),
    ):
        letter = house.letter(address)
        assert (letter.subject, letter.message["To"].addresses[0].addr_spec) == (subject, address)
        for part in (letter.text, letter.html):
            assert greeting in part
            assert named in part
        assert TITLE in letter.text
        assert html.escape(TITLE, quote=False) in letter.html
        assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert letter.message["List-Unsubscribe"] == f"<{letter.link('/u/')}>"
        assert all(letter.message.get_all(name, []) for name in ("List-Id", "Message-ID", "Date", "From"))
        ways_out.add(letter.link("/u/"))
    assert len(ways_out) == 3


def leave(house: House, reader: Person, address: str) -> None:
    """Leave as a mailbox provider does for its user: one POST; the page behind the link then says so."""
    letter = house.letter(address)
    reader.open(letter.link("/u/"))
    assert "Vous souhaitez ne plus recevoir la lettre" in reader.sees
    assert len(reader.answer.content) < 20_000

    one_click.leave(letter.message.as_bytes())

    reader.open(letter.link("/u/"))
    assert "C’est fait." in reader.sees
    assert "Un message déjà parti peut encore arriver" in reader.sees
