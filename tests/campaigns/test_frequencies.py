"""Who is left out of a list though the letter describes them, by one saying for all who ask."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from audiences import cadences, segments, suppressions
from audiences.core import segment as trees
from audiences.core.consent import StopReason
from audiences.models import Subscriber, Subscription
from campaigns import enqueuing, flight, frequencies, reports, schedule, tasks
from campaigns.core.frequency import LeftOut
from campaigns.flight_words import sentence
from campaigns.models import Campaign, Delivery
from newsletter.models import Newsletter, PlannedEdition
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@orange.example"
DAY = timedelta(days=1)


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


def cap(letter: Newsletter, most: int | None) -> None:
    cadences.choose(letter.association, weekly_most=most, by=None, now=NOON)


def sent(at: timedelta = -DAY, of: Newsletter | None = None) -> Campaign:
    """A letter that everybody got then."""
    edition = make.locked_edition(newsletter=of or Newsletter.objects.earliest("pk"))
    campaign = make.running(edition, now=NOON + at)
    make.settled(campaign, *["sent"] * campaign.audience_size, settled_at=NOON + at)
    return campaign


def listed(campaign: Campaign) -> set[str]:
    rows = Delivery.objects.filter(campaign=campaign).select_related("subscriber")
    return {row.subscriber.address for row in rows if row.subscriber}


def reasons(campaign: Campaign) -> dict[str, int]:
    frequencies.note_due(now=NOON)
    campaign.refresh_from_db()
    assert campaign.left_out is not None
    return campaign.left_out


def test_the_cap_counts_a_rolling_week_over_all_letters(letter: Newsletter) -> None:
    other = make.newsletter()
    reader = make.reader(JEANNE, of=letter)
    Subscription.objects.create(newsletter=other, subscriber=reader, state="confirmed", confirmed_at=NOON)
    cap(letter, 2)
    sent(-8 * DAY)
    sent(-6 * DAY, of=other)
    third = sent(-timedelta(hours=1))
    assert listed(third) == {JEANNE}

    fourth = make.running(make.locked_edition(newsletter=letter))
    assert (listed(fourth), reasons(fourth)) == (set(), {"capped": 1})
    told = [sentence(reason) for reason in flight.why(JEANNE, fourth)]
    assert "A déjà reçu 2 lettres en sept jours : le bureau n’en veut pas davantage pour une personne." in told

    cap(letter, None)
    assert listed(make.running(make.locked_edition(newsletter=letter))) == {JEANNE}


def test_a_letter_that_waits_in_another_list_counts_too(letter: Newsletter) -> None:
    make.reader(JEANNE, of=letter)
    cap(letter, 1)
    waiting = make.running(make.locked_edition(newsletter=letter))
    assert waiting.deliveries.get().state == "queued"
    assert reasons(make.running(make.locked_edition(newsletter=letter))) == {"capped": 1}


def test_who_never_got_it_was_not_written_to(letter: Newsletter) -> None:
    make.reader(JEANNE, of=letter)
    cap(letter, 1)
    failed = make.running(make.locked_edition(newsletter=letter))
    make.settled(failed, "failed", settled_at=NOON)
    assert listed(make.running(make.locked_edition(newsletter=letter))) == {JEANNE}


def test_a_pause_is_counted_and_over_on_its_day(letter: Newsletter) -> None:
    make.reader(JEANNE, of=letter, paused_until=make.TODAY + DAY)
    make.reader("paul@orange.example", of=letter, paused_until=make.TODAY)
    campaign = make.running(make.locked_edition(newsletter=letter))
    assert listed(campaign) == {"paul@orange.example"}
    assert reasons(campaign) == {"paused": 1}


def test_only_big_operations_means_the_editions_of_an_operation(letter: Newsletter) -> None:
    make.reader(JEANNE, of=letter)
    Subscription.objects.update(operations_only=True)
    small = make.running(make.locked_edition(newsletter=letter))
    assert (listed(small), reasons(small)) == (set(), {"operations": 1})
    assert "Ne veut que les grandes opérations, et cette édition n’est d’aucune." in [
        sentence(reason) for reason in flight.why(JEANNE, small)
    ]

    big = make.locked_edition(newsletter=letter)
    PlannedEdition.objects.create(operation=make.operation(), send_on=make.TODAY, places=1, edition=big)
    assert listed(make.running(big)) == {JEANNE}


def test_one_a_month_counts_what_waits_and_not_another_letter(letter: Newsletter) -> None:
    other = make.newsletter()
    reader = make.reader(JEANNE, of=letter, monthly=True)
    Subscription.objects.create(newsletter=other, subscriber=reader, state="confirmed", confirmed_at=NOON)
    sent(-DAY, of=other)
    make.running(make.locked_edition(newsletter=letter))
    second = make.running(make.locked_edition(newsletter=letter))
    assert reasons(second) == {"monthly": 1}


def test_each_left_out_reader_is_counted_once_and_others_not_at_all(letter: Newsletter) -> None:
    make.readers(2, of=letter, monthly=True)
    cap(letter, 1)
    first = sent(-DAY)
    make.reader("neuf@orange.example", of=letter)
    make.reader("pause@orange.example", of=letter, paused_until=make.TODAY + DAY)
    make.reader("muet@orange.example", of=letter)
    suppressions.suppress("muet@orange.example", reason=StopReason.BOARD, now=NOON)
    make.reader("anglais@orange.example", of=letter, language="en")
    french = segments.keep(name="Français", tree=trees.Speaks("fr"), by=None)
    next_ = make.running(make.locked_edition(newsletter=letter), french)
    assert listed(next_) == {"neuf@orange.example"}
    assert reasons(next_) == {"monthly": 2, "paused": 1}
    again = make.running(first.edition)
    assert reasons(again) == {"edition_before": 2, "paused": 1, "capped": 1}
    assert listed(again) == {"anglais@orange.example"}


def test_the_board_that_prepares_a_letter_sees_the_same_number(letter: Newsletter) -> None:
    make.readers(3, of=letter)
    make.reader(JEANNE, of=letter)
    Subscription.objects.filter(subscriber__address=JEANNE).update(operations_only=True)
    cap(letter, 5)
    campaign = schedule.plan(make.locked_edition(newsletter=letter), [], starts_at=None, by=None)
    assert reports.reach(campaign, now=NOON) == reports.Reach((3,), 1)
    assert list(frequencies.why(campaign, Subscriber.objects.get(address=JEANNE), now=NOON)) == [LeftOut.OPERATIONS]


def test_the_page_of_a_sending_says_who_is_not_on_its_list(letter: Newsletter, client: Client) -> None:
    client.force_login(make.board_member(), backend="django.contrib.auth.backends.ModelBackend")
    make.reader(of=letter)
    make.readers(2, of=letter, paused_until=make.TODAY + DAY)
    campaign = make.running(make.locked_edition(newsletter=letter))
    assert "Qui n’est pas sur la liste" not in client.get(f"/bureau/envois/{campaign.pk}/").content.decode()
    assert frequencies.note_due(now=NOON) == 1
    page = client.get(f"/bureau/envois/{campaign.pk}/").content.decode()
    assert "Qui n’est pas sur la liste, et pourquoi" in page
    assert "2 lecteurs font une pause" in page


def test_no_frequency_is_two_at_once(letter: Newsletter) -> None:
    make.reader(of=letter)
    with pytest.raises(Exception, match="subscription_has_one_frequency"):
        Subscription.objects.update(monthly=True, operations_only=True)
    connection.set_rollback(True)


def test_the_clock_counts_each_list_once_as_of_its_moment(letter: Newsletter) -> None:
    make.reader(of=letter, paused_until=make.TODAY + DAY)
    campaign = make.running(make.locked_edition(newsletter=letter))
    tasks.turn(now=NOON + DAY)
    assert reasons(campaign) == {"paused": 1}
    Subscriber.objects.update(paused_until=None)
    enqueuing.enqueue(campaign, now=NOON + DAY)
    assert frequencies.note_due(now=NOON + DAY) == 0
    assert reasons(campaign) == {"paused": 1}
