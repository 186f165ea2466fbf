"""With a reader goes whatever leads to them or may name them; how many letters left and came back stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audiences import privacy
from audiences.core.consent import Method
from audiences.models import Consent, Subscriber, Subscription
from campaigns import chunks, clicks, feedback
from campaigns.core.clicks import Hit
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.models import Campaign, Click, ClickToSettle, Delivery, DeliveryEvent, LinkCount
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
NAMING = "550 5.1.1 user jeanne.aubert unknown"


def told(row: Delivery, kind: Heard, key: str, **fields: object) -> Feedback:
    return Feedback(key=key, source="test", delivery=row.pk, kind=kind, at=LATER, **fields)  # type: ignore[arg-type]


def counted(campaign: Campaign) -> tuple[object, ...]:
    kinds = DeliveryEvent.objects.filter(campaign=campaign).exclude(kind="clicked").order_by("kind", "key")
    return (
        chunks.tally(campaign),
        [(one.kind, one.fault, one.at, one.recorded_at, bytes(one.key)) for one in kinds],
        list(LinkCount.objects.values_list("link", "times", "by_machines").order_by("pk")),
    )


def test_no_address_and_no_person_is_left_and_every_count_stays() -> None:
    readers = make.readers(2)
    campaign = make.running()
    rows = make.settled(campaign, "sent", "sent", reply_text="250 queued for jeanne.aubert")
    for row in rows:
        feedback.record(told(row, Heard.DEFERRED, f"a{row.pk}", fault=Fault.TRANSIENT, text=NAMING), now=LATER)
        feedback.record(told(row, Heard.BOUNCED, f"b{row.pk}", fault=Fault.POLICY, text=NAMING), now=LATER)
    before = counted(campaign)
    gone = Delivery.objects.get(subscriber=readers[0])

    privacy.erase(readers[0], method=Method.PREFERENCE_CENTRE, now=LATER)

    assert counted(campaign) == before
    gone.refresh_from_db()
    assert (gone.subscriber, gone.reply_text, gone.state) == (None, "", "failed")
    assert {one.text for one in gone.events.all()} == {""}
    other = Delivery.objects.get(subscriber=readers[1])
    assert {one.text for one in other.events.all()} == {NAMING}
    assert other.reply_text
    assert list(Subscriber.objects.all()) == [readers[1]]


def test_what_is_told_again_or_late_brings_no_words_back() -> None:
    [reader] = make.readers(1)
    [row] = make.settled(make.running(), "sent")
    report = told(row, Heard.BOUNCED, "1", fault=Fault.POLICY, text=NAMING)
    feedback.record(report, now=LATER)
    privacy.erase(reader, method=Method.ADMIN, now=LATER)
    assert not feedback.record(report, now=LATER)
    assert feedback.record(told(row, Heard.DEFERRED, "2", text=NAMING), now=LATER)
    assert {one.text for one in DeliveryEvent.objects.all()} == {""}


def test_what_they_followed_is_forgotten_and_the_links_keep_their_counts() -> None:
    make.newsletter()
    person, other = make.consenting(), make.consenting()
    campaign = make.running(make.locked_edition(make.approved(link="https://moulin.example/")))
    tokens = {one.delivery.subscriber_id: one.click(1).split("/")[2] for one in letters(campaign)}
    for reader in (person, other):
        clicks.follow(tokens[reader.pk], Hit(1, SENT_AT + timedelta(hours=2), agent=BROWSER))
    clicks.settle_due(now=SENT_AT + timedelta(days=1))
    clicks.follow(tokens[person.pk], Hit(1, SENT_AT + timedelta(hours=30), agent=BROWSER))
    before = counted(campaign)
    assert (Click.objects.count(), ClickToSettle.objects.count()) == (2, 1)

    privacy.erase(person, method=Method.PREFERENCE_CENTRE, now=timezone.now())  # messages are armed by this clock

    assert counted(campaign) == before
    assert (Click.objects.count(), ClickToSettle.objects.count()) == (1, 0)
    [event] = DeliveryEvent.objects.filter(kind="clicked")
    assert event.delivery.subscriber == other


def test_each_subscription_ends_with_its_line_of_consent() -> None:
    reader = make.reader()
    key = bytes(reader.address_key)
    privacy.erase(reader, method=Method.PREFERENCE_CENTRE, source="preferences", now=LATER)
    [line] = Consent.objects.filter(address_key=key, act="withdrawn")
    assert (line.method, line.source) == ("preference_centre", "preferences")
    assert not Subscription.objects.exists()


def test_a_letter_that_waits_for_them_does_not_leave() -> None:
    [reader] = make.readers(1)
    campaign = make.running()
    privacy.erase(reader, method=Method.PREFERENCE_CENTRE, now=LATER)
    assert [row.state for row in campaign.deliveries.all()] != ["sending"]
    assert chunks.tally(campaign).sent == 0


def test_erased_twice_is_erased_once() -> None:
    [reader] = make.readers(1)
    make.settled(make.running(), "sent")
    privacy.erase(reader, method=Method.ADMIN, now=LATER)
    privacy.erase(reader, method=Method.ADMIN, now=LATER)
    assert not Subscriber.objects.exists()
