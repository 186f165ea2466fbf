"""Readers leave, are erased, arrive by the hundred thousand, while their letter is under way."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from audiences import subscriptions
from audiences.core.consent import Method
from audiences.keys import key_of
from audiences.models import Subscriber
from campaigns import chunks, schedule
from campaigns.models import Campaign, Delivery
from tests.faults.peer import Rule
from tests.faults.scene import Scene


@pytest.mark.fault("unsubscribe and erase mid-send")
def test_who_leaves_or_is_erased_while_it_leaves_is_not_written_to_any_more(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.05))
    campaign = scene.going(1000)
    scene.some_have_left(campaign, 50)
    assert scene.newsletter
    queued = Delivery.objects.filter(campaign=campaign, state="queued").order_by("-position")
    leaving = list(queued.values_list("subscriber__address", flat=True)[:120])
    gone = {}
    for number, address in enumerate(leaving):
        key = key_of(address)
        if number % 2:
            subscriptions.leave(scene.newsletter, key, method=Method.ONE_CLICK, now=timezone.now())
        else:
            Subscriber.objects.filter(address_key=key).delete()
        gone[address] = time.monotonic()
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    late = [one for one in scene.peer.events("begun", scene.domain) if one["at"] > gone.get(one["to"], one["at"]) + 2]
    assert late == []
    states = Delivery.objects.filter(campaign=campaign, address_key__in=[key_of(one) for one in leaving])
    assert set(states.values_list("reason", flat=True)) <= {"", "no_consent", "erased"}
    assert counts.other >= 20
    scene.seen = f"{counts.other} of 120 were skipped with their reason; the others' letters had been armed before"


PORTION = """
WITH people AS (
    INSERT INTO audiences_subscriber (address, address_key, first_name, language, commune, department, interests, kind,
                                      subscribed_on)
    SELECT 'nouveau' || n || '@' || %(domain)s, sha256(convert_to(n || %(domain)s, 'UTF8')), '', 'fr', '', '', '{}',
           'direct', current_date
    FROM generate_series(%(first)s::int, %(first)s::int + %(many)s::int - 1) AS n
    RETURNING id
)
INSERT INTO audiences_subscription (newsletter_id, subscriber_id, state, tracking, monthly, confirmed_at)
SELECT %(newsletter)s, id, 'confirmed', false, false, now() FROM people
"""


@pytest.mark.fault("import of 100,000 during enqueue")
def test_an_import_while_the_list_is_frozen_leaves_a_whole_list(scene: Scene) -> None:
    scene.house.stop("send")  # it is about the list
    scene.readers(2000)
    assert scene.newsletter
    campaign = scene.scheduled()
    Campaign.objects.filter(pk=campaign.pk).update(starts_at=timezone.now() + timedelta(hours=1))
    arrived = 0
    many = 2500
    # in portions, as they arrive: the list is frozen somewhere among them
    with scene.house.database() as line:
        while arrived < 100_000 or (arrived < 400_000 and scene.state(campaign) != "running"):
            if arrived == 20_000:
                Campaign.objects.filter(pk=campaign.pk).update(starts_at=timezone.now())
            told = {"domain": scene.domain, "first": arrived, "many": many, "newsletter": scene.newsletter.pk}
            line.execute(PORTION, told)
            arrived += many
    scene.wait(lambda: scene.state(campaign) == "running", "the list is frozen")
    campaign.refresh_from_db()
    frozen = campaign.audience_size
    assert 2000 + 20_000 <= frozen <= 2000 + arrived
    assert scene.readers_now() == 2000 + arrived
    assert (frozen - 2000) % many == 0  # whole portions, as they were committed
    assert chunks.tally(campaign).queued == frozen
    schedule.cancel(campaign, by=None, now=timezone.now())
    counts = scene.judge(campaign, finished=False)
    assert counts.other == frozen
    scene.seen = f"frozen with {frozen:,} readers, whole portions of {many:,}; every one of them in the ledger"
