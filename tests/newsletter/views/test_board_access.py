"""The board's desk is the board's: strangers sign in first, and for members it does not exist."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from newsletter import board_urls
from tests import make

pytestmark = pytest.mark.django_db

PATHS = [
    "/bureau/" + re.sub(r"<(int|slug):\w+>", "1", str(pattern.pattern))
    for pattern in board_urls.urlpatterns
    if isinstance(pattern, URLPattern)
]
ACTING = ("accepter", "retourner", "refuser", "texte", "placer", "deplacer", "retirer", "actualiser", "inviter")
ACTING += ("suspendre", "reprendre", "cotisations", "confirmer", "oublier", "relier", "citer")
ACTING += ("1/personnes", "supprimer", "masquer", "retablir", "relire", "quitter")
ACTING += (
    "programmer",
    "abandonner",
    "consulter",
    "partenaire",
    "repondre",
    "ecarter",
    "selection/composer",
    "annoncer",
)
ACTING += ("vue", "annuler", "saisir", "appel/ouvrir", "completer", "relancer", "echeance", "clore", "selection/1/1")
ACTS = [
    path for path in PATHS if any(f"/{verb}/" in path for verb in (*ACTING, "ordre", "verrouiller", "rouvrir", "test"))
]


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, f"/connexion/?next={path}")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_for_a_member_the_page_does_not_exist(client: Client, path: str, method: str) -> None:
    luc = make.user()
    make.member(person=luc)
    client.force_login(luc)

    assert getattr(client, method)(path).status_code == 404


@pytest.mark.usefixtures("board")
@pytest.mark.parametrize("path", ACTS)
def test_looking_never_acts(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405


@pytest.mark.usefixtures("board")
@pytest.mark.parametrize("path", [path for path in PATHS if "/1/" in path and "/oublier/" not in path])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    method = client.post if path in ACTS else client.get

    assert method(path).status_code == 404
