"""The board opens a member's draft to them by a link, and closes it again."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from newsletter.core.review import OfferState
from newsletter.models import Invitation, Offer, User
from newsletter.tasks import send_invitation
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def board(client: Client, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(send_invitation, "delay_on_commit", send_invitation)
    person = make.board_member()
    client.force_login(person)
    return person


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://\S+(/invitation/\S+)", message.body)
    assert found
    return found[1]


def test_a_member_is_invited_and_writes_without_logging_in(client: Client, board: User) -> None:
    member = make.member(person=make.user("helene@mas.example"))
    page = client.post(reverse("board:member-invite", args=[member.pk]), follow=True)
    assert "helene@mas.example" in page.content.decode()
    [message] = mail.outbox
    stranger = Client()
    assert stranger.get(link_in(message)).status_code == 200
    stranger.post(link_in(message), {"title": "Noël au mas", "price_kind": "free", "save": "1"})
    assert Offer.objects.get().title == "Noël au mas"


def test_inviting_twice_opens_the_same_untouched_draft(client: Client, board: User) -> None:
    member = make.member(email="mas@mas.example")
    for _ in range(2):
        client.post(reverse("board:member-invite", args=[member.pk]))
    assert (Offer.objects.count(), Invitation.objects.count(), len(mail.outbox)) == (1, 2, 2)
    assert mail.outbox[0].to == ["mas@mas.example"]


def test_a_link_that_was_taken_back_opens_nothing_and_says_how_to_go_on(client: Client, board: User) -> None:
    offer = make.offer(member=make.member(email="mas@mas.example"))
    client.post(reverse("board:offer-invite", args=[offer.pk]))
    shown = client.get(reverse("board:offer", args=[offer.pk])).content.decode()
    assert "Retirer ce lien" in shown
    client.post(reverse("board:invitation-revoke", args=[Invitation.objects.get().pk]))
    over = Client().get(link_in(mail.outbox[0]))
    assert over.status_code == 410
    assert "Recevoir un nouveau lien" in over.content.decode()
    assert "Retirer ce lien" not in client.get(reverse("board:offer", args=[offer.pk])).content.decode()


def test_a_member_without_an_address_gets_the_link_from_the_boards_page(client: Client, board: User) -> None:
    offer = make.offer(member=make.member())
    page = client.post(reverse("board:offer-invite", args=[offer.pk]), follow=True).content.decode()
    assert "n’a pas d’adresse" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "/invitation/" in page
    assert mail.outbox == []


def test_there_is_nothing_to_fill_in_of_an_offer_that_was_sent(client: Client, board: User) -> None:
    offer = make.offer(OfferState.SUBMITTED)
    page = client.post(reverse("board:offer-invite", args=[offer.pk]), follow=True).content.decode()
    assert "Envoyer un lien" not in page
    assert Invitation.objects.count() == 0
