"""An invitation opens one draft, for a while, until it is revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import invitations
from newsletter.core.review import OfferState
from newsletter.models import Offer
from newsletter.tasks import send_invitation
from tests import make
from tests.newsletter.views.test_desk import words

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def invited(**fields: Any) -> tuple[Offer, str]:
    offer = make.offer(**fields)
    return offer, invitations.token_of(invitations.invite(offer, by=make.user(), now=NOW))


def test_the_draft_is_written_and_handed_in_without_a_log_in(client: Client) -> None:
    _, token = invited(title="")
    url = reverse("invitation", args=[token])
    assert "Envoyer au bureau" in client.get(url).content.decode()

    client.post(url, words(act="save", title="Huile nouvelle"))
    assert Offer.objects.get().title == "Huile nouvelle"
    page = client.post(url, words())

    assert page.url == url
    assert Offer.objects.get().state == OfferState.SUBMITTED
    assert "Le bureau va relire" in client.get(url).content.decode()
    assert "_auth_user_id" not in client.session


def test_errors_behind_an_invitation_lead_back_to_it(client: Client) -> None:
    _, token = invited()
    url = reverse("invitation", args=[token])

    page = client.post(url, words(text="")).content.decode()

    assert f'action="{url}"' in page
    assert "/espace/" not in page


@pytest.mark.parametrize("how", ["revoked", "left"])
def test_an_invitation_that_was_closed_leads_to_log_in_and_the_same_draft(client: Client, how: str) -> None:
    offer = make.offer(title="Avant")
    invitation = invitations.invite(offer, by=None, now=NOW)
    if how == "revoked":
        invitations.revoke(invitation, now=NOW)
    if how == "left":
        offer.member.is_active = False
        offer.member.save()
    url = reverse("invitation", args=[invitations.token_of(invitation)])

    page = client.get(url)
    html = page.content.decode()
    assert page.status_code == 410
    assert "Recevoir un nouveau lien" in html
    assert f"/connexion/?next=%2Fespace%2Foffres%2F{offer.pk}%2Fmodifier%2F" in html
    client.post(url, words(title="Après"))
    assert Offer.objects.get().title == "Avant"


def test_one_that_ran_out_mails_a_new_link_to_a_member_for_whom_nobody_signs_in(
    client: Client, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_invitation, "delay_on_commit", send_invitation)
    offer = make.offer(title="Avant")
    offer.member.email = "bonjour@mas.example"
    offer.member.save()
    old = invitations.invite(offer, by=None, now=NOW - timedelta(days=31))
    url = reverse("invitation", args=[invitations.token_of(old)])

    over = client.get(url)
    client.post(url, words(title="Après"))
    sent = client.post(url, {"renew": "yes"})
    client.post(url, {"renew": "yes"})

    assert over.status_code == 410
    assert "Recevoir un nouveau lien" in over.content.decode()
    assert Offer.objects.get().title == "Avant"
    assert "Le nouveau lien est parti" in sent.content.decode()
    new = invitations.standing(offer, now=NOW).get()
    assert [mail.to for mail in mailoutbox] == [["bonjour@mas.example"]]
    assert invitations.token_of(new) in str(mailoutbox[0].body)


def test_only_our_own_links_open_anything(client: Client) -> None:
    _, token = invited()

    for forged in (token[:-1] + "a", "1.laptop.ge.aaaa", "x"):
        if forged != token:
            assert client.get(reverse("invitation", args=[forged])).status_code == 404


def test_an_invitation_is_revoked_once_and_for_all() -> None:
    _, token = invited()
    invitation = invitations.open_invitation(token, now=NOW)
    assert invitation
    invitations.revoke(invitation, now=NOW)
    invitations.revoke(invitation, now=NOW + timedelta(days=1))

    assert invitation.revoked_at == NOW
    assert invitations.open_invitation(token, now=NOW) is None
