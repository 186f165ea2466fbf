"""A member before everyone, and its way there."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import members, offers
from newsletter.core.review import OfferState
from newsletter.models import Member
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mill() -> Member:
    return make.member("Moulin du Calanquet", person=make.user("luc@moulin.example"), phone="04 90 00 00 00")


def page(client: Client, member: Member) -> str:
    answer = client.get(reverse("member-page", args=[member.slug]))
    assert answer.status_code == 200
    return answer.content.decode()


def until(days: int) -> dict[str, Any]:
    today = timezone.localdate()
    return {"valid_from": today - timedelta(days=30), "valid_until": today + timedelta(days=days)}


def test_everyone_sees_what_is_approved_and_not_over(client: Client, mill: Member) -> None:
    make.approved(member=mill, title="Huile nouvelle", **until(0))
    make.approved(member=mill, title="Finie hier", **until(-1))
    for state in OfferState:
        if state is not OfferState.APPROVED:
            make.offer(state, member=mill, title=f"Secret {state}", **until(9))
    make.approved(title="D’un autre", **until(9))

    shown = page(client, mill)

    assert "Huile nouvelle" in shown
    assert "Maussane-les-Alpilles" in shown
    assert 'href="tel:0490000000"' in shown
    for hidden in ("Finie hier", "Secret", "D’un autre", "luc@moulin.example"):
        assert hidden not in shown


def test_the_words_are_those_that_the_board_approved(client: Client, mill: Member) -> None:
    offer = make.approved(member=mill, title="Avant", **until(9))
    make.revision(offer, title="Après")

    assert "Après" in page(client, mill)
    assert "Avant" not in page(client, mill)


def test_a_suspended_member_has_no_page(client: Client, mill: Member) -> None:
    members.suspend(mill, reason="", now=make.NOON)
    assert client.get(reverse("member-page", args=[mill.slug])).status_code == 404
    members.resume(mill)
    assert "Pas d’offre en ce moment" in page(client, mill)


def test_search_engines_are_told_data_that_nothing_leaves(client: Client, mill: Member) -> None:
    evil = "</script><script>alert(1)</script>&<!--"
    make.approved(member=mill, title=evil, price_kind="fixed", price="24.00", **until(9))
    Member.objects.filter(pk=mill.pk).update(name=evil, website="javascript:alert(1)")

    shown = page(client, mill)
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown)

    told = json.loads(block)
    assert (told["name"], told["makesOffer"][0]["name"], told["makesOffer"][0]["price"]) == (evil, evil, "24.00")
    assert "sameAs" not in told
    assert "<" not in block


def test_its_people_find_the_address_and_the_code(client: Client, mill: Member, settings: Any) -> None:
    client.force_login(mill.people.get().user)
    shown = client.get(reverse("member-link", args=[mill.pk])).content.decode()

    assert f'value="{settings.SITE_URL}/membres/{mill.slug}/"' in shown
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        answer = client.get(reverse("member-code", args=[mill.pk, kind]))
        assert answer.content.startswith(begins)
        assert answer.headers["Content-Type"].startswith("image/")
    assert client.get(reverse("member-code", args=[mill.pk, "exe"])).status_code == 404


def test_a_suspended_members_people_read_and_propose_nothing(client: Client, mill: Member) -> None:
    offer = make.offer(member=mill, title="Brouillon", interests=["olive"], link="https://moulin.example", **until(9))
    client.force_login(mill.people.get().user)
    members.suspend(mill, reason="Cotisation", now=make.NOON)

    desk = client.get(reverse("desk")).content.decode()
    assert "est suspendu" in desk
    assert "Cotisation" not in desk
    assert "Proposer une offre" not in desk
    assert client.get(reverse("offer", args=[offer.pk])).status_code == 200
    said = client.post(reverse("offer-submit", args=[offer.pk]), follow=True).content.decode()
    assert "est suspendu" in said
    kept = client.post(
        reverse("offer-edit", args=[offer.pk]),
        {"title": "Autre", "price_kind": "on_request", "act": "submit"},
        follow=True,
    )
    assert "est suspendu" in kept.content.decode()
    offer.refresh_from_db()
    assert (offer.state, offer.title) == (OfferState.DRAFT, "Autre")
    assert client.get(reverse("offer-new", args=[mill.pk])).status_code == 404
    assert client.get(reverse("member-link", args=[mill.pk])).status_code == 404


def test_the_verb_itself_refuses_a_suspended_member(mill: Member) -> None:
    offer = make.offer(member=mill)
    members.suspend(mill, reason="", now=make.NOON)

    with pytest.raises(offers.Suspended):
        offers.submit(offer, by=None, now=make.NOON)
