"""The board watches a sending and holds it: in words, in a picture, and by buttons that act once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import paces, schedule
from campaigns.core.campaign import NOT_RESUMED, PauseReason
from campaigns.models import Campaign, Delivery
from newsletter.models import User
from tests import make

# the numbers of a page are planted here: no row stands behind 1,982 messages
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board"), pytest.mark.broken_ledger]


def shown(client: Client, campaign: Campaign, *, seen: str | None = None) -> str:
    """Return the page, or what htmx gets that has seen the campaign in this state."""
    url = reverse("campaign", args=[campaign.pk])
    if seen is None:
        return client.get(url).content.decode()
    return client.get(url, {"vu": seen}, headers={"HX-Request": "true"}).content.decode()


def act(client: Client, name: str, campaign: Campaign) -> str:
    answer = client.post(reverse(f"campaign-{name}", args=[campaign.pk]), follow=True)
    campaign.refresh_from_db()
    return answer.content.decode()


def scheduled(**later: int) -> Campaign:
    now = timezone.now()
    return schedule.launch(make.planned(starts_at=now + timedelta(**later)), by=None, now=now)


def with_fates(**fates: int) -> Campaign:
    """A campaign that runs, with so many messages in each state."""
    make.reader()
    campaign = make.running()
    campaign.chunks.update(**{"queued": 0, **fates}, last=sum(fates.values()))
    return campaign


def test_how_it_stands_is_said_in_words_and_drawn_in_their_order(client: Client) -> None:
    page = shown(client, with_fates(sent=1982, in_doubt=3, failed=15, queued=40))

    assert "1\u202f982" in page
    assert "sur 2\u202f040 messages" in page
    assert "3\u00a0incertains" in page
    assert "Ne rien faire est sans danger." in page
    assert [part.split('"')[0] for part in page.split('<rect data-state="')[1:]] == [
        "sent",
        "in_doubt",
        "failed",
        "queued",
    ]


def test_why_some_have_no_letter_stands_beside_their_number(client: Client) -> None:
    campaign = with_fates(failed=3, skipped=1)
    of = {"campaign": campaign, "variant": campaign.variants.get()}
    for number, (state, reason) in enumerate(
        [("failed", "unknown_user"), ("failed", "unknown_user"), ("failed", "mailbox_full"), ("skipped", "no_consent")]
    ):
        Delivery.objects.create(
            **of, position=number + 10, address_key=bytes([number]) * 32, state=state, reason=reason
        )

    page = shown(client, campaign)

    assert "2\u00a0adresses n’existent plus · 1\u00a0boîte est pleine" in page
    assert "1\u00a0s’est désinscrit entre-temps" in page


def test_within_the_minute_the_seconds_are_counted_and_it_can_be_taken_back(client: Client, board: User) -> None:
    campaign = scheduled(seconds=0)

    assert "Départ dans <strong>" in shown(client, campaign)
    page = act(client, "take-back", campaign)

    assert campaign.state == "draft"
    assert "cet envoi n’est pas lancé" in page
    assert "par Jeanne Aubert" in page


def test_a_start_that_is_far_is_told_as_a_day_and_asked_about_seldom(client: Client) -> None:
    page = shown(client, scheduled(days=2))

    assert "Départ prévu" in page
    assert "every 30s" in page


@pytest.mark.parametrize("reason", list(PauseReason))
def test_a_pause_says_why_and_what_to_do(client: Client, reason: PauseReason) -> None:
    campaign = with_fates(queued=2)
    schedule.pause(campaign, reason=reason, detail="535 5.7.8 <refused>", by=None, now=timezone.now())

    page = shown(client, campaign)

    assert ("Reprendre l’envoi" in page) is (reason not in NOT_RESUMED)
    assert "535 5.7.8 &lt;refused&gt;" in page
    assert "every 2s" not in page


def test_pausing_and_resuming_and_cancelling_are_told_with_their_names(client: Client) -> None:
    campaign = with_fates(queued=2)

    assert "Le bureau a mis cet envoi en pause." in act(client, "pause", campaign)
    assert "En cours d’envoi" in act(client, "resume", campaign)
    page = act(client, "cancel", campaign)

    assert campaign.state == "cancelled"
    assert page.count("par Jeanne Aubert") == 3


@pytest.mark.parametrize("name", ["take-back", "pause", "resume", "cancel"])
def test_pressed_too_late_or_twice_it_says_how_it_stands(client: Client, name: str) -> None:
    campaign = with_fates(sent=2)
    Campaign.objects.update(state="finished")

    assert "Entre-temps l’envoi a changé d’état" in act(client, name, campaign)
    assert campaign.state == "finished"


def test_while_it_moves_only_the_picture_is_brought(client: Client) -> None:
    campaign = with_fates(sent=1, queued=1)

    part = shown(client, campaign, seen="running")

    assert '<section id="progress"' in part
    assert "<html" not in part
    assert "Mettre en pause" not in part
    assert f'hx-get="{reverse("campaign", args=[campaign.pk])}?vu=running"' in part


def test_a_new_state_brings_its_words_and_buttons_along_and_the_asking_ends(client: Client) -> None:
    campaign = with_fates(sent=2)
    schedule.finish_done(now=timezone.now())

    part = shown(client, campaign, seen="running")

    assert 'id="standing" role="status" hx-swap-oob="true"' in part
    assert 'id="acts" hx-swap-oob="true"' in part
    assert "hx-get" not in part


def test_a_sending_that_rests_until_its_relay_takes_more_says_so(client: Client) -> None:
    relay = paces.relays()[0]
    paces.set_pace(relay, per_hour=200)
    campaign = with_fates(sent=200, queued=634)
    assert "sans que vous ayez rien à faire" not in shown(client, campaign)

    paces.take(relay, want=200, now=timezone.now())

    assert "sans que vous ayez rien à faire" in shown(client, campaign)


def test_where_a_sending_was_never_begun_nothing_is_drawn(client: Client) -> None:
    campaign = scheduled(days=1)
    page = act(client, "cancel", campaign)

    assert "personne n’a rien reçu" in page
    assert "<rect" not in page


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "Composez une édition" in client.get(reverse("campaigns")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_as_many_queries_however_long(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(count):
        make.running(make.locked_edition())

    with django_assert_max_num_queries(7):
        page = client.get(reverse("campaigns")).content.decode()

    assert page.count("En cours d’envoi") == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_as_many_queries_however_long_its_story(
    client: Client, board: User, count: int, django_assert_max_num_queries: Any
) -> None:
    campaign = with_fates(sent=1, failed=1)
    for _ in range(count):
        schedule.pause(campaign, reason=PauseReason.BOARD, by=make.board_member(), now=timezone.now())
        schedule.resume(campaign, by=board, now=timezone.now())

    with django_assert_max_num_queries(10):
        shown(client, campaign)
