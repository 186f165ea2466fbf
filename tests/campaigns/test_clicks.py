"""Clicks settled together: whose they were shows only beside others, and the day of the last contact follows."""

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.test import Client

from audiences.models import Subscriber
from campaigns import clicks, links
from campaigns.core.clicks import SETTLED_AFTER, Hit
from campaigns.models import Click, ClickToSettle, Delivery, DeliveryEvent
from campaigns.tasks import turn
from newsletter.signing import Purpose
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters

pytestmark = pytest.mark.django_db
LATER = SENT_AT + timedelta(hours=2)


def token(letter_path: str) -> str:
    return letter_path.split("/")[2]


def five_offers() -> tuple[Subscriber, str, Delivery]:
    """A reader who agreed, the token of their links, and their message with five of them."""
    make.newsletter()
    reader = make.consenting()
    offers = [make.approved(link=f"https://membre{n}.example/") for n in range(5)]
    [letter] = letters(make.running(make.locked_edition(*offers)))
    return reader, token(letter.click(1)), letter.delivery


def follow(sealed: str, link: int, after: float, **fields: str) -> None:
    clicks.follow(sealed, Hit(link, LATER + timedelta(seconds=after), **{"agent": BROWSER, **fields}))


def settled(reader: Subscriber) -> dict[int, tuple[int, int]]:
    clicks.settle_due(now=LATER + timedelta(days=2))
    reader.refresh_from_db()
    return {
        click.link.position: (click.times, click.by_machines) for click in Click.objects.select_related("link").all()
    }


def test_a_persons_click_is_a_contact_once_a_machines_round_would_be_over() -> None:
    reader, sealed, delivery = five_offers()
    follow(sealed, 2, 0)
    assert clicks.settle_due(now=LATER + SETTLED_AFTER - timedelta(seconds=1)) == 0
    assert clicks.settle_due(now=LATER + SETTLED_AFTER) == 1
    reader.refresh_from_db()
    assert reader.clicked_on == make.TODAY
    [click] = Click.objects.all()
    assert (click.delivery, click.subscriber, click.times, click.by_machines) == (delivery, reader, 1, 0)
    assert (click.first_at, click.last_at) == (LATER, LATER)
    assert not ClickToSettle.objects.exists()


def test_the_clock_settles_what_is_due() -> None:
    reader, sealed, _ = five_offers()
    follow(sealed, 2, 0)
    turn(now=LATER + SETTLED_AFTER)
    reader.refresh_from_db()
    assert reader.clicked_on == make.TODAY


@pytest.mark.parametrize("fields", [{"method": "HEAD"}, {"agent": "curl/8"}, {"address": "40.107.1.1"}])
def test_a_machines_click_is_kept_beside_and_is_no_contact(fields: dict[str, str]) -> None:
    reader, sealed, _ = five_offers()
    follow(sealed, 2, 0, **fields)
    assert settled(reader) == {2: (0, 1)}
    assert reader.clicked_on is None


def test_every_link_at_once_is_a_machine_and_the_person_who_comes_after_is_one() -> None:
    reader, sealed, _ = five_offers()
    for link in range(1, 6):
        follow(sealed, link, link)
    assert settled(reader) == dict.fromkeys(range(1, 6), (0, 1))
    assert reader.clicked_on is None
    follow(sealed, 3, 3600)
    assert settled(reader)[3] == (1, 1)
    assert reader.clicked_on == make.TODAY


def test_what_is_unmasked_late_takes_the_contact_back() -> None:
    reader, sealed, _ = five_offers()
    follow(sealed, 2, 0)
    assert settled(reader) == {2: (1, 0)}
    assert reader.clicked_on == make.TODAY
    follow(sealed, 0, 30)
    assert settled(reader) == {0: (0, 1), 2: (0, 1)}
    assert reader.clicked_on is None


def test_in_whatever_order_clicks_are_told_and_settled_the_same_stands() -> None:
    reader, sealed, delivery = five_offers()
    told = [(1, 0.0), (2, 61.0), (0, 62.0), (3, 4000.0)]
    seen = set()
    for order in permutations(told):
        # what was heard is never changed: a new reader's message for each order would say the same
        Click.objects.all().delete()
        for link, after in order:
            follow(sealed, link, after)
            clicks.settle([delivery.pk])
        seen.add(tuple(sorted(settled(reader).items())))
    assert seen == {((0, (0, 1)), (1, (1, 0)), (2, (0, 1)), (3, (1, 0)))}


def test_a_click_shows_that_a_message_in_doubt_had_arrived() -> None:
    _, sealed, delivery = five_offers()
    assert DeliveryEvent.objects.count() == 0
    follow(sealed, 1, 0)
    assert list(DeliveryEvent.objects.values_list("kind", "source", "link")) == [("clicked", "link", 1)]
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_whoever_is_erased_takes_their_clicks_along(client: Client) -> None:
    reader, sealed, delivery = five_offers()
    follow(sealed, 1, 0)
    clicks.settle_due(now=LATER + timedelta(days=1))
    assert Click.objects.exists()
    reader.delete()
    assert not Click.objects.exists()
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        follow(sealed, 1, 0)
    assert DeliveryEvent.objects.filter(delivery=delivery).count() == 1
    assert links.read_own(Purpose.CLICK, sealed) == delivery.pk
