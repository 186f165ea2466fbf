"""Hours that do not exist or come twice, clocks that fall and start again, fifty people who press at once."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import schedule, tasks
from campaigns.models import Campaign, CampaignMove
from newsletter.servers.process import CODE, spawn
from tests import make
from tests.faults.scene import Scene

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("night", "launched"),
    [
        ("28 March 2027, when 02:30 does not exist", datetime(2027, 3, 28, 2, 30)),  # noqa: DTZ001
        ("31 October 2027, when 02:30 comes twice", datetime(2027, 10, 31, 2, 30)),  # noqa: DTZ001
    ],
)
@pytest.mark.fault("02:30 in Europe/Paris on {night}")
def test_a_letter_for_half_past_two_leaves_once(scene: Scene, night: str, launched: datetime) -> None:
    scene.house.stop("clock")  # this night's hours are walked through here, minute by minute
    scene.readers(20)
    assert scene.newsletter
    edition = make.locked_edition(make.approved(), newsletter=scene.newsletter)
    hour = timezone.make_aware(launched, PARIS).astimezone(UTC)
    campaign = schedule.plan(edition, [], starts_at=hour, by=None)
    eve = datetime(launched.year, launched.month, launched.day, tzinfo=UTC) - timedelta(hours=2)
    schedule.launch(campaign, by=None, now=eve, confirm_late=True)
    now = eve
    while now < eve + timedelta(hours=7):
        for _ in range(2):  # two clocks
            schedule.start_due(now=now)
            tasks._enqueue(now=now)
        now += timedelta(minutes=1)
    started = CampaignMove.objects.filter(campaign=campaign, step="start")
    assert [move.at for move in started] == [hour]
    # that night is not yet: what it would send then is sent now
    Campaign.objects.filter(pk=campaign.pk).update(expires_at=timezone.now() + timedelta(days=1))
    campaign.chunks.update(not_before=timezone.now())
    scene.house.run("clock")
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.sent == 20
    scene.seen = f"two clocks, every minute of the night: one start, at {hour:%H:%M} UTC"


@pytest.mark.fault("50 parallel “send”")
def test_fifty_people_who_press_at_once_launch_one_letter(scene: Scene) -> None:
    scene.readers(100)
    edition = make.locked_edition(make.approved(), newsletter=scene.newsletter)
    campaign = schedule.plan(edition, [], starts_at=None, by=None)
    people = [make.board_member() for _ in range(50)]
    shown = schedule.plan_hash(campaign)
    answers: Counter[int] = Counter()
    barrier = threading.Barrier(50)

    def press(person) -> None:  # type: ignore[no-untyped-def]
        try:
            client = Client()
            client.force_login(person)
            connection.close()
            barrier.wait(30)
            answers[client.post(reverse("campaign-launch-now", args=[campaign.pk]), pressing(shown)).status_code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers.total() == 50
    assert CampaignMove.objects.filter(campaign=campaign, step="launch").count() == 1
    Campaign.objects.filter(pk=campaign.pk).update(starts_at=timezone.now())
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 100
    scene.seen = f"one launch; the others were led to it ({dict(answers)})"


def pressing(shown: str) -> dict[str, str]:
    return {"as_shown": shown, "confirm_late": "on"}


@pytest.mark.fault("clock restarted 100 times")
def test_a_clock_that_falls_a_hundred_times_starts_each_letter_once(scene: Scene) -> None:
    scene.house.stop("clock")
    clocks = spawn(
        [sys.executable, "-m", "tests.faults.clocks", "100"],
        log=scene.house.log_of("clocks"),
        cwd=CODE,
        env=scene.house.usual,
    )
    try:
        campaigns = [scene.scheduled(200)]
        for _ in range(4):
            time.sleep(2)
            campaigns.append(scene.scheduled())
        assert clocks.wait(180) == 0, scene.house.log_of("clocks").read_text()
    finally:
        if clocks.poll() is None:
            os.killpg(clocks.pid, signal.SIGKILL)
            clocks.wait()
    scene.house.run("clock")
    for campaign in campaigns:
        scene.finishes(campaign)
    steps = Counter(CampaignMove.objects.filter(campaign__in=campaigns).values_list("campaign", "step"))
    assert set(steps.values()) == {1}
    scene.judge_apart(*campaigns)
    scene.seen = (
        "two clocks at a time, each killed after half a second, a hundred of them: five letters, each started once"
    )
