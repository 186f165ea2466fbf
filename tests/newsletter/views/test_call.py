"""What an operation asks of a member, at the desk and behind the link of their letter."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import calls, invitations, selecting
from newsletter.models import Call, Member, Operation
from tests import make
from tests.newsletter.views.test_board_operations import soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    mill = make.member("Moulin", person=make.user("luc@x.example"))
    return make.call_of(make.calling(now=timezone.now(), theme="Le feu", **soon()), mill)


def link(call: Call, name: str = "invitation-call") -> str:
    return reverse(name, args=[invitations.token_of(call.invitation)])


def signed_in(call: Call) -> Client:
    client = Client()
    client.force_login(call.member.people.get().user)
    return client


def test_the_link_of_the_letter_asks_and_leads_to_the_draft(client: Client, call: Call) -> None:
    html = client.get(link(call)).content.decode()

    assert "Le feu" in html
    assert "Pas encore de réponse" in html
    assert link(call, "invitation") in html


def test_not_this_time_is_one_press_without_a_reason_and_can_be_taken_back(client: Client, call: Call) -> None:
    said = client.post(link(call, "invitation-decline"), follow=True).content.decode()
    assert "Vous ne recevrez pas de rappel" in said
    assert Call.objects.get().declined_at is not None

    client.post(link(call, "invitation-think-again"))
    assert Call.objects.get().declined_at is None


def test_looking_at_the_link_declines_nothing(client: Client, call: Call) -> None:
    assert client.get(link(call, "invitation-decline")).status_code == 405
    assert Call.objects.get().declined_at is None


def test_when_the_call_is_closed_the_link_opens_nothing_and_says_where_to_go(client: Client, call: Call) -> None:
    calls.close(call.operation, by=None, now=timezone.now())

    over = client.get(link(call))
    declined = client.post(link(call, "invitation-decline"))

    assert (over.status_code, declined.status_code) == (410, 302)
    assert quote(reverse("call", args=[call.pk]), safe="") in over.content.decode()
    assert Call.objects.get().declined_at is None


def test_a_link_of_no_call_is_not_here(client: Client, call: Call) -> None:
    plain = invitations.invite(make.offer(), by=None, now=timezone.now())

    assert client.get(reverse("invitation-call", args=[invitations.token_of(plain)])).status_code == 404
    assert client.get(reverse("invitation-call", args=["x"])).status_code == 404


def test_a_member_who_left_in_the_middle_finds_the_link_closed(client: Client, call: Call) -> None:
    Member.objects.update(is_active=False)

    assert client.get(link(call)).status_code == 410


def test_the_desk_shows_the_call_and_not_its_empty_draft(call: Call) -> None:
    html = signed_in(call).get(reverse("desk")).content.decode()

    assert "Le feu" in html
    assert "Réponse attendue jusqu’au" in html
    assert "Offre sans titre" not in html


def test_what_is_begun_is_on_the_desk_too(call: Call) -> None:
    call.offer.title = "Une soupe"
    call.offer.save()

    html = signed_in(call).get(reverse("desk")).content.decode()
    assert "Une soupe" in html
    assert "Brouillon commencé" in html


def test_another_member_does_not_learn_of_it(call: Call) -> None:
    stranger = Client()
    stranger.force_login(make.user())
    page = reverse("call", args=[call.pk])

    assert stranger.get(page).status_code == 404
    assert stranger.post(reverse("call-decline", args=[call.pk])).status_code == 404


def placed(call: Call) -> Operation:
    """The call is closed with this member's answer, and its edition drafted."""
    row, now = call.operation, timezone.now()
    make.answered(call, at=now, title="Une soupe", valid_from=row.valid_from, valid_until=row.valid_until)
    calls.close(row, by=None, now=now)
    selecting.draft_editions(row, by=None, now=now)
    return row


def test_the_place_is_shown_once_the_board_has_announced_it(call: Call) -> None:
    row, client = placed(call), signed_in(call)
    page = reverse("call", args=[call.pk])
    assert "Votre place s’affichera ici" in client.get(page).content.decode()

    selecting.announce(row, now=timezone.now())

    html = client.get(page).content.decode()
    assert "Place 1" in html
    assert "rang 1 sur 1" in html


def test_an_override_is_shown_with_the_reason_that_was_typed(call: Call) -> None:
    row = placed(call)
    selecting.override(row.planned.get(), call, place=None, words="Vous fermez.", by=None, now=timezone.now())
    selecting.announce(row, now=timezone.now())

    html = signed_in(call).get(reverse("call", args=[call.pk])).content.decode()
    assert "Vous fermez." in html
    assert "Pas de place cette fois." in html


def test_a_no_after_an_offer_is_told_to_take_the_offer_back(call: Call) -> None:
    make.answered(call, at=timezone.now())

    html = signed_in(call).post(reverse("call-decline", args=[call.pk]), follow=True).content.decode()
    assert "retirez-la plutôt" in html


def test_the_desk_costs_the_same_for_one_call_and_for_three(call: Call, django_assert_max_num_queries: object) -> None:
    client = signed_in(call)
    for _ in range(2):
        make.calling(now=timezone.now() + timedelta(seconds=1), **soon())
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get(reverse("desk"))
