"""Offers walk as far as their file says, and never over what people did meanwhile."""

from pathlib import Path

import pytest

from newsletter import offers, story
from newsletter.core.review import OfferState
from newsletter.core.rows import BadLine
from newsletter.core.story import StoryFault
from newsletter.models import Edition, Offer, OfferMove
from newsletter.story import Loaded
from tests import make

pytestmark = pytest.mark.django_db

HEAD = "member,title,text,valid_from,valid_until,link,interests,state,comment\n"
EDITION = 'title = "Fêtes"\nplanned_on = "today"\noffers = [{ member = "Moulin", title = "Huile" }]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make.member("Moulin", person=make.user("marguerite@moulin.example"))
    states = [
        "Huile,approved,",
        "Coffret,submitted,",
        "Visite,changes_requested,À quelle heure ?",
        "Selles,declined,Non.",
    ]
    lines = [
        f"Moulin,{title},Au moulin.,today,feasts+3,https://moulin.example/,olive,{state},{comment}\n"
        for title, state, comment in (line.split(",") for line in states)
    ]
    (tmp_path / "offers.csv").write_text(HEAD + "".join(lines) + "Moulin,Un jour,,,,,,,\n")
    (tmp_path / "edition.toml").write_text(EDITION)
    story.load_offers(tmp_path, now=make.NOON)
    return tmp_path


def states() -> dict[str, str]:
    return dict(Offer.objects.values_list("title", "state"))


def test_the_member_submits_and_the_board_decides_as_the_line_says(folder: Path) -> None:
    chair = make.board_member()

    assert story.walk_offers(folder, by=chair, now=make.NOON) == Loaded(new=4)
    assert states() == {
        "Huile": "approved",
        "Coffret": "submitted",
        "Visite": "changes_requested",
        "Selles": "declined",
        "Un jour": "draft",
    }
    said = OfferMove.objects.filter(offer__title="Visite").order_by("pk")
    assert [(move.by.email, move.comment) for move in said if move.by] == [
        ("marguerite@moulin.example", ""),
        (chair.email, "À quelle heure ?"),
    ]


def test_the_board_may_be_left_to_read_and_decide_later(folder: Path) -> None:
    chair = make.board_member()

    assert story.walk_offers(folder, by=chair, now=make.NOON, decide=False) == Loaded(new=4)
    assert set(states().values()) == {"submitted", "draft"}
    assert story.walk_offers(folder, by=chair, now=make.NOON) == Loaded(new=3, known=1)
    assert story.walk_offers(folder, by=chair, now=make.NOON) == Loaded(known=4)
    assert states()["Huile"] == "approved"


def test_what_people_did_meanwhile_stands(folder: Path) -> None:
    chair = make.board_member()
    story.walk_offers(folder, by=chair, now=make.NOON, decide=False)
    oil, gift = Offer.objects.get(title="Huile"), Offer.objects.get(title="Coffret")
    offers.decline(oil, by=chair, comment="Pas cette année.", now=make.NOON)
    offers.withdraw(gift, by=None, now=make.NOON)

    story.walk_offers(folder, by=chair, now=make.NOON)

    assert (states()["Huile"], states()["Coffret"]) == (OfferState.DECLINED, OfferState.WITHDRAWN)


def test_nobody_decides_where_nobody_sits_on_the_board(folder: Path) -> None:
    with pytest.raises(BadLine) as caught:
        story.walk_offers(folder, by=None, now=make.NOON)

    assert (caught.value.number, caught.value.fault) == (2, StoryFault.NO_BOARD)
    assert set(states().values()) == {"draft"}


def test_an_edition_is_composed_once_and_named(folder: Path) -> None:
    chair, letter = make.board_member(), make.newsletter()
    story.walk_offers(folder, by=chair, now=make.NOON)

    assert story.compose_editions(folder, letter, by=chair, now=make.NOON) == Loaded(new=1)
    assert story.compose_editions(folder, letter, by=chair, now=make.NOON) == Loaded(known=1)
    assert story.edition_titles(folder, make.NOON) == ["Fêtes"]
    assert Edition.objects.get().placements.get().offer.title == "Huile"


def test_an_edition_that_cannot_be_composed_leaves_nothing(folder: Path) -> None:
    with pytest.raises(BadLine) as caught:
        story.compose_editions(folder, make.newsletter(), by=None, now=make.NOON)

    assert (caught.value.number, caught.value.fault) == (3, StoryFault.NOT_PLACED)
    assert not Edition.objects.exists()
