from typing import Any

import pytest
from django.core import mail

from newsletter import offers, tasks
from newsletter.core.review import OfferState
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_a_test_is_the_true_message_marked_as_one_and_sent_to_its_composer() -> None:
    jeanne = make.board_member("jeanne@alpilles.example", name="Jeanne Aubert")
    edition = make.edition(
        make.approved(title="Huile nouvelle"), subject="{prénom}, voici Noël", editorial="Le *bureau* vous salue."
    )

    tasks.send_test(edition.pk, jeanne.pk)

    (message,) = mail.outbox
    html = message.alternatives[0].content
    assert (message.to, message.subject) == (["jeanne@alpilles.example"], "[Test] Jeanne, voici Noël")
    assert message.extra_headers["X-Garrigue-Kind"] == "test"
    assert message.from_email == "Les Professionnels des Alpilles <lettre@alpilles.example>"
    assert "Huile nouvelle" in html
    assert "Huile nouvelle" in message.body
    assert "<em>bureau</em>" in html


def test_no_test_is_sent_to_one_who_left_the_board() -> None:
    gone = make.user("jean@alpilles.example")

    tasks.send_test(make.edition().pk, gone.pk)

    assert mail.outbox == []


def test_a_member_is_told_the_boards_answer_with_its_word() -> None:
    luc, jeanne = make.user("luc@mas.example"), make.board_member()
    offer = make.offer(OfferState.SUBMITTED, title="Feu\nde bois", member=make.member(person=luc))
    offers.request_changes(offer, by=jeanne, comment="À quelle heure ?\n<b>Merci</b>", now=NOON, tell=True)

    tasks.tell_member(offer.moves.get().pk)

    (message,) = mail.outbox
    assert (message.to, message.subject) == (["luc@mas.example"], "Le bureau vous demande un changement")
    assert "À quelle heure ?\n<b>Merci</b>" in message.body
    assert "&lt;b&gt;Merci&lt;/b&gt;" in message.alternatives[0].content
    assert f"/espace/offres/{offer.pk}/" in message.body


@pytest.mark.parametrize("state", [OfferState.SUBMITTED])
def test_a_members_own_move_is_no_news_to_them(state: OfferState) -> None:
    luc = make.user()
    offer: Any = make.offer(state, member=make.member(person=luc))
    offers.withdraw(offer, by=luc, now=NOON)

    tasks.tell_member(offer.moves.get().pk)

    assert mail.outbox == []
