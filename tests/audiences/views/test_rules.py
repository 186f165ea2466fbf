"""The board says how often at most, and reads what the nights forgot."""

from datetime import date

import pytest
from django.test import Client

from audiences import cadences
from audiences.models import RetentionNight
from newsletter.models import Association
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client: Client) -> Client:
    make.newsletter()
    client.force_login(make.board_member(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_cap_is_kept_shown_and_taken_away_again(board: Client) -> None:
    association = Association.objects.get()
    assert cadences.weekly_most(association.pk) is None
    assert board.post("/bureau/lecteurs/rythme/", {"weekly_most": "3"}).status_code == 302
    assert cadences.weekly_most(association.pk) == 3
    page = board.get("/bureau/lecteurs/rythme/").content.decode()
    assert 'value="3"' in page
    assert "Choisi le" in page
    board.post("/bureau/lecteurs/rythme/", {"weekly_most": ""})
    assert cadences.weekly_most(association.pk) is None


@pytest.mark.parametrize(
    ("typed", "sentence"), [("0", "Une lettre au moins"), ("99", "Cinquante lettres"), ("x", "nombre entier")]
)
def test_what_is_wrong_is_said(board: Client, typed: str, sentence: str) -> None:
    assert sentence in board.post("/bureau/lecteurs/rythme/", {"weekly_most": typed}).content.decode()
    assert cadences.weekly_most(Association.objects.get().pk) is None


def test_the_nights_are_told_in_words(board: Client) -> None:
    assert "personne n’a eu à être relancé" in board.get("/bureau/lecteurs/rythme/").content.decode()
    RetentionNight.objects.create(night=date(2026, 11, 2), asked=12, forgotten=1)
    RetentionNight.objects.create(night=date(2026, 11, 3))
    RetentionNight.objects.create(night=date(2026, 11, 4), unconfirmed=2)
    page = board.get("/bureau/lecteurs/rythme/").content.decode()
    assert "12 lecteurs ont été relancés · 1 a été oublié après trois ans" in page
    assert "2 demandes jamais confirmées ont été oubliées" in page
    assert "Nuit du 3 novembre" not in page
